import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { MerchantId } from '../../src/domain/ids.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { createDatabase, type Database } from '../../src/store/database.ts';
import { createSetBackStore } from '../../src/store/set-back.ts';
import { createWebhookStore } from '../../src/store/webhooks.ts';
import { noticeSetBackWork } from '../../src/workers/notice-set-back.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { insertEndpoint, insertEvent, insertMerchant } from '../support/webhook-rows.ts';

const hour = 3600;
const day = 24 * hour;
const now = new Date('2026-06-01T12:00:00.000Z');
const at = (seconds: number): Date => addSeconds(now, seconds);

let testDatabase: TestDatabase;
let database: Database;
let merchantId: MerchantId;
before(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase(testDatabase.pool);
  merchantId = await insertMerchant(database);
  await insertEndpoint(createWebhookStore(database), merchantId, 'https://shop.example/webhooks');
});
after(() => testDatabase.drop());
beforeEach(async () => {
  await query('truncate payments, failed_cards, card_limits, risk_counters cascade');
});

const query = async (sql: string, values: unknown[] = []) =>
  (await testDatabase.pool.query(sql, values)).rows;
const bringForward = (known: boolean): Promise<number> =>
  createSetBackStore(database).bringForward(now, known);

interface AttemptTimes {
  readonly next: Date | null;
  readonly sent: Date | null;
}

async function attemptAfter(
  state: 'queued' | 'sending' | 'unknown' | 'approved',
  created: Date,
  next: Date | null,
  known: boolean,
): Promise<AttemptTimes> {
  const { paymentId } = await insertEvent(database, merchantId, at(-day));
  await query(
    `insert into attempts (id, payment_id, merchant_id, kind, state, amount, acquirer, created_at, next_inquiry_at, finished_at)
      values ('att_sample', $1, $2, 'purchase', $3, 100, 'simulator', $4, $5, $6)`,
    [paymentId, merchantId, state, created, next, state === 'approved' ? created : null],
  );
  await bringForward(known);
  const [row] = await query('select next_inquiry_at as next, sent_at as sent from attempts');
  return row;
}

describe('a message without an outcome', () => {
  const soon = at(60);
  const cases: [what: string, ...given: Parameters<typeof attemptAfter>, expected: AttemptTimes][] = [
    [
      'sent far ahead is looked for soon, as if sent now',
      'sending',
      at(3 * hour),
      null,
      false,
      { next: soon, sent: now },
    ],
    [
      'of the far future and unknown likewise',
      'unknown',
      at(3 * hour),
      at(3 * hour + 5),
      false,
      { next: soon, sent: now },
    ],
    ['queued in the far future likewise', 'queued', at(3650 * day), null, false, { next: soon, sent: now }],
    [
      'looked for only in years is looked for soon',
      'unknown',
      at(-600),
      at(3650 * day),
      false,
      { next: soon, sent: null },
    ],
    [
      'sent nearer ahead is looked for soon, when the clock is known to be set back',
      'sending',
      at(hour),
      null,
      true,
      { next: soon, sent: null },
    ],
    [
      'sent nearer ahead stays, when nobody knows: a machine may be ahead of us',
      'sending',
      at(hour),
      null,
      false,
      { next: null, sent: null },
    ],
    ['sent within the differences of clocks stays', 'sending', at(5), null, true, { next: null, sent: null }],
    ['due within the hour stays', 'unknown', at(-600), at(hour), true, { next: at(hour), sent: null }],
    ['with an outcome stays', 'approved', at(3 * hour), null, true, { next: null, sent: null }],
  ];
  for (const [what, state, created, next, known, expected] of cases)
    test(what, async () => {
      assert.deepEqual(await attemptAfter(state, created, next, known), expected);
    });
});

describe('a delivery', () => {
  const cases: [what: string, created: Date, next: Date, known: boolean, expected: Date][] = [
    ['made in the future is due, when the clock is known to be set back', at(hour), at(hour), true, now],
    ['made there stays as it is, when nobody knows', at(hour), at(hour), false, at(hour)],
    ['that waits for years is due in any case', at(-hour), at(3650 * day), false, now],
    ['that waits for a day stays', at(-hour), at(day), true, at(day)],
    ['that is due stays', at(-hour), at(-60), true, at(-60)],
  ];
  for (const [what, created, next, known, expected] of cases)
    test(what, async () => {
      await insertEvent(database, merchantId, created);
      await query('update webhook_deliveries set next_try_at = $1', [next]);
      await bringForward(known);
      assert.deepEqual(await query('select next_try_at as next from webhook_deliveries'), [
        { next: expected },
      ]);
    });
});

test('a payment whose link or authentication would live for years ends now; one that lives for days stays', async () => {
  const ids = [];
  for (const expires of [at(3650 * day), at(day)]) {
    const { paymentId } = await insertEvent(database, merchantId, at(-hour));
    await query(
      `update payments set state = 'authenticating', authentication_id = '3ds_a', captured = 0, captured_at = null,
        authorization_attempt_id = null, acquirer = null, acquirer_reference = null, expires_at = $2 where id = $1`,
      [paymentId, expires],
    );
    ids.push(paymentId);
  }
  await bringForward(false);
  const rows = await query('select expires_at from payments where id = any ($1) order by expires_at', [ids]);
  assert.deepEqual(
    rows.map(({ expires_at: expires }) => expires),
    [now, at(day)],
  );
});

test('failed cards, limits and counters of the future are forgotten; those of the past count on', async () => {
  for (const [who, ahead] of [
    ['past', -60],
    ['future', 3650 * day],
  ] as const) {
    const subject = Buffer.alloc(16, who);
    await query('insert into failed_cards values ($1, $2, $2, $3)', ['address', subject, at(ahead)]);
    await query('insert into card_limits values ($1, $2, $3, $4)', [
      'address',
      subject,
      'refuse',
      at(ahead + 600),
    ]);
    await query(
      `insert into risk_counters values ($1, 'ip', $2, '24 hours', $3, 1, 0, $3::timestamptz + interval '2 days')`,
      [merchantId, subject, at(ahead)],
    );
  }
  assert.equal(await bringForward(false), 3);
  for (const table of ['failed_cards', 'card_limits', 'risk_counters'])
    assert.equal((await query(`select * from ${table}`)).length, 1, table);
});

describe('the worker', () => {
  const clock = new ManualClock(now);
  let elapsedMs = 0;
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_: object, text: string) => void warnings.push(text),
  };
  const work = () =>
    noticeSetBackWork({
      store: createSetBackStore(database),
      clock,
      monotonicMs: () => elapsedMs,
      log: log as never,
    });
  const pass = (seconds: number): void => {
    clock.advance(seconds);
    elapsedMs += seconds * 1000;
  };
  beforeEach(() => {
    warnings.length = 0;
  });

  test('says nothing while the clock goes as it should, forwards by leaps too, and a little back', async () => {
    const { run } = work();
    for (const step of [
      () => pass(5),
      () => clock.advance(day),
      () => clock.advance(-20),
      () => pass(3600),
    ]) {
      step();
      await run();
    }
    assert.deepEqual(warnings, []);
  });

  test('notices a clock that is set back by half a minute or more, once for each time', async () => {
    const { run } = work();
    await run();
    for (let times = 0; times < 2; times++) {
      clock.advance(-3 * hour);
      pass(5);
      await run();
      pass(5);
      await run();
    }
    assert.equal(warnings.length, 2);
  });

  test('looks when it starts, and every minute, for a clock that was set while nobody looked', async () => {
    const ahead = async (): Promise<void> => {
      await insertEvent(database, merchantId, clock.now());
      await query('update webhook_deliveries set next_try_at = $1', [addSeconds(clock.now(), 3650 * day)]);
    };
    const { run } = work();
    await ahead();
    await run();
    await ahead();
    pass(59);
    await run();
    assert.equal(warnings.length, 1);
    pass(1);
    await run();
    assert.equal(warnings.length, 2);
  });
});
