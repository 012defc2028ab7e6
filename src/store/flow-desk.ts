import type { Flow } from '../domain/merchant.ts';
import type { FlowDesk } from '../usecases/ports/flow-desk.ts';
import { appendAuditEntry } from './audit-log.ts';
import type { Database, Statement } from './database.ts';
import { type FlowRow, flowColumns, flowFromRow } from './flows.ts';

/** The FlowDesk over PostgreSQL. */
export function createFlowDesk(database: Database): FlowDesk {
  return {
    async listFlows(merchantId) {
      const { rows } = await database.query<FlowRow>({
        name: 'list-flows',
        text: `select ${flowColumns} from flows where $1::text is null or merchant_id = $1 order by merchant_id, id`,
        values: [merchantId],
      });
      return rows.map(flowFromRow);
    },
    insertFlow: (flow, audit) =>
      database.transaction(async (inner) => {
        const { rowCount } = await inner.query(insertStatement(flow));
        if (rowCount === 1) await appendAuditEntry(inner, audit);
        return rowCount === 1;
      }),
    changeFlow: (merchantId, id, change) =>
      database.transaction(async (inner) => {
        const { rows } = await inner.query<FlowRow>({
          name: 'find-flow-to-change',
          text: `select ${flowColumns} from flows where merchant_id = $1 and id = $2 for update`,
          values: [merchantId, id],
        });
        if (!rows[0]) return null;
        const { flow, audit } = change(flowFromRow(rows[0]));
        await inner.query(updateStatement(flow));
        await appendAuditEntry(inner, audit);
        return flow;
      }),
  };
}

function insertStatement(flow: Flow): Statement {
  return {
    name: 'insert-flow',
    text: `insert into flows (${flowColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      on conflict (merchant_id, id) do nothing`,
    values: valuesOf(flow),
  };
}

function updateStatement(flow: Flow): Statement {
  return {
    name: 'update-flow',
    text: `update flows set active = $3, capture_method = $4, currencies = $5, minimum_amounts = $6, maximum_amounts = $7,
        success_redirect_url = $8, failure_redirect_url = $9, retry_after_decline = $10, monthly_card_limits = $11,
        monthly_email_limits = $12, refund_fees = $13
      where id = $1 and merchant_id = $2`,
    values: valuesOf(flow),
  };
}

/** In the order of `flowColumns`. */
function valuesOf(flow: Flow): unknown[] {
  return [
    flow.id,
    flow.merchantId,
    flow.active,
    flow.captureMethod,
    flow.currencies,
    amountsJson(flow.minimumAmounts),
    amountsJson(flow.maximumAmounts),
    flow.successRedirectUrl,
    flow.failureRedirectUrl,
    flow.retryAfterDecline,
    amountsJson(flow.monthlyCardLimits),
    amountsJson(flow.monthlyEmailLimits),
    amountsJson(flow.refundFees),
  ];
}

/** Minor units as texts by currency, as `flows` keeps them. */
function amountsJson(amounts: Flow['refundFees']): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(amounts).map(([currency, amount]) => [currency, amount.toString()])),
  );
}
