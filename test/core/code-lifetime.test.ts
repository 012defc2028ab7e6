import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Payment } from '../../src/domain/payment.ts';
import { createSweepStore } from '../../src/store/sweeps.ts';
import { completeAuthentication } from '../../src/usecases/complete-authentication.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { startTestCore, type TestCore } from '../support/core.ts';
import { command, paymentOf, tokenFor } from '../support/core-commands.ts';

let house: TestCore;
before(async () => {
  house = await startTestCore();
});
after(() => house.close());

const good = '4242424242424242';
const challenged = '4000002500003155';

test('a token that is used in its last minute leaves the cardholder all the time at the issuer', async () => {
  const card = await tokenFor(house, challenged);
  await house.core.clock.advance(29 * 60 + 59);
  const browserTokens: string[] = [];
  const waiting = paymentOf(
    await createPayment(
      house.gateway,
      command(house, card, {
        notificationUrl: (token) => {
          browserTokens.push(token);
          return `http://127.0.0.1:1/return/${token}`;
        },
      }),
    ),
  );
  assert.equal(waiting.status.state, 'authenticating');
  await house.core.clock.advance(29 * 60 + 55);
  await createSweepStore(house.core.database).deleteExpiredCvcs(house.gateway.clock.now(), 100);
  await authenticated(waiting);
  const completed = await completeAuthentication(house.gateway, browserTokens.at(-1) ?? '');
  assert.equal(completed.kind === 'final' && completed.payment.status.state, 'captured');
  const { rows } = await house.database.pool.query('select from vault.cvcs where card_id = $1', [
    waiting.card?.id,
  ]);
  assert.equal(rows.length, 0);
});

/** The issuer's word, as it comes from server to server. */
async function authenticated(payment: Payment): Promise<void> {
  const { pool } = house.database;
  const { rows } = await pool.query(
    `update sandbox_bank.authentications bank set trans_status = 'Y', eci = '05', authentication_value = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='
     from authentications ours where ours.payment_id = $1 and bank.server_transaction_id = ours.server_transaction_id
     returning ours.id, bank.eci, bank.authentication_value, bank.ds_transaction_id`,
    [payment.id],
  );
  const [{ id, eci, authentication_value, ds_transaction_id }] = rows;
  await pool.query(
    `update authentications set state = 'authenticated', trans_status = 'Y', eci = $2, authentication_value = $3,
       ds_transaction_id = $4, version = '2.2.0' where id = $1`,
    [id, eci, authentication_value, ds_transaction_id],
  );
}

test('a token that is used in its last second pays, however long the acquirer’s turn takes to come', async () => {
  const card = await tokenFor(house, good);
  await house.core.clock.advance(29 * 60 + 59);
  const { vault } = house.gateway;
  const gateway: Gateway = {
    ...house.gateway,
    vault: {
      ...vault,
      async open(...asked) {
        await house.core.clock.advance(10);
        return vault.open(...asked);
      },
    },
  };
  assert.equal(paymentOf(await createPayment(gateway, command(house, card))).status.state, 'captured');
});

test('the code of a card is gone as soon as its message was sent, whether or not an answer came', async () => {
  const { acquirer } = house.gateway;
  const authorize = async () => ({ kind: 'unknown', cause: 'no answer in time' }) as const;
  const lost = { ...house.gateway, acquirer: { ...acquirer, authorize } };
  const pending = paymentOf(await createPayment(lost, command(house, await tokenFor(house, good))));
  assert.equal(pending.status.state, 'authorizing');
  const { rows } = await house.database.pool.query('select from vault.cvcs where card_id = $1', [
    pending.card?.id,
  ]);
  assert.equal(rows.length, 0);
});
