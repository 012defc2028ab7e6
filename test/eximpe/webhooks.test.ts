import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { newCard, newReference, openShop, type Shop } from './shop.ts';

let shop: Shop;
let receiver: Receiver;
before(async () => {
  shop = await openShop();
  receiver = await startReceiver();
  const answer = await shop.post(
    '/v1/webhook_endpoints',
    { url: receiver.url, format: 'eximpe' },
    { authorization: 'Bearer sk_test_demo' },
  );
  assert.equal(answer.status, 201, answer.text);
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
});

/** The next webhook of that event about that order. */
async function arrived(event: string, orderId: string): Promise<ReceivedRequest> {
  const find = () =>
    receiver.received.find(
      ({ headers, body }) => headers['x-webhook-event'] === event && body.includes(orderId),
    );
  await until(`${event} of ${orderId} arrived`, () => find() !== undefined);
  const found = find();
  assert.ok(found);
  return found;
}

describe('section 13: webhooks', () => {
  test('PAYMENT_SUCCESSFUL is signed with the encryption key over the very bytes that arrive', async () => {
    const reference_id = newReference();
    const { id, callback } = await shop.pay({ reference_id });
    const { headers, body } = await arrived('PAYMENT_SUCCESSFUL', id);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['user-agent'], 'Eximpe-Webhook/1.0');
    assert.match(String(headers['x-webhook-timestamp']), /^\d{10}$/);
    const signature = createHmac('sha256', 'demo_encryption_key').update(body).digest('hex');
    assert.equal(headers['x-webhook-signature'], signature);
    const { event_time, sequence_number, data, ...envelope } = JSON.parse(body);
    assert.deepEqual(envelope, { event_type: 'PAYMENT_SUCCESSFUL', version: '1.0' });
    assert.match(event_time, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
    assert.match(sequence_number, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const { payment_id, bank_ref_num } = Object.fromEntries(callback.fields);
    assert.match(data.payment_completed_at, /\.\d{6}Z$/);
    assert.deepEqual(
      [data.status, data.message, data.mop_type, data.order_id, data.payment_id, data.bank_ref_num],
      ['captured', 'Payment successful', 'debit_card', id, payment_id, bank_ref_num],
    );
    assert.deepEqual([data.amount, data.merchant_reference_id], [1249.5, reference_id]);
  });

  test('PAYMENT_FAILED tells the reason', async () => {
    const { id, form } = await shop.order();
    await shop.authenticate(form, { action: 'cancel' });
    const { data } = JSON.parse((await arrived('PAYMENT_FAILED', id)).body);
    assert.deepEqual([data.status, data.message, data.bank_ref_num], ['failed', 'Cancelled by user', null]);
  });

  test('a session that nobody returns from fails by itself', async () => {
    const { id } = await shop.order();
    await shop.advance(901);
    const { data } = JSON.parse((await arrived('PAYMENT_FAILED', id)).body);
    assert.equal(data.message, 'Session expired');
    assert.equal((await shop.status(id)).status_message, 'Session expired');
  });

  test('the card that a payment saved is named', async () => {
    const identifier = newReference();
    const { id } = await shop.pay({ card_details: { ...newCard, identifier, save_card: true } });
    const { data } = JSON.parse((await arrived('PAYMENT_SUCCESSFUL', id)).body);
    const [card] = (await shop.get(`/pg/tokens/?identifier=${identifier}`)).body.data;
    assert.deepEqual([data.card_token, data.masked_pan], [card.card_token, 'XXXXXXXXXXXX0003']);
  });

  test('13.4: refunds tell each of their steps but the first', async () => {
    const { id } = await shop.pay();
    const payment_id = await shop.paymentOf(id);
    const { refund_id } = (await shop.post('/pg/refunds/', { payment_id, refund_amount: '249.50' })).body
      .data;
    const [refund] = JSON.parse((await arrived('PAYMENT_REFUNDED', id)).body).data.refunds;
    assert.deepEqual([refund.refund_id, refund.refund_amount, refund.amount], [refund_id, 249.5, 249.5]);
    const simulate = (status: string) => shop.post(`/pg/refunds/${refund_id}/simulate-status/`, { status });
    await simulate('PROCESSING');
    const update = JSON.parse((await arrived('REFUND_STATUS_UPDATE', id)).body);
    assert.equal(update.data.refunds[0].refund_status, 'PROCESSING');
    await simulate('INITIATED');
    await simulate('FAILED');
    await arrived('REFUND_FAILED', id);
    await simulate('FAILED');
    await simulate('REVERSED');
    await until('the last step arrived', () =>
      receiver.received.some(({ body }) => body.includes(id) && body.includes('REVERSED')),
    );
    const words = receiver.received
      .filter(({ body }) => body.includes(refund_id))
      .map(({ headers }) => headers['x-webhook-event'])
      .sort();
    assert.deepEqual(words, [
      'PAYMENT_REFUNDED',
      'REFUND_FAILED',
      'REFUND_STATUS_UPDATE',
      'REFUND_STATUS_UPDATE',
    ]);
  });

  test('no webhook carries a card number', () => {
    for (const { body } of receiver.received) assert.doesNotMatch(body, /4895380110000003/);
  });
});
