import type { Currency } from '../domain/currency.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { CaptureMethod, Flow } from '../domain/merchant.ts';
import { type MinorUnits, minorUnits } from '../domain/money.ts';
import type { FlowStore } from '../usecases/ports/store.ts';
import type { Database } from './database.ts';
import type { SettingsCache } from './settings-cache.ts';

/** A row of `flows`, as `flowColumns` selects it. */
export interface FlowRow {
  readonly id: string;
  readonly merchant_id: MerchantId;
  readonly active: boolean;
  readonly capture_method: CaptureMethod;
  readonly currencies: Currency[];
  readonly minimum_amounts: Record<string, string>;
  readonly maximum_amounts: Record<string, string>;
  readonly success_redirect_url: string | null;
  readonly failure_redirect_url: string | null;
  readonly retry_after_decline: boolean;
  readonly monthly_card_limits: Record<string, string>;
  readonly monthly_email_limits: Record<string, string>;
  readonly refund_fees: Record<string, string>;
}

export const defaultFlowId = 'flow_default';

export const flowColumns = `id, merchant_id, active, capture_method, currencies, minimum_amounts, maximum_amounts, success_redirect_url,
  failure_redirect_url, retry_after_decline, monthly_card_limits, monthly_email_limits, refund_fees`;

function amounts(json: Record<string, string>): Record<string, MinorUnits> {
  return Object.fromEntries(
    Object.entries(json).map(([currency, text]) => [currency, minorUnits(BigInt(text))]),
  );
}

export function flowFromRow(row: FlowRow): Flow {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    active: row.active,
    captureMethod: row.capture_method,
    currencies: row.currencies,
    minimumAmounts: amounts(row.minimum_amounts),
    maximumAmounts: amounts(row.maximum_amounts),
    successRedirectUrl: row.success_redirect_url,
    failureRedirectUrl: row.failure_redirect_url,
    retryAfterDecline: row.retry_after_decline,
    monthlyCardLimits: amounts(row.monthly_card_limits),
    monthlyEmailLimits: amounts(row.monthly_email_limits),
    refundFees: amounts(row.refund_fees),
  };
}

/** The FlowStore over PostgreSQL, with flows kept in memory until settings change. */
export function createFlowStore(database: Database, cache: SettingsCache): FlowStore {
  return {
    findFlow: (merchantId, id) =>
      cache.remember(`flow:${merchantId}:${id ?? defaultFlowId}`, async () => {
        const { rows } = await database.query<FlowRow>({
          name: 'find-flow',
          text: `select ${flowColumns} from flows where merchant_id = $1 and id = $2`,
          values: [merchantId, id ?? defaultFlowId],
        });
        return rows[0] ? flowFromRow(rows[0]) : null;
      }),
  };
}
