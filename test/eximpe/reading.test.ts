import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newCard, newReference, openShop, orderBody, otherCredentials, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

describe('8.1: GET /pg/orders/{order_id}/status/', () => {
  test('answers the four fields that are always there, and the three of the older shape', async () => {
    const reference_id = newReference();
    const { id } = await shop.order({ reference_id });
    for (const path of [`/pg/orders/${id}/status/`, `/pg/orders/${id}/status`]) {
      const answer = await shop.get(path);
      assert.equal(answer.status, 200);
      assert.equal(answer.body.message, 'Order status fetched successfully');
      const { created_at, updated_at, ...data } = answer.body.data;
      assert.match(created_at, time);
      assert.match(updated_at, time);
      assert.deepEqual(data, {
        order_id: id,
        status: 'payment_pending',
        status_message: null,
        amount: '1249.50',
        currency: 'INR',
        reference_id,
      });
    }
  });

  test('an unknown order and another merchant’s are the same 404', async () => {
    const { id } = await shop.order();
    const unknown = await shop.get('/pg/orders/OD0000000000/status/');
    assert.equal(unknown.status, 404);
    assert.deepEqual(unknown.body, {
      success: false,
      error: { code: 'ERR_ORDER_001', message: 'Order not found', details: { order_id: 'Order not found' } },
    });
    for (const path of [`/pg/orders/${id}/status/`, `/pg/orders/${id}/`, '/pg/orders/nonsense/']) {
      const foreign = await shop.get(path, otherCredentials);
      assert.deepEqual([foreign.status, foreign.body], [404, unknown.body]);
    }
  });
});

describe('8.2: GET /pg/orders/{order_id}/', () => {
  test('answers the order as it was sent, with its payment, and no card data', async () => {
    const reference_id = newReference();
    const { id, callback } = await shop.pay({ reference_id });
    const answer = await shop.get(`/pg/orders/${id}/`);
    assert.equal(answer.body.message, 'Order fetched successfully');
    const { created_at, payments, ...data } = answer.body.data;
    assert.match(created_at, time);
    const { ip_address: _ip, user_agent: _agent, ...buyer } = orderBody().buyer;
    assert.deepEqual(data, {
      order_id: id,
      reference_id,
      amount: '1249.50',
      currency: 'INR',
      opted_mop_type: 'debit_card',
      mop_type: 'debit_card',
      buyer: { ...buyer, pan_number: null, dob: null },
      product: {
        name: 'Annual plan',
        description: null,
        hs_code: null,
        hs_code_description: null,
        type_of_goods: 'service',
      },
      invoice: { number: 'INV_1042', date: '2026-03-04', file: null },
      air_waybills: [],
      status: 'payment_successful',
      status_message: 'Payment captured successfully',
      is_testing: true,
    });
    assert.equal(payments.length, 1);
    assert.equal(payments[0].payment_id, Object.fromEntries(callback.fields).payment_id);
    assert.deepEqual([payments[0].status, payments[0].error_code], ['captured', null]);
    assert.equal(payments[0].settlement.status, 'pending');
    assert.doesNotMatch(answer.text, /4895380110000003|"cvv"/);
  });

  test('section 14: a decline says why as a code', async () => {
    const { id, form } = await shop.order();
    await shop.authenticate(form, { otp: '222222' });
    const { status, payments } = (await shop.get(`/pg/orders/${id}/`)).body.data;
    assert.equal(status, 'failed');
    assert.deepEqual(
      [payments[0].status, payments[0].status_message, payments[0].error_code],
      ['failed', 'Not enough balance', 'INSUFFICIENT_FUNDS'],
    );
  });
});

describe('8.5: payments', () => {
  test('the list shows rows in an envelope, newest first, ten a page', async () => {
    const reference_id = newReference();
    const { id } = await shop.pay({ reference_id });
    const payment_id = await shop.paymentOf(id);
    const answer = await shop.get('/pg/payments/');
    assert.equal(answer.body.message, 'Domestic payment requests retrieved successfully');
    assert.equal(answer.body.data.page_size, 10);
    const { created_at, ...row } = answer.body.data.results[0];
    assert.match(created_at, time);
    assert.deepEqual(row, {
      payment_id,
      merchant: { id: '2000000001', name: 'Demo Shop' },
      reference_id,
      buyer: { name: 'Asha Rao', email: 'asha@shop.example', phone: '+919800000001' },
      order_id: id,
      invoice_number: 'INV_1042',
      amount: { amount: '1249.50', total_amount: '1249.50', currency: 'INR' },
      comment: null,
      mop_type: 'debit_card',
      status: 'captured',
    });
  });

  test('each filter finds its payment, and only those', async () => {
    const reference_id = newReference();
    const buyer = { ...orderBody().buyer, name: 'Zebedee Quill' };
    const { id } = await shop.order({ reference_id, buyer, mop_type: 'credit_card' });
    const payment_id = await shop.paymentOf(id);
    const matching = [
      `payment_id=${payment_id}`,
      `order_id=${id}`,
      `reference_id=${reference_id}`,
      'buyer_name=zebedee',
      `reference_id=${reference_id}&status=pending&currency=inr&merchant_id=2000000001`,
      `reference_id=${reference_id}&mop_type=CREDIT_CARD&from_created_at=2020-01-01`,
    ];
    for (const query of matching) {
      const { data } = (await shop.get(`/pg/payments/?${query}`)).body;
      assert.deepEqual([data.count, data.results[0]?.payment_id], [1, payment_id], query);
    }
    const empty = [
      'status=captured',
      'mop_type=debit_card',
      'currency=USD',
      'merchant_id=1',
      'to_created_at=2020-01-01T10:00:00Z',
    ];
    for (const query of empty)
      assert.equal(
        (await shop.get(`/pg/payments/?reference_id=${reference_id}&${query}`)).body.data.count,
        0,
        query,
      );
    assert.equal((await shop.get(`/pg/payments/?order_id=${id}`, otherCredentials)).body.data.count, 0);
    const bad = await shop.get('/pg/payments/?status=paid&from_created_at=yesterday');
    assert.deepEqual([bad.status, bad.body.error.code], [400, 'ERR_PAYMENT_002']);
  });

  test('section 17: orders can be listed too', async () => {
    const { id } = await shop.order();
    const { data } = (await shop.get(`/pg/orders/?order_id=${id}`)).body;
    assert.deepEqual([data.count, data.results[0].status], [1, 'payment_pending']);
  });

  test('the detail shows order, card face and refunds', async () => {
    const { id } = await shop.pay();
    const payment_id = await shop.paymentOf(id);
    await shop.post('/pg/refunds/', { payment_id, refund_amount: '1' });
    const answer = await shop.get(`/pg/payments/${payment_id}/`);
    assert.equal(answer.body.message, 'Domestic payment request details retrieved successfully');
    const { data } = answer.body;
    assert.deepEqual([data.payment_id, data.order.order_id, data.status], [payment_id, id, 'captured']);
    assert.equal(data.bank_ref_num, `${id}-${payment_id}`);
    assert.equal(data.mop_detail.card_mask, 'XXXXXXXXXXXX0003');
    assert.equal(data.mop_detail.card_holder_name, newCard.cardholder_name);
    assert.equal(data.refund.length, 1);
    assert.equal(data.order.payments, undefined);
    const unknown = await shop.get(`/pg/payments/${payment_id}/`, otherCredentials);
    assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'ERR_PAYMENT_001']);
  });
});

describe('section 12: POST /pg/bin/', () => {
  test('answers bank, network, kind and home of a card', async () => {
    for (const bin of ['489538', '48953801', 489538011]) {
      const answer = await shop.post('/pg/bin/', { bin });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.message, 'BIN lookup successful');
      const { bank, network, card_type, is_domestic } = answer.body.data;
      assert.equal(network, 'visa');
      assert.equal(bank, bank.toLowerCase());
      assert.match(card_type, /^(credit|debit)_card$/);
      assert.equal(typeof is_domestic, 'boolean');
    }
  });

  test('anything but six to nine digits is refused with ERR_BIN_001', async () => {
    for (const bin of ['12345', '1234567890', 'abcdefgh']) {
      const answer = await shop.post('/pg/bin', { bin });
      assert.deepEqual([answer.status, answer.body.error.code], [400, 'ERR_BIN_001']);
      assert.deepEqual(answer.body.error.details, { bin: 'BIN code must be 8 digits' });
    }
  });
});

describe('section 16: what is not offered', () => {
  for (const path of [
    '/pg/subscriptions/card/',
    '/pg/payment-links/',
    '/pg/settlements/ST1/recon/',
    '/pg/vba/x',
  ])
    test(`${path} says that it is not offered`, async () => {
      const answer = await shop.post(path);
      assert.deepEqual(
        [answer.status, answer.body.success, answer.body.error.code],
        [501, false, 'ERR_NOT_OFFERED'],
      );
    });

  test('an unknown path is 404 and a wrong method 405, in shape A', async () => {
    const unknown = await shop.get('/pg/orderz/');
    assert.deepEqual([unknown.status, unknown.body.success], [404, false]);
    const method = await shop.call('PUT', '/pg/orders/');
    assert.deepEqual([method.status, method.body.error.code], [405, 'ERR_METHOD_NOT_ALLOWED']);
  });

  test('partners are for PSP accounts', async () => {
    const answer = await shop.get('/partners/merchants/');
    assert.deepEqual([answer.status, answer.body.error.code], [403, 'ERR_AUTH_003']);
  });
});
