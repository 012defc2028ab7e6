import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRetryAt, retryAfterSecondsMax } from './retry-schedule.ts';

const now = new Date('2026-05-01T09:00:00.000Z');
const schedule = { retrySeconds: [60, 300], jitter: 0.1 };

function waitSeconds(tryNumber: number, fraction: number, retryAfterSeconds: number | null): number | null {
  const at = nextRetryAt(schedule, { tryNumber, now, retryAfterSeconds, fraction });
  return at && (at.getTime() - now.getTime()) / 1000;
}

test('a refused try waits as the schedule says, give or take the jitter, and no longer than the schedule lasts', () => {
  const table: [tryNumber: number, fraction: number, retryAfter: number | null, wait: number | null][] = [
    [1, 0.5, null, 60],
    [1, 0, null, 54],
    [1, 0.999999, null, 66],
    [2, 0.5, null, 300],
    [3, 0.5, null, null],
    [3, 0.5, 10, null],
    [1, 0.5, 10, 60],
    [1, 0.5, 600, 600],
    [1, 0.5, 10 * retryAfterSecondsMax, retryAfterSecondsMax],
  ];
  for (const [tryNumber, fraction, retryAfter, wait] of table) {
    const actual = waitSeconds(tryNumber, fraction, retryAfter);
    assert.equal(
      actual === null ? null : Math.round(actual),
      wait,
      `try ${tryNumber}, ${fraction}, ${retryAfter}`,
    );
  }
});
