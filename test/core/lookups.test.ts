import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Currency } from '../../src/domain/currency.ts';
import type { MerchantId, WebhookEndpointId } from '../../src/domain/ids.ts';
import { createDatabase, type Database } from '../../src/store/database.ts';
import { createDeliveryDesk } from '../../src/store/delivery-desk.ts';
import { listPayments } from '../../src/store/payments.ts';
import { createResolutionStore } from '../../src/store/resolution.ts';
import { spentSince } from '../../src/store/spending.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const count = 20_000;
const merchantId = 'mer_many' as MerchantId;
const endpointId = 'whe_many' as WebhookEndpointId;
let testDatabase: TestDatabase;

/** One merchant's many payments, a second apart, with their cards, attempts, events and deliveries. */
const rows = [
  `insert into merchants (id, number, name) values ('mer_many', '2000000077', 'Many')`,
  `insert into cards (id, merchant_id, brand, bin, last4, pan_length, expiry_month, expiry_year, fingerprint,
      fingerprint_version, created_at)
    select 'card_' || i, 'mer_many', 'visa', '424242', '4242', 16, 12, 2040, sha256(i::text::bytea), 1, now()
    from generate_series(1, ${count}) i`,
  `insert into payments (id, merchant_id, version, event_count, dialect, state, amount, currency, captured, refunded,
      capture_method, flow_id, source, initiator, card_id, email, acquirer, acquirer_reference, authorization_attempt_id, capture_before, captured_at,
      customer_reference, merchant_reference, created_at, updated_at)
    select 'tx_' || i, 'mer_many', 2, 1, 'test', state, 1000, 'USD', case state when 'captured' then 1000 else 0 end,
      case when i % 5000 = 7 then 500 else 0 end, 'automatic', 'flow_default', 'token', 'cardholder', 'card_' || i,
      'user' || i || '@shop.example', 'test', 'bank_' || i, 'att_' || i, now(), case state when 'captured' then now() end, 'cust_' || i,
      'order_' || i, now() - (${count} - i) * interval '1 second', now()
    from (select i, case when i % 5000 = 1 then 'authorized' else 'captured' end as state from generate_series(1, ${count}) i) given`,
  `insert into attempts (id, payment_id, merchant_id, kind, state, amount, acquirer, created_at, finished_at)
    select 'att_' || i, 'tx_' || i, 'mer_many', 'purchase', 'approved', 1000, 'test', now(), now()
    from generate_series(1, ${count}) i`,
  `insert into events (id, uuid, merchant_id, payment_id, sequence, type, snapshot, created_at)
    select 'evt_' || i, gen_random_uuid(), 'mer_many', 'tx_' || i, 1, 'payment.captured', '{}', now()
    from generate_series(1, ${count}) i`,
  `insert into webhook_endpoints (id, merchant_id, url, format, event_types, status, created_at, updated_at)
    values ('whe_many', 'mer_many', 'https://shop.example/', 'standard', '{payment.captured}', 'enabled', now(), now())`,
  `insert into webhook_deliveries (id, event_id, endpoint_id, merchant_id, state, next_try_at, created_at)
    select 'dlv_' || i, 'evt_' || i, 'whe_many', 'mer_many', state, case state when 'pending' then now() end, now()
    from (select i, case i % 5000 when 1 then 'pending' when 2 then 'failed' else 'delivered' end as state
      from generate_series(1, ${count}) i) given`,
  'analyze',
];

before(async () => {
  testDatabase = await createTestDatabase();
  for (const text of rows) await testDatabase.pool.query(text);
});
after(() => testDatabase.drop());

/** How many rows of tables and indexes each statement of `work` looks at. */
async function rowsLookedAt(work: (database: Database) => Promise<unknown>): Promise<number> {
  const database = createDatabase(testDatabase.pool);
  let looked = 0;
  const watching: Database = {
    ...database,
    async query(statement) {
      const explained = await testDatabase.pool.query({
        text: `explain (analyze, format json) ${statement.text}`,
        values: statement.values as unknown[],
      });
      looked += scanned(explained.rows[0]['QUERY PLAN'][0].Plan);
      return database.query(statement);
    },
  };
  await work(watching);
  return looked;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function scanned(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, plan) => sum + scanned(plan), 0);
  if (!node['Node Type'].endsWith('Scan')) return below;
  return below + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
}

const month = new Date(Date.now() - 30 * 86_400_000);
const spent = (by: { fingerprint: Buffer | null; email: string | null }) => (database: Database) =>
  spentSince(database, merchantId, 'flow_default', 'USD' as Currency, month, by);
const page = (filter: object) => (database: Database) =>
  listPayments(database, merchantId, { limit: 20, ...filter });

const lookups: readonly [what: string, look: (database: Database) => Promise<unknown>][] = [
  ['the newest payments', page({})],
  ['payments of one reference', page({ merchantReference: 'order_77' })],
  ['payments of one customer', page({ customerReference: 'cust_77' })],
  ['a page far back', page({ after: { createdAt: new Date(Date.now() - (count - 100) * 1000), id: 'tx_' } })],
  ['held payments', page({ states: ['authorized'] })],
  ['pending payments, of which there are none', page({ states: ['awaiting_card', 'authorizing'] })],
  ['cancelled payments, of which there are none', page({ states: ['voided'] })],
  ['payments refunded in part', page({ states: ['captured'], refunds: 'part' })],
  ['payments refunded whole, of which there are none', page({ states: ['captured'], refunds: 'whole' })],
  ['what one card spent', spent({ fingerprint: Buffer.alloc(32, 1), email: null })],
  ['what one e-mail address spent', spent({ fingerprint: null, email: 'User77@shop.example' })],
  ['how many attempts are open', (database) => createResolutionStore(database).countOpen()],
  [
    'what an endpoint did not get',
    (database) => createDeliveryDesk(database).listUndelivered({ endpointId, limit: 50 }),
  ],
];
for (const [what, look] of lookups) {
  test(`${what}: found among ${count} payments without reading them all`, async () => {
    const looked = await rowsLookedAt(look);
    assert.ok(looked < 500, `${looked} rows were looked at`);
  });
}
