import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cardLimits, limitSeconds } from '../../src/domain/risk/card-limits.ts';
import { addSeconds } from '../../src/lib/clock.ts';
import { createFailedCardStore, createRiskSweepStore } from '../../src/store/failed-cards.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { CardLimiter, type CardTrial } from '../../src/usecases/risk/card-limiter.ts';
import { tokenizeCard } from '../../src/usecases/tokenize-card.ts';
import { sweepRiskWork } from '../../src/workers/sweep-risk.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf } from '../support/core-commands.ts';
import { until } from '../support/until.ts';
import { openCard, unlistedPan } from './cards.ts';

let house: TestCore;
/** The same core as if it were live: every card is somebody's, and none is listed. */
let live: Gateway;
before(async () => {
  house = await startTestCore();
  live = { ...house.gateway, mode: 'live', acceptance: { judge: () => 'accepted' } };
});
after(() => house.close());

const declined = '4000000000000002';
const plain = '4242424242424242';
const most = (scope: string, measure = 'refuse'): number =>
  cardLimits.find((limit) => limit.scope === scope && limit.measure === measure)?.failuresMax ?? 0;

/** What another process would know. */
function otherProcess(): CardLimiter {
  const { clock, risk } = house.gateway;
  return new CardLimiter({ store: createFailedCardStore(house.core.database), hash: risk.hash, clock });
}

async function trial(gateway: Gateway, pan: string, ip: string | null): Promise<CardTrial> {
  const { value } = await gateway.vault.fingerprint(house.merchant.id, openCard(pan).pan);
  return { merchantId: house.merchant.id, ip, bin: pan.slice(0, 6), fingerprint: value.toString('hex') };
}

function direct(pan: string, ip: string) {
  return command(
    house,
    { from: 'direct', card: openCard(pan), brand: 'visa' },
    { browser: { ip, device: null } },
  );
}

test('what is past its time is swept, and nothing else', async () => {
  const { database, clock } = house.core;
  const sweeps = createRiskSweepStore(database);
  const now = clock.now();
  const insert = (id: number, expiresInSeconds: number) =>
    database.query({
      name: 'test-insert-counter',
      text: `insert into risk_counters (merchant_id, dimension, value_hash, span, begun_at, attempts, attempts_before, expires_at)
        values ($1, 'ip', decode(lpad(to_hex($2::integer), 32, '0'), 'hex'), '1 hour', $3, 1, 0, $4)`,
      values: [house.merchant.id, id, now.toISOString(), addSeconds(now, expiresInSeconds).toISOString()],
    });
  await insert(1, -1);
  await insert(2, 3600);
  await house.gateway.cardLimiter.countFailure(await trial(live, unlistedPan(1, '459999'), null), null);
  await sweepRiskWork({ sweeps, clock }).run();
  const count = async (table: string) => (await house.database.pool.query(`select 1 from ${table}`)).rowCount;
  assert.equal(await count('risk_counters'), 1);
  assert.equal(await count('failed_cards'), 2, 'by BIN and by merchant, an hour long');
  await clock.advance(3601);
  await sweepRiskWork({ sweeps, clock }).run();
  assert.equal(await count('risk_counters'), 0);
  assert.equal(await count('failed_cards'), 0);
});

test('in the sandbox, distinct unlisted cards from one address are too many at some point, in every process', async () => {
  const browser = { ip: '198.51.100.7', device: null };
  const refusalOf = async (gateway: Gateway, pan: string) => {
    const result = await tokenizeCard(gateway, { merchant: house.merchant, card: openCard(pan), browser });
    return result.kind === 'refused' ? result.refusal : null;
  };
  for (let index = 0; index < most('address'); index++) {
    const pan = unlistedPan(index, `45${3201 + index}`);
    assert.equal((await refusalOf(house.gateway, pan))?.code, 'card_not_accepted');
    assert.equal(
      (await refusalOf(house.gateway, pan))?.code,
      'card_not_accepted',
      'the same card is no news',
    );
  }
  const limited = await refusalOf(house.gateway, unlistedPan(9999));
  assert.equal(limited?.code, 'rate_limited');
  assert.equal(limited?.retryAfterSeconds, limitSeconds);
  const second: Gateway = { ...house.gateway, cardLimiter: otherProcess() };
  assert.equal((await refusalOf(second, unlistedPan(10_000)))?.code, 'rate_limited', 'another process');
  assert.equal(await refusalOf(house.gateway, plain), null, 'a listed card meets no limit');
  await house.core.clock.advance(limitSeconds + 1);
  assert.equal(
    (await refusalOf(house.gateway, unlistedPan(0, '453201')))?.code,
    'rate_limited',
    'again, at once',
  );
  await house.core.clock.advance(2 * 3600);
  assert.equal((await refusalOf(house.gateway, unlistedPan(0)))?.code, 'card_not_accepted', 'after a while');
});

test('live, a card that fails over and over is refused before anything is opened', async () => {
  const ip = '198.51.100.20';
  for (let round = 0; round <= most('card'); round++)
    assert.equal(paymentOf(await createPayment(live, direct(declined, ip))).status.state, 'failed');
  const probe = await trial(live, declined, ip);
  await until('the failures are counted', () => live.cardLimiter.judge(probe) !== null);
  const result = await createPayment(live, direct(declined, ip));
  assert.equal(result.kind === 'refused' && result.refusal.code, 'rate_limited');
  const other = otherProcess();
  assert.equal(other.judge(probe), null, 'another process has not heard of it');
  await other.refresh();
  assert.equal(other.judge(probe)?.measure, 'refuse', 'until it looks');
  const elsewhere = await createPayment(live, direct(plain, ip));
  assert.equal(paymentOf(elsewhere).status.state, 'captured', 'another card from there passes');
});

test('live, many failing cards of one BIN hold that BIN off, unless most payments go through', async () => {
  const countFailures = async (): Promise<void> => {
    for (let index = 0; index <= most('bin'); index++)
      await live.cardLimiter.countFailure(await trial(live, unlistedPan(index, '455500'), null), `a${index}`);
  };
  await house.core.database.query({
    name: 'test-insert-successes',
    text: `insert into payments (id, merchant_id, version, dialect, state, amount, currency, captured, capture_method,
        flow_id, source, initiator, acquirer_reference, captured_at, created_at, updated_at)
      select 'tx_success' || number, $1, 1, 'test', 'captured', 1000, 'USD', 1000, 'automatic', 'flow_default', 'direct',
        'cardholder', 'x', $2, $2, $2 from generate_series(1, 200) number`,
    values: [house.merchant.id, house.gateway.clock.now().toISOString()],
  });
  await countFailures();
  const next = await trial(live, unlistedPan(5000, '455500'), '192.0.2.50');
  assert.equal(live.cardLimiter.judge(next), null, 'a busy shop has declines');
  await house.database.pool.query(`delete from payments where id like 'tx_success%'`);
  await live.cardLimiter.countFailure(next, 'one more');
  assert.equal(live.cardLimiter.judge(next)?.measure, 'refuse');
  const otherBin = await trial(live, unlistedPan(1, '455501'), '192.0.2.50');
  assert.equal(live.cardLimiter.judge(otherBin), null);
});

test('when declines jump, cardholders must authenticate, whatever the rules say', async () => {
  for (let index = 0; index <= most('merchant', 'authenticate'); index++) {
    const pan = unlistedPan(index, String(456_000 + index));
    await live.cardLimiter.countFailure(await trial(live, pan, null), `jump${index}`);
  }
  const result = await createPayment(live, direct(plain, '192.0.2.77'));
  const payment = paymentOf(result);
  assert.equal(payment.status.state, 'authenticating');
  const [decision] = await live.risk.listDecisions(house.merchant.id, payment.id);
  assert.equal(decision?.reason, 'declines_jumped');
  const inSandbox = await createPayment(house.gateway, direct(plain, '192.0.2.77'));
  assert.equal(paymentOf(inSandbox).status.state, 'captured', 'the sandbox’s listed cards are left alone');
});
