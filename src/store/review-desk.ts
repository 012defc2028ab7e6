import type { ListedReview, ReviewDesk } from '../usecases/ports/review-desk.ts';
import type { Database } from './database.ts';

/** What operators see of reviews, of all merchants. */
export function createReviewDesk(database: Database): ReviewDesk {
  return {
    async listReviews({ merchantId, limit, after }) {
      const { rows } = await database.query<ListedReview>({
        name: 'list-reviews-of-all',
        text: `select d.payment_id as "paymentId", d.merchant_id as "merchantId", d.created_at as since, d.stage, d.reason,
            d.rule_name as "ruleName", p.state as "paymentState", p.amount, p.currency
          from risk_decisions d join payments p on p.id = d.payment_id
          where d.review_state = 'open' and d.card_tried = p.cards_tried and p.state in ('authorized', 'captured')
            and ($1::text is null or d.merchant_id = $1)
            and ($2::timestamptz is null or (d.created_at, d.payment_id) < ($2, $3))
          order by d.created_at desc, d.payment_id desc limit $4`,
        values: [merchantId, after?.since ?? null, after?.paymentId ?? null, limit],
      });
      return rows;
    },
  };
}
