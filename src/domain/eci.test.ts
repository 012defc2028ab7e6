import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardBrand } from './card.ts';
import { type EciOutcome, eciFor } from './eci.ts';

const table: readonly (readonly [CardBrand, EciOutcome, string])[] = [
  ['visa', 'authenticated', '05'],
  ['visa', 'attempted', '06'],
  ['visa', 'not_authenticated', '07'],
  ['amex', 'authenticated', '05'],
  ['jcb', 'attempted', '06'],
  ['mastercard', 'authenticated', '02'],
  ['mastercard', 'attempted', '01'],
  ['mastercard', 'not_authenticated', '00'],
  ['maestro', 'authenticated', '02'],
];
for (const [brand, outcome, expected] of table) {
  test(`${brand} says ${expected} for ${outcome}`, () => assert.equal(eciFor(brand, outcome), expected));
}
