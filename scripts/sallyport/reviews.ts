import { formatMajorUnits } from '../../src/domain/money.ts';
import { describeState } from '../../src/domain/payment.ts';
import { createPaymentDesk } from '../../src/store/payment-desk.ts';
import { createReviewDesk } from '../../src/store/review-desk.ts';
import { auditEntry } from '../../src/usecases/audit-entry.ts';
import type { ListedReview } from '../../src/usecases/ports/review-desk.ts';
import { type ReviewResult, reviewPayment } from '../../src/usecases/risk/review-payment.ts';
import type { Command, CommandGround, Given } from './command.ts';
import { pageOptions, pageUsage, printPage, readLimit, readPlaceBefore } from './page.ts';
import { printTable, timeText } from './table.ts';

function printReviews(reviews: readonly ListedReview[]): void {
  printTable(
    ['since', 'payment', 'merchant', 'amount', 'state', 'stage', 'rule'],
    reviews.map((review) => [
      timeText(review.since),
      review.paymentId,
      review.merchantId,
      `${formatMajorUnits(review.amount, review.currency)} ${review.currency}`,
      review.paymentState,
      review.stage,
      review.ruleName ?? review.reason,
    ]),
  );
}

/** The acquirer may be asked on the way, so what was begun is on record before, and what came of it after. */
async function decide(
  { house, desk }: CommandGround,
  given: Given,
  verdict: 'approved' | 'refused',
): Promise<number> {
  const name = given.positionals[0] ?? '';
  const found = await createPaymentDesk(house.core.database).findPayment(name);
  if (!found) {
    console.error('There is no such payment; "reviews list" shows those under review.');
    return 1;
  }
  const { merchantId, id } = found;
  const { audit } = house.core;
  await audit.append(auditEntry(desk, 'reviews.decision_begun', id, { merchant: merchantId, verdict }));
  const result = await reviewPayment(house.gateway, { merchantId, paymentId: id, verdict });
  const decided = auditEntry(desk, 'reviews.decided', id, { merchant: merchantId, verdict });
  await audit.append({ ...decided, result: auditResults[result.kind] });
  return tell(result, verdict);
}

const auditResults = { done: 'done', declined: 'failed', refused: 'refused' } as const;

function tell(result: ReviewResult, verdict: 'approved' | 'refused'): number {
  switch (result.kind) {
    case 'done':
      console.log(`The review is ${verdict}; the payment is ${describeState(result.payment)}.`);
      return 0;
    case 'declined':
      console.error('The acquirer declined to take the payment back; the review stays open.');
      return 1;
    case 'refused':
      console.error(result.refusal.message);
      return 1;
  }
}

export const reviewCommands: readonly Command[] = [
  {
    name: 'reviews list',
    usage: `[--merchant MERCHANT] ${pageUsage}`,
    says: 'lists payments that a rule sent to review and that nobody has decided, newest first',
    options: { ...pageOptions, merchant: { type: 'string' } },
    positionals: [],
    async run({ house, desk }, given) {
      const name = given.text('merchant');
      const merchant = name === undefined ? null : await desk.registry.findMerchant(name);
      if (name !== undefined && !merchant) {
        console.error('There is no such merchant; "merchants list" shows them.');
        return 1;
      }
      const limit = readLimit(given);
      const before = readPlaceBefore(given);
      const reviews = await createReviewDesk(house.core.database).listReviews({
        merchantId: merchant?.id ?? null,
        limit: limit + 1,
        after: before && { since: before.at, paymentId: before.id },
      });
      printPage(reviews, limit, printReviews, ({ since, paymentId }) => ({ at: since, id: paymentId }));
      return 0;
    },
  },
  {
    name: 'reviews approve',
    usage: 'PAYMENT',
    says: 'lets a payment under review be',
    options: {},
    positionals: ['PAYMENT'],
    run: (ground, given) => decide(ground, given, 'approved'),
  },
  {
    name: 'reviews refuse',
    usage: 'PAYMENT',
    says: 'takes a payment under review back: voids the hold, or refunds what was captured',
    options: {},
    positionals: ['PAYMENT'],
    run: (ground, given) => decide(ground, given, 'refused'),
  },
];
