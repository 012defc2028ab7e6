import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { detectBrand, type Pan } from '../../src/domain/card.ts';
import { sandboxCards } from '../../src/sandbox/cards.ts';
import { createBinDirectory } from '../../src/store/bins.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test('every test card has a test issuer, of the brand and in the country that its documentation says', async () => {
  const bins = createBinDirectory(createDatabase(database.pool), { testIssuers: true });
  for (const card of sandboxCards) {
    const facts = await bins.lookUp(card.number);
    assert.equal(facts.brand, card.brand, card.number);
    assert.equal(facts.brand, detectBrand(card.number as Pan), card.number);
    assert.notEqual(facts.country, null, card.number);
    if (card.source === 'eximpe') assert.equal(facts.country, 'IN', card.number);
    const documented = /\b(credit|debit)\b/.exec(card.note)?.[1];
    if (card.source === 'eximpe' && documented) assert.equal(facts.funding, documented, card.number);
    const known = await bins.lookUpBin(card.number.slice(0, 6));
    assert.match(known?.bank ?? '', /^Test Issuer/, card.number);
  }
});
