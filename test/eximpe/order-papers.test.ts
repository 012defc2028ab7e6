import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openShop, otherCredentials, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

describe('8.3: PATCH /pg/orders/{order_id}/', () => {
  test('answers an envelope inside an envelope, and the order shows what was told', async () => {
    const { id } = await shop.order();
    const answer = await shop.call('PATCH', `/pg/orders/${id}/`, {
      buyer: { pan_number: 'abcde1234f', dob: '1990-02-28' },
      invoice: { date: '2026-03-05' },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      [answer.body.message, answer.body.data.message],
      Array(2).fill('Order updated successfully'),
    );
    const { order_id, buyer, invoice } = answer.body.data.data;
    assert.deepEqual([order_id, buyer.pan_number, buyer.dob], [id, 'ABCDE1234F', '1990-02-28']);
    assert.deepEqual(invoice, { number: 'INV_1042', date: '2026-03-05', file: null });
    await shop.call('PATCH', `/pg/orders/${id}`, { invoice: { number: 'INV/2' } });
    const order = (await shop.get(`/pg/orders/${id}/`)).body.data;
    assert.deepEqual([order.buyer.pan_number, order.invoice.number], ['ABCDE1234F', 'INV/2']);
  });

  test('what is not valid is refused, and another merchant’s order is unknown', async () => {
    const { id } = await shop.order();
    const bad = await shop.call('PATCH', `/pg/orders/${id}/`, {
      buyer: { pan_number: '12345', dob: '1990-02-31' },
    });
    assert.equal(bad.status, 400);
    assert.deepEqual(bad.body.error.details, {
      buyer: { pan_number: 'PAN number must have the form ABCDE1234F.' },
    });
    const date = await shop.call('PATCH', `/pg/orders/${id}/`, { buyer: { dob: '1990-02-31' } });
    assert.deepEqual(date.body.error.details, { buyer: { dob: 'This is not a date of the calendar.' } });
    assert.equal((await shop.call('PATCH', `/pg/orders/${id}/`, {}, otherCredentials)).status, 404);
  });

  test('an amendment does not disturb a payment that is under way', async () => {
    const { id, form } = await shop.order();
    await Promise.all([
      shop.authenticate(form, { otp: '123456' }),
      ...Array.from({ length: 5 }, (_, day) =>
        shop.call('PATCH', `/pg/orders/${id}/`, { invoice: { date: `2026-03-0${day + 1}` } }),
      ),
    ]);
    assert.equal((await shop.status(id)).status, 'payment_successful');
  });
});

describe('8.4: POST /pg/orders/{order_id}/documents/', () => {
  const pdf = new Blob(['%PDF-1.7\nan invoice\n'], { type: 'application/pdf' });
  const upload = (fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  };

  test('keeps invoice and air waybills, shows them with the order, and gives them back to the merchant alone', async () => {
    const { id } = await shop.order();
    const path = `/pg/orders/${id}/documents/`;
    const invoice = await shop.call(
      'POST',
      path,
      upload({ identifier: 'INV_1042', document_type: 'invoice', file: pdf }),
    );
    assert.equal(invoice.status, 200, invoice.text);
    assert.equal(invoice.body.message, 'Documents uploaded successfully');
    const jpeg = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0])]);
    const awb = await shop.call(
      'POST',
      path,
      upload({ identifier: 'AWB7', document_type: 'AWB', file: jpeg }),
    );
    assert.equal(awb.body.data.air_waybills[0].number, 'AWB7');
    const { file } = awb.body.data.invoice;
    assert.ok(file.startsWith(`${shop.gateway.url}${path}`));
    const filePath = file.slice(shop.gateway.url.length);
    const found = await shop.get(filePath);
    assert.equal(found.headers.get('content-type'), 'application/pdf');
    assert.equal(found.text, '%PDF-1.7\nan invoice\n');
    assert.equal((await shop.get(filePath, otherCredentials)).status, 404);
  });

  test('refuses what is missing, too large, or neither PDF nor JPEG', async () => {
    const { id } = await shop.order();
    const fields = { identifier: 'X', document_type: 'invoice', file: pdf };
    const cases: [name: string, fields: Record<string, string | Blob>, field: string, message: string][] = [
      ['no file', { identifier: 'X', document_type: 'invoice' }, 'file', 'This field is required.'],
      ['no type', { identifier: 'X', file: pdf }, 'document_type', 'This field is required.'],
      [
        'another type',
        { ...fields, document_type: 'photo' },
        'document_type',
        '"photo" is not a valid choice.',
      ],
      ['no identifier', { ...fields, identifier: '' }, 'identifier', 'This field is required.'],
      ['a text', { ...fields, file: new Blob(['hello']) }, 'file', 'The file must be a PDF or JPEG.'],
      [
        'more than 2 MB',
        { ...fields, file: new Blob(['%PDF-', new Uint8Array(2 * 1024 * 1024)]) },
        'file',
        'The file must not be larger than 2 MB.',
      ],
    ];
    for (const [name, sent, field, message] of cases) {
      const answer = await shop.call('POST', `/pg/orders/${id}/documents`, upload(sent));
      assert.equal(answer.status, 400, name);
      assert.equal(answer.body.error.details[field], message, name);
    }
    const noForm = await shop.post(`/pg/orders/${id}/documents/`, {});
    assert.deepEqual([noForm.status, noForm.body.error.details], [400, { file: 'This field is required.' }]);
    const broken = await shop.call('POST', `/pg/orders/${id}/documents/`, '--x\r\nnonsense', {
      'content-type': 'multipart/form-data; boundary=x',
    });
    assert.equal(broken.status, 400, broken.text);
  });
});
