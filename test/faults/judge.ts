import assert from 'node:assert/strict';
import type { OutsideBank } from '../support/outside-bank.ts';
import { until } from '../support/until.ts';
import type { Shop } from '../zafapay/shop.ts';

/** A request that was turned away because the database did not serve. */
export function assertUnavailable(answer: { status: number; headers: Headers; text: string }): void {
  assert.equal(answer.status, 503, answer.text);
  assert.ok(Number(answer.headers.get('retry-after')) > 0, 'it says when to come again');
}

/** Waits until every outcome is known; then the bank holds money for the captured payments and for no other. */
export async function assertBooksAgree(shop: Shop, bank: OutsideBank): Promise<void> {
  const { pool } = shop.gateway.database;
  await until(
    'nothing waits for an answer',
    async () => {
      await shop.advance(130);
      const { rows } = await pool.query(
        "select 1 from attempts where state in ('queued', 'sending', 'unknown', 'reversing')",
      );
      return rows.length === 0;
    },
    15,
  );
  const { rows } = await pool.query<{ id: string }>(
    "select id from payments where state = 'captured' order by id",
  );
  const live = (await bank.readBook()).filter((line) => line.live).map((line) => line.merchantReference);
  assert.deepEqual(
    live.toSorted(),
    rows.map(({ id }) => id),
  );
}
