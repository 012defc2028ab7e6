import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectBrand, type Pan, passesLuhn } from '../domain/card.ts';
import { cardName, findSandboxCard, findSandboxCardByName, sandboxCards } from './cards.ts';
import { isListedTestCard } from './listed.ts';

test('every test card passes Luhn and has the brand that its number says', () => {
  for (const card of sandboxCards) {
    assert.ok(passesLuhn(card.number), card.number);
    assert.equal(detectBrand(card.number as Pan), card.brand, card.number);
  }
});

test('numbers and names are each used once, and lead to their card', () => {
  for (const card of sandboxCards) {
    assert.equal(findSandboxCard(card.number), card);
    assert.equal(
      findSandboxCardByName(cardName(card.number)),
      card,
      `${cardName(card.number)} names two cards`,
    );
  }
});

test('a number is listed when the table has it, and only then', () => {
  assert.ok(isListedTestCard('4242424242424242'));
  assert.ok(!isListedTestCard('4929000000000006'));
  assert.ok(!isListedTestCard('4242 4242 4242 4242'));
});
