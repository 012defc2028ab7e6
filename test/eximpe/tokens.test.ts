import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newCard, openShop, orderBody, otherCredentials, type Shop } from './shop.ts';

let shop: Shop;
before(async () => {
  shop = await openShop();
});
after(() => shop.gateway.close());

let customers = 0;
/** A customer without cards. */
function newCustomer(): string {
  customers += 1;
  return `CUST-${customers}`;
}

const card = (fields: object = {}) => {
  const { number: card_number, ...rest } = newCard;
  return { identifier: newCustomer(), card_number, card_type: 'debit_card', ...rest, ...fields };
};

describe('10.1: POST /pg/tokens/', () => {
  test('answers the label and a token of 22 lower-case hex characters', async () => {
    const answer = await shop.post('/pg/tokens/', card({ nickname: 'Salary card' }));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.message, 'Card details saved successfully');
    assert.equal(answer.body.data.card_label, 'Salary card');
    assert.match(answer.body.data.card_token, /^[0-9a-f]{22}$/);
  });

  test('a card without a nickname is labelled by what may be shown', async () => {
    assert.equal((await shop.post('/pg/tokens', card())).body.data.card_label, 'VISA ****0003');
  });

  const accepted: [name: string, fields: object][] = [
    [
      'the field names of the guide',
      { card_number: undefined, number: newCard.number, card_type: undefined },
    ],
    ['both names of the number, when they agree', { number: newCard.number }],
    ['integers for the expiry', { expiry_month: 5, expiry_year: 2040 }],
    ['older names of the card type', { card_type: 'CREDIT' }],
    ['no CVV', { cvv: undefined }],
    ['spaces in the number', { card_number: '4895 3801 1000 0003' }],
    [
      'RuPay with a reference',
      { card_number: '6521123456789012', network: 'RUPAY', authorization_reference_number: 'A1' },
    ],
    [
      'American Express with a reference',
      { card_number: '378282246310005', network: 'amex', cvv: '1234', authorization_reference_number: 'A1' },
    ],
    ['consent that was given', { card_holder_consent: true }],
  ];
  for (const [name, fields] of accepted) {
    test(`accepts ${name}`, async () => {
      const answer = await shop.post('/pg/tokens/', card(fields));
      assert.equal(answer.status, 200, answer.text);
    });
  }

  const required = 'This field is required.';
  const refused: [name: string, fields: object, attr: string, detail: string][] = [
    ['no identifier', { identifier: undefined }, 'identifier', required],
    ['no number', { card_number: undefined }, 'card_number', required],
    [
      'two numbers',
      { number: '4111111111111111' },
      'card_number',
      'card_number and number name different cards.',
    ],
    ['a bad number', { card_number: '1234' }, 'card_number', 'Invalid card number format.'],
    [
      'a bad number of the guide',
      { card_number: undefined, number: '4895380110000004' },
      'number',
      'Invalid card number format.',
    ],
    ['no name', { cardholder_name: '' }, 'cardholder_name', required],
    ['an unknown network', { network: 'upi' }, 'network', '"upi" is not a valid choice.'],
    ['a past year', { expiry_year: 2020 }, 'expiry_year', 'The card has expired.'],
    [
      'RuPay without a reference',
      { card_number: '6521123456789012', network: 'rupay' },
      'authorization_reference_number',
      'Authorization reference number is required for Rupay cards.',
    ],
    [
      'consent that was refused',
      { card_holder_consent: false },
      'card_holder_consent',
      'The card may be saved only with the consent of its holder.',
    ],
    [
      'a card number as nickname',
      { nickname: '4111 1111 1111 1111' },
      'nickname',
      'This field must not contain a card number.',
    ],
  ];
  for (const [name, fields, attr, detail] of refused) {
    test(`refuses ${name} in both of the contract's shapes`, async () => {
      const answer = await shop.post('/pg/tokens/', card(fields));
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.body, {
        success: false,
        error: {
          type: 'validation_error',
          errors: [{ code: detail === required ? 'required' : 'invalid', detail, attr }],
          code: 'ERR_TOKEN_002',
          message: 'Validation error',
          details: { [attr]: detail },
        },
      });
    });
  }

  test('the same card of the same customer exists already: 409', async () => {
    const body = card();
    assert.equal((await shop.post('/pg/tokens/', body)).status, 200);
    const again = await shop.post('/pg/tokens/', { ...body, nickname: 'Other' });
    assert.deepEqual([again.status, again.body.error.code], [409, 'ERR_TOKEN_409']);
    assert.equal((await shop.post('/pg/tokens/', { ...body, identifier: newCustomer() })).status, 200);
  });

  test('the CVV of a saved card is not kept anywhere', async () => {
    await shop.post('/pg/tokens/', card());
    const { rows } = await shop.gateway.testDatabase.pool.query(
      'select count(*)::integer as kept from vault.cvcs',
    );
    assert.equal(rows[0].kept, 0);
  });
});

describe('10.2: GET /pg/tokens/', () => {
  test('lists the customer’s cards, all digits hidden but the last four', async () => {
    const body = card({ nickname: 'Salary card' });
    const saved = await shop.post('/pg/tokens/', body);
    const answer = await shop.get(`/pg/tokens/?identifier=${body.identifier}`);
    assert.equal(answer.body.message, 'Card details fetched successfully');
    assert.deepEqual(answer.body.data, [
      {
        card_token: saved.body.data.card_token,
        identifier: body.identifier,
        cardholder_name: 'Asha Rao',
        nickname: 'Salary card',
        card_type: 'debit_card',
        network: 'visa',
        masked_pan: 'XXXXXXXXXXXX0003',
        expiry_month: 5,
        expiry_year: 2040,
      },
    ]);
  });

  test('nobody’s cards are an empty list', async () => {
    const answer = await shop.get(`/pg/tokens?identifier=${newCustomer()}`);
    assert.deepEqual([answer.status, answer.body.data], [200, []]);
  });

  test('the identifier is required, and an empty one is none', async () => {
    for (const query of ['', '?identifier=']) {
      const answer = await shop.get(`/pg/tokens/${query}`);
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.body.error.details, { identifier: 'This field is required.' });
    }
  });

  test('another merchant does not see the cards', async () => {
    const body = card();
    await shop.post('/pg/tokens/', body);
    const answer = await shop.get(`/pg/tokens/?identifier=${body.identifier}`, otherCredentials);
    assert.deepEqual(answer.body.data, []);
  });
});

describe('10.3: deleting a card', () => {
  for (const method of ['POST', 'DELETE']) {
    for (const path of ['/pg/tokens/delete/', '/pg/tokens/delete']) {
      test(`${method} ${path} deletes for good; the second time nothing is found`, async () => {
        const { identifier, ...rest } = card();
        const { card_token } = (await shop.post('/pg/tokens/', { identifier, ...rest })).body.data;
        const answer = await shop.call(method, path, { card_token, identifier });
        assert.deepEqual(
          [answer.status, answer.body],
          [200, { success: true, message: 'Card details deleted successfully', data: {} }],
        );
        const again = await shop.call(method, path, { card_token, identifier });
        assert.deepEqual([again.status, again.body.error.code], [404, 'ERR_TOKEN_404']);
        assert.equal(again.body.error.message, 'Card token not found');
        assert.deepEqual((await shop.get(`/pg/tokens/?identifier=${identifier}`)).body.data, []);
      });
    }
  }

  test('another customer’s card is refused with ERR_TOKEN_ACCESS, another merchant’s is unknown', async () => {
    const body = card();
    const { card_token } = (await shop.post('/pg/tokens/', body)).body.data;
    const wrong = await shop.post('/pg/tokens/delete/', { card_token, identifier: 'somebody' });
    assert.deepEqual([wrong.status, wrong.body.error.code], [404, 'ERR_TOKEN_ACCESS']);
    assert.equal(wrong.body.error.message, 'Card token does not belong to the specified identifier');
    const foreign = await shop.post(
      '/pg/tokens/delete/',
      { card_token, identifier: body.identifier },
      otherCredentials,
    );
    assert.deepEqual([foreign.status, foreign.body.error.code], [404, 'ERR_TOKEN_404']);
    assert.equal((await shop.get(`/pg/tokens/?identifier=${body.identifier}`)).body.data.length, 1);
  });
});

describe('10.4: saving with a payment', () => {
  const saving = (identifier: string) => ({
    card_details: { ...newCard, identifier, save_card: true, nickname: 'Salary card' },
  });
  const listed = async (identifier: string) =>
    (await shop.get(`/pg/tokens/?identifier=${identifier}`)).body.data;

  test('the card is saved only after the payment succeeded, and once', async () => {
    const identifier = newCustomer();
    const { form } = await shop.order(saving(identifier));
    assert.deepEqual(await listed(identifier), []);
    await shop.authenticate(form, { otp: '123456' });
    const [saved, ...more] = await listed(identifier);
    assert.deepEqual(more, []);
    assert.deepEqual([saved.nickname, saved.card_type], ['Salary card', 'debit_card']);
    await shop.pay(saving(identifier));
    assert.deepEqual(
      (await listed(identifier)).map((item: { card_token: string }) => item.card_token),
      [saved.card_token],
    );
  });

  test('a payment that failed saves nothing', async () => {
    const identifier = newCustomer();
    const { form } = await shop.order(saving(identifier));
    await shop.authenticate(form, { otp: '222222' });
    assert.deepEqual(await listed(identifier), []);
  });

  test('5.2: a saved card pays by its token, after a challenge, for its own customer and network', async () => {
    const identifier = newCustomer();
    const saved = await shop.post('/pg/tokens/', card({ identifier }));
    const token = saved.body.data.card_token;
    const { id } = await shop.pay({ card_details: { token, identifier, network: 'VISA' } });
    assert.equal((await shop.status(id)).status, 'payment_successful');
    const refusals: [details: object, where: object][] = [
      [{ token, identifier: 'somebody', network: 'visa' }, { token: 'Invalid card token' }],
      [{ token, identifier, network: 'rupay' }, { network: 'Network does not match the saved card.' }],
      [{ token: `${token.slice(1)}0`, identifier, network: 'visa' }, { token: 'Invalid card token' }],
    ];
    for (const [card_details, where] of refusals) {
      const answer = await shop.post('/pg/orders/', orderBody({ card_details }));
      assert.deepEqual([answer.status, answer.body.error.details], [400, { card_details: where }]);
    }
    const foreign = await shop.post(
      '/pg/orders/',
      orderBody({ card_details: { token, identifier, network: 'visa' } }),
      otherCredentials,
    );
    assert.deepEqual(foreign.body.error.details, { card_details: { token: 'Invalid card token' } });
    await shop.post('/pg/tokens/delete/', { card_token: token, identifier });
    const gone = await shop.post(
      '/pg/orders/',
      orderBody({ card_details: { token, identifier, network: 'visa' } }),
    );
    assert.deepEqual(gone.body.error.details, { card_details: { token: 'Invalid card token' } });
  });

  test('a payment that began with a token completes although the card was deleted meanwhile', async () => {
    const identifier = newCustomer();
    const token = (await shop.post('/pg/tokens/', card({ identifier }))).body.data.card_token;
    const { id, form } = await shop.order({ card_details: { token, identifier, network: 'visa' } });
    await shop.post('/pg/tokens/delete/', { card_token: token, identifier });
    await shop.authenticate(form, { otp: '123456' });
    assert.equal((await shop.status(id)).status, 'payment_successful');
  });
});
