import type { Database } from './database.ts';

export interface Cursor {
  readonly position: string;
  readonly updatedAt: Date;
}

/** How far the feed or the walk of that name has come; null before its first step. */
export async function readCursor(database: Database, name: string): Promise<Cursor | null> {
  const { rows } = await database.query<Cursor>({
    name: 'read-cursor',
    text: 'select position, updated_at as "updatedAt" from cursors where name = $1',
    values: [name],
  });
  return rows[0] ?? null;
}

export async function writeCursor(
  database: Database,
  name: string,
  position: string,
  now: Date,
): Promise<void> {
  await database.query({
    name: 'write-cursor',
    text: `insert into cursors (name, position, updated_at) values ($1, $2, $3)
      on conflict (name) do update set position = excluded.position, updated_at = excluded.updated_at`,
    values: [name, position, now.toISOString()],
  });
}
