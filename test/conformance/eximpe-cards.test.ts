import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { openShop, type Shop } from '../eximpe/shop.ts';

let shop: Shop;

before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

const documented = sandboxCards.filter(({ source }) => source === 'eximpe');

/** As the test data pages show them: 05/2030, any three digits; Amex has four. */
const detailsOf = (number: string, network: string) => ({
  number,
  network,
  cardholder_name: 'Asha Rao',
  expiry_month: '05',
  expiry_year: '2030',
  cvv: network === 'amex' ? '1234' : '412',
});

describe('[eximpe 15] test cards', () => {
  for (const { number, brand, note } of documented) {
    test(`${number} pays with the code 123456 (${note.split('.')[0]})`, async () => {
      const { id, callback } = await shop.pay({ card_details: detailsOf(number, brand) });
      assert.equal(Object.fromEntries(callback.fields).status, 'captured');
      assert.equal((await shop.status(id)).status, 'payment_successful');
    });
  }

  test('all of the contract’s are there: seven documented, eleven of its own client, four of its token pages', () => {
    const numbers = [
      ['5123456789012346', '4012001037141112', '5497774415170603', '6082015309577308', '5118700000000003'],
      ['4594538050639999', '4895380110000003', '4706131211212123', '4062288312345026', '4576238912771450'],
      ['4444333322221111', '5409162669381034', '5445856839524391', '5105105105105100', '5176539438527826'],
      ['6074825972083818', '6074828163369590', '6528591234543575', '4111111111111111', '5506900480000008'],
      ['6521123456789012', '378282246310005'],
    ].flat();
    const listed = new Set(documented.map(({ number }) => number));
    assert.deepEqual(
      numbers.filter((number) => !listed.has(number)),
      [],
    );
  });

  const codes: [otp: string, code: string, text: string][] = [
    ['111111', 'CARD_DECLINED', 'Bank declined the transaction'],
    ['222222', 'INSUFFICIENT_FUNDS', 'Not enough balance'],
    ['333333', 'EXPIRED_CARD', 'Card has expired'],
    ['444444', 'INVALID_CVV', 'Incorrect CVV provided'],
    ['555555', 'NETWORK_ERROR', 'Network connectivity issues'],
  ];
  for (const [otp, code, text] of codes) {
    test(`the code ${otp} ends as ${code}, whatever the card`, async () => {
      for (const card of [detailsOf('4895380110000003', 'visa'), detailsOf('6082015309577308', 'rupay')]) {
        const { id, form } = await shop.order({ card_details: card });
        await shop.authenticate(form, { otp });
        const { body } = await shop.get(`/pg/orders/${id}/`);
        const [payment] = body.data.payments;
        assert.deepEqual(
          [payment.status, payment.error_code, payment.status_message],
          ['failed', code, text],
        );
      }
    });
  }

  test('a card of ours needs no challenge, and is paid at once', async () => {
    const frictionless = sandboxCards.find(({ three_ds }) => three_ds === 'frictionless');
    assert.ok(frictionless);
    const made = await shop
      .order({ card_details: detailsOf(frictionless.number, frictionless.brand) })
      .catch(() => null);
    assert.equal(made, null, 'there is no template to read a form from');
  });
});
