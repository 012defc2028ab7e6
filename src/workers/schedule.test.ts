import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../test/support/until.ts';
import { systemRandom } from '../lib/random.ts';
import { startSchedule } from './schedule.ts';

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('work runs one at a time, again after each interval, and once more for a poke during a run', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const run = async (): Promise<void> => {
    runs++;
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
  };
  const schedule = startSchedule(
    { name: 'test', intervalMs: 60_000, run },
    { random: systemRandom, log: silentLog },
  );
  for (let poke = 0; poke < 5; poke++) schedule.poke();
  await until('it ran twice', () => runs === 2);
  await schedule.stop();
  assert.equal(runs, 2);
  assert.equal(most, 1);
  assert.equal(running, 0);
});

test('a run that throws is logged, counted and followed by another', async () => {
  const outcomes: string[] = [];
  const logged: unknown[] = [];
  let runs = 0;
  const schedule = startSchedule(
    {
      name: 'test',
      intervalMs: 5,
      run: async () => {
        if (++runs < 3) throw new Error('the database is away');
      },
    },
    {
      random: systemRandom,
      log: { ...silentLog, error: (fields: unknown) => logged.push(fields) },
      observer: { ran: (_name, outcome) => outcomes.push(outcome) },
    },
  );
  await until('it recovered', () => outcomes.includes('done'));
  await schedule.stop();
  assert.deepEqual(outcomes.slice(0, 3), ['failed', 'failed', 'done']);
  assert.equal(logged.length, 2);
});
