import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MerchantId, PaymentId } from '../../domain/ids.ts';
import { refusalCodes } from '../../domain/refusal.ts';
import { NumberLiteral } from '../../lib/strict-json.ts';
import { checkoutToken, readCheckoutToken } from './addresses.ts';
import { errorAnswer, errorCodes } from './errors.ts';
import { judgeMetadata, storableMetadata } from './issues.ts';
import { decodeCursor, encodeCursor } from './listing.ts';
import { preferredLanguage } from './pages/language.ts';
import { words } from './pages/words.ts';
import { parsePaymentName, requestIdOf } from './payment-name.ts';
import { refusalAnswer } from './refusals.ts';

const request = { id: 'req_api' };

describe('section 4: names of a payment', () => {
  it('req_… and tx_… of one payment share their tail', () => {
    const id = 'tx_2sJm8PeQw4UoXg7Tb3YdKi' as PaymentId;
    assert.equal(requestIdOf(id), 'req_2sJm8PeQw4UoXg7Tb3YdKi');
    assert.equal(parsePaymentName('req_2sJm8PeQw4UoXg7Tb3YdKi'), id);
    assert.equal(parsePaymentName(id), id);
  });

  for (const name of ['', 'tx_', 'req_', 'req_tx_a', 'orf_abc', 'tx_a b', "tx_a'--", `tx_${'a'.repeat(65)}`])
    it(`${JSON.stringify(name.slice(0, 20))} is no payment's name`, () =>
      assert.equal(parsePaymentName(name), undefined));
});

describe('section 11: errors', () => {
  it('every code answers with its status and all four members', () => {
    for (const [code, [status, type]] of Object.entries(errorCodes)) {
      const answer = errorAnswer(request, code as keyof typeof errorCodes, 'Told.');
      assert.equal(answer.status, status);
      assert.deepEqual(answer.body, { error: { type, code, message: 'Told.', request_id: 'req_api' } });
    }
  });

  it('every refusal of the core has a code of the contract', () => {
    for (const code of refusalCodes) {
      for (const operation of ['create', 'tokenize', 'follow_up'] as const) {
        const { body } = refusalAnswer(request, { code, message: 'Told.', subject: 'x' }, operation);
        assert.ok((body as { error: { code: string } }).error.code in errorCodes, code);
      }
    }
  });

  it('too much is above the maximum when paying, and an invalid amount when capturing or refunding', () => {
    const codeFor = (operation: 'create' | 'follow_up') =>
      (
        refusalAnswer(request, { code: 'amount_too_large', message: '' }, operation).body as {
          error: { code: string };
        }
      ).error.code;
    assert.equal(codeFor('create'), 'amount_above_maximum');
    assert.equal(codeFor('follow_up'), 'invalid_amount');
  });

  it('a flow that was not named is a missing default flow', () => {
    const codeFor = (subject: object) =>
      (
        refusalAnswer(request, { code: 'flow_not_found', message: '', ...subject }, 'create').body as {
          error: { code: string };
        }
      ).error.code;
    assert.equal(codeFor({}), 'no_default_flow');
    assert.equal(codeFor({ subject: 'flow_id' }), 'flow_not_found');
  });
});

describe('section 6.1: metadata', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
  const cases: [string, unknown, string[]][] = [
    ['texts, numbers, switches and null', { a: 'x', b: 1.5, c: true, d: null }, []],
    ['a number under a key that elsewhere means money', { amount: new NumberLiteral('10.50') }, []],
    ['50 keys', many(50), []],
    ['51 keys', many(51), ['metadata']],
    ['a key of 40 characters', { ['k'.repeat(40)]: 1 }, []],
    ['a key of 41 characters', { ['k'.repeat(41)]: 1 }, ['metadata']],
    ['a text of 500 characters', { a: 'x'.repeat(500) }, []],
    ['a text of 501 characters', { a: 'x'.repeat(501) }, ['metadata.a']],
    ['an object inside', { a: {} }, ['metadata.a']],
    ['a list inside', { a: [1] }, ['metadata.a']],
    [
      'more than 8 KiB',
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'x'.repeat(450)])),
      ['metadata'],
    ],
    ['a card number', { a: '4242 4242 4242 4242' }, ['metadata.a']],
    ['a card number as a number', { a: 4242424242424242 }, ['metadata.a']],
    ['a card number as a key', { '4242-4242-4242-4242': 1 }, ['metadata']],
    ['sixteen digits that are no card', { a: '1234567890123456' }, []],
    ['500 characters of two code units each', { a: '\u{1f600}'.repeat(500) }, []],
    ['501 characters of two code units each', { a: '\u{1f600}'.repeat(501) }, ['metadata.a']],
    ['a key of 40 characters of two code units each', { ['\u{1f600}'.repeat(40)]: 1 }, []],
    ['a number that no double holds', { a: Number.POSITIVE_INFINITY }, ['metadata.a']],
    [
      'a number that no double holds, as it was written',
      { amount: new NumberLiteral('1e400') },
      ['metadata.amount'],
    ],
  ];
  for (const [title, metadata, paths] of cases) {
    it(`${title}: ${paths.length === 0 ? 'taken' : `refused at ${paths.join()}`}`, () => {
      assert.deepEqual(
        judgeMetadata(metadata).map(({ path }) => path),
        paths,
      );
    });
  }

  it('numbers are stored as numbers', () => {
    assert.deepEqual(storableMetadata({ amount: new NumberLiteral('10.50'), b: 'x' }), {
      amount: 10.5,
      b: 'x',
    });
  });
});

describe('section 8.2: checkout links', () => {
  const secret = { checkoutSecret: Buffer.alloc(32, 1) };
  const payment = { id: 'tx_abc' as PaymentId, merchantId: 'mer_shop' as MerchantId };
  const expiresAt = new Date('2026-05-02T09:00:00.000Z');
  const token = checkoutToken(secret, payment, expiresAt);

  it('a genuine token tells merchant and expiry', () => {
    assert.deepEqual(readCheckoutToken(secret, payment.id, token), { merchantId: 'mer_shop', expiresAt });
  });

  const [expiry = '', merchant = '', signature = ''] = token.split('.');
  const forgeries: [string, PaymentId, string][] = [
    ['of another payment', 'tx_abd' as PaymentId, token],
    ['with a later expiry', payment.id, [`z${expiry}`, merchant, signature].join('.')],
    ['for another merchant', payment.id, [expiry, 'other', signature].join('.')],
    ['cut short', payment.id, token.slice(0, -1)],
    ['with something behind it', payment.id, `${token}.x`],
    ['empty', payment.id, ''],
  ];
  for (const [title, id, forged] of forgeries)
    it(`one ${title} opens nothing`, () => assert.equal(readCheckoutToken(secret, id, forged), undefined));

  it('one made under another key opens nothing', () => {
    assert.equal(readCheckoutToken({ checkoutSecret: Buffer.alloc(32, 2) }, payment.id, token), undefined);
  });
});

describe('8.2: pages speak English and Japanese', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'en'],
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en;q=0.8', 'ja'],
    ['en-GB,en;q=0.9,ja;q=0.8', 'en'],
    ['fr-FR,fr;q=0.9,ja;q=0.5', 'ja'],
    ['fr,de', 'en'],
    ['ja;q=0', 'en'],
    ['ja;q=0.1,en;q=0.2', 'en'],
    [';;;,,,q=', 'en'],
  ];
  for (const [header, language] of cases)
    it(`${header ?? 'nothing'} reads as ${language}`, () =>
      assert.equal(preferredLanguage(header), language));

  it('both say everything', () => {
    const keys = (value: object): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === 'object' && inner !== null ? keys(inner).map((below) => `${key}.${below}`) : [key],
      );
    assert.deepEqual(keys(words.ja), keys(words.en));
  });
});

describe('17: cursors of lists', () => {
  it('come back as they were', () => {
    const start = { createdAt: new Date('2026-05-01T09:00:00.123Z'), id: 'tx_abc' };
    assert.deepEqual(decodeCursor(encodeCursor(start)), start);
  });
  for (const cursor of ['', 'x', Buffer.from('1.tx_a;drop').toString('base64url')])
    it(`${JSON.stringify(cursor)} is none`, () => assert.equal(decodeCursor(cursor), undefined));
});
