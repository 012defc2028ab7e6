import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase } from '../../test/support/database.ts';
import { createDatabase, type Database } from './database.ts';
import { bindInstallation, InstallationClock } from './installation.ts';

const testDatabase = await createTestDatabase();
after(() => testDatabase.drop());
const database = createDatabase(testDatabase.pool);
await bindInstallation(database, 'sandbox');

/** The database, whose answers to reads of the clock are held back until `let` is called. */
function heldReads(): {
  readonly database: Database;
  readonly seen: Promise<void>;
  readonly let: () => void;
} {
  const [seen, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const query: Database['query'] = async (statement) => {
    const result = await database.query<never>(statement);
    if (statement.name === 'read-clock') {
      seen.resolve();
      await gate.promise;
    }
    return result;
  };
  return { database: { ...database, query }, seen: seen.promise, let: gate.resolve };
}

test('a reading of the clock that its own move overtook does not set it back', async () => {
  const held = heldReads();
  const clock = new InstallationClock(held.database);
  const reading = clock.reload();
  await held.seen;
  const moved = await clock.advance(3600);
  held.let();
  await reading;
  assert.ok(clock.now() >= moved);
});

test('a move by another process is known after the next reading', async () => {
  const clock = new InstallationClock(database);
  await clock.reload();
  const moved = await new InstallationClock(database).advance(3600);
  await clock.reload();
  assert.ok(clock.now() >= moved);
});
