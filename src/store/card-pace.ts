import type { PaceScope } from '../domain/risk/card-pace.ts';
import type { CardPaceStore } from '../usecases/ports/risk.ts';
import type { Database } from './database.ts';

/** The CardPaceStore over PostgreSQL. */
export function createCardPaceStore(database: Database): CardPaceStore {
  return {
    async tell(minute, told) {
      const { rows } = await database.query<{ scope: PaceScope; subject: Buffer; taken: number }>({
        name: 'tell-card-pace',
        // In one order, so that two processes never wait for each other in a ring.
        text: `insert into card_pace (scope, subject, minute, taken)
          select scope, subject, $1, taken from unnest($2::text[], $3::bytea[], $4::integer[]) as told (scope, subject, taken)
          order by scope, subject
          on conflict (scope, subject, minute) do update set taken = card_pace.taken + excluded.taken
          returning scope, subject, taken`,
        values: [
          minute.toISOString(),
          told.map(({ scope }) => scope),
          told.map(({ subject }) => subject),
          told.map(({ taken }) => taken),
        ],
      });
      return rows;
    },
  };
}
