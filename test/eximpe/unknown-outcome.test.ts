import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type OutsideBank, startOutsideBank } from '../support/outside-bank.ts';
import { until } from '../support/until.ts';
import { newCard, openShop, orderBody, type Shop } from './shop.ts';

const withoutChallenge = { card_details: { ...newCard, number: '4000009700000014' } };
let bank: OutsideBank;
let line: Server;
let shop: Shop;

before(async () => {
  bank = await startOutsideBank();
  line = createServer(async (request, response) => {
    const { url = '', method = 'GET', headers } = request;
    const answer = await fetch(`${bank.url}${url}`, {
      method,
      headers: { 'x-api-key': String(headers['x-api-key']), 'content-type': 'application/json' },
      ...(method !== 'GET' && { body: await text(request) }),
    });
    if (url === '/authorizations' && method === 'POST') return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const { port } = line.address() as AddressInfo;
  shop = await openShop({ env: { SALLYPORT_ACQUIRER_URL: `http://127.0.0.1:${port}` } });
});
after(async () => {
  await shop.gateway.close();
  line.closeAllConnections();
  line.close();
  await bank.close();
});

test('5.7: an order without a challenge whose outcome is not known is 202 payment_pending, then 409 under its key, then its outcome for good', async () => {
  const body = orderBody(withoutChallenge);
  const order = () => shop.post('/pg/orders/', body, { 'idempotency-key': 'lost answer' });
  const first = await order();
  assert.equal(first.status, 202, first.text);
  const { order_id } = first.body.data;
  assert.deepEqual(first.body, {
    success: true,
    message: 'S2S Card Payment Request created successfully',
    data: { order_id, status: 'payment_pending' },
  });
  const second = await order();
  assert.equal(second.status, 409);
  assert.equal(second.body.error.code, 'ERR_IDEMPOTENCY_002');
  assert.match(second.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
  await shop.advance(60);
  await until(
    'the outcome is known',
    async () => (await shop.status(order_id)).status === 'payment_successful',
  );
  for (const _ of [1, 2]) {
    const last = await order();
    assert.equal(last.status, 200);
    assert.deepEqual(last.body.data, { order_id });
    assert.equal(last.headers.get('idempotent-replayed'), 'true');
  }
});
