import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { containsPan, passesLuhn, possiblePans } from './card.ts';

describe('a card number in a text', () => {
  const found = [
    '4242424242424242',
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    '4242  4242  4242  4242',
    '4242\u00a04242\u00a04242\u00a04242',
    '4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2',
    'card 4242 4242 4242 4242.',
    'x4242424242424242y',
    '4242 4242 4242 4242 12',
    '4242 4242 4242 4242 12/30 123',
    '4242424242424242 1230',
    '12 4242 4242 4242 4242',
    '12-4242424242424242-34',
    '2026 11 4242 4242 4242 4242 2026',
    '4242424242424242 5555555555554444',
    '3782 822463 10005',
    '3530111333300000',
    '6200000000000000000',
    '6082015309577308',
  ];
  for (const text of found)
    test(`is found: ${JSON.stringify(text)}`, () => {
      assert.equal(containsPan(text), true);
    });

  const none = [
    '',
    '4242424242424241',
    '424242424242',
    '4242 4242 4242 42',
    '42424242424242421',
    '14242424242424242',
    '4242/4242/4242/4242',
    '4242\n4242\n4242\n4242',
    '+91 98000 00001',
    '+1 (415) 555-0100, extension 4242',
    '+44 20 7946 0958 0044 20 7946 0959',
    '0049 30 901820, 0049 30 901821',
    '2026-11-20 21:36:37',
    '2026-11-20 2026-11-21',
    '2026-11-20T18:17:00.123Z',
    '1763674617000',
    '1763674617000-1763674618000',
    'OD1042237333 PR3424937508',
    'tx_FNpp4wP8nncvfx81x7kscI',
    '9b2d0f3e-1111-4222-8333-444455556666',
    '12345678-1234-4123-8123-123456789012',
    'DE89 3704 0044 0532 0130 00',
    'GB29 NWBK 6016 1331 9268 19',
    'INV_1042 of 2026-03-04',
    '192.168.100.200 192.168.100.201',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.7444.59 Safari/537.36',
    '9 Lake Road 682001 Kochi 100200300400',
    '978-3-16-148410-0',
  ];
  for (const text of none)
    test(`is not found: ${JSON.stringify(text)}`, () => {
      assert.equal(containsPan(text), false);
    });

  /** Numbers as networks issue them. */
  const pan = fc
    .tuple(
      fc.constantFrom(
        ['4', 16],
        ['5105', 16],
        ['2720', 16],
        ['34', 15],
        ['3528', 16],
        ['6011', 16],
        ['607', 16],
      ),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 16, maxLength: 16 }),
    )
    .map(([[prefix, length], digits]) => {
      const body = `${prefix}${digits.join('')}`.slice(0, Number(length) - 1);
      return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((check) => `${body}${check}`).find(passesLuhn) ?? '';
    });
  const separator = fc.constantFrom(' ', '-', '  ', '\t', '\u00a0', '- ');
  const otherGroups = fc.array(fc.stringMatching(/^[0-9]{1,22}$/), { maxLength: 4 });

  test('is found however it is grouped, and whatever groups of digits stand around it', () => {
    fc.assert(
      fc.property(
        pan,
        fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 5 }),
        fc.array(separator, { minLength: 14, maxLength: 14 }),
        otherGroups,
        otherGroups,
        (number, cuts, separators, before, after) => {
          const ends = [...new Set([...cuts.filter((cut) => cut < number.length), number.length])];
          const groups = ends
            .sort((left, right) => left - right)
            .map((end, place, all) => number.slice(all[place - 1] ?? 0, end));
          const parts = [...before, ...groups, ...after];
          const text = parts
            .map((part, place) => part + (separators[place % separators.length] ?? ''))
            .join('');
          assert.ok(containsPan(text), text);
          assert.ok([...possiblePans(text)].some(({ digits }) => digits === number));
        },
      ),
    );
  });

  test('is nowhere in a text whose digits are too few, or stand apart', () => {
    const few = fc.array(fc.stringMatching(/^[0-9 -]{0,12}$/), { maxLength: 8 });
    fc.assert(fc.property(few, (parts) => !containsPan(parts.join(', '))));
  });

  test('lies where it is said to lie', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9 -]{0,60}$/), (text) => {
        let last = 0;
        for (const { digits, start, end } of possiblePans(text)) {
          assert.equal(text.slice(start, end).replaceAll(/[ -]/g, ''), digits);
          assert.ok(start >= last && passesLuhn(digits));
          last = start;
        }
      }),
    );
  });

  test('is looked for in a long text without losing time', () => {
    const begun = performance.now();
    for (const unit of ['1 ', '4', '4242 ', '4242424242424242 ', '12-', '1  '])
      containsPan(unit.repeat(65_536 / unit.length));
    const ms = performance.now() - begun;
    assert.ok(ms < 3000, `${ms.toFixed(0)} ms`);
  });
});
