import { findFlowFault } from '../domain/flow.ts';
import type { Flow, Mode } from '../domain/merchant.ts';
import { auditEntry, type Operator } from './audit-entry.ts';
import type { FlowDesk } from './ports/flow-desk.ts';
import type { MerchantRegistry } from './ports/registry.ts';

/** Everything of a flow that can be set. */
export type FlowSettings = Omit<Flow, 'id' | 'merchantId'>;

/** What an operator does to one flow of one merchant. */
export interface FlowAct {
  /** By id or ten-digit number. */
  readonly merchant: string;
  readonly flowId: string;
  /** What is to be set, given what is. */
  readonly change: (flow: Flow) => Partial<FlowSettings>;
}

export interface FlowTools extends Operator {
  readonly registry: MerchantRegistry;
  readonly flows: FlowDesk;
  readonly mode: Mode;
}

export type FlowResult =
  | { readonly kind: 'done'; readonly flow: Flow }
  | {
      readonly kind: 'refused';
      readonly why: 'no_such_merchant' | 'no_such_flow' | 'no_default_flow' | 'flow_exists';
    }
  /** The settings do not fit together; the message says which. */
  | { readonly kind: 'refused'; readonly why: 'bad_settings'; readonly message: string };

const defaultFlowId = 'flow_default';

/** Undoes a change whose settings do not fit together. */
class BadSettings extends Error {}

/** Makes a flow: as the merchant's default flow is, but for what `change` sets. */
export async function createFlow(tools: FlowTools, act: FlowAct): Promise<FlowResult> {
  const merchant = await tools.registry.findMerchant(act.merchant);
  if (!merchant) return { kind: 'refused', why: 'no_such_merchant' };
  const flows = await tools.flows.listFlows(merchant.id);
  const pattern = flows.find(({ id }) => id === defaultFlowId);
  if (!pattern) return { kind: 'refused', why: 'no_default_flow' };
  const flow = { ...pattern, ...act.change(pattern), id: act.flowId };
  const message = findFlowFault(flow, tools.mode);
  if (message !== null) return { kind: 'refused', why: 'bad_settings', message };
  const audit = auditEntry(tools, 'flows.created', flow.id, { merchant: merchant.id, ...detailsOf(flow) });
  return (await tools.flows.insertFlow(flow, audit))
    ? { kind: 'done', flow }
    : { kind: 'refused', why: 'flow_exists' };
}

/** Changes a flow in every process at once; payments that are under way keep what they were opened with. */
export async function changeFlow(tools: FlowTools, act: FlowAct): Promise<FlowResult> {
  const merchant = await tools.registry.findMerchant(act.merchant);
  if (!merchant) return { kind: 'refused', why: 'no_such_merchant' };
  try {
    const flow = await tools.flows.changeFlow(merchant.id, act.flowId, (before) => {
      const after = { ...before, ...act.change(before) };
      const message = findFlowFault(after, tools.mode);
      if (message !== null) throw new BadSettings(message);
      const changed = changedDetails(before, after);
      return {
        flow: after,
        audit: auditEntry(tools, 'flows.changed', after.id, { merchant: merchant.id, ...changed }),
      };
    });
    return flow ? { kind: 'done', flow } : { kind: 'refused', why: 'no_such_flow' };
  } catch (error) {
    if (error instanceof BadSettings) return { kind: 'refused', why: 'bad_settings', message: error.message };
    throw error;
  }
}

/** The settings as the audit log keeps them. */
function detailsOf(flow: Flow): Record<string, string | boolean | null> {
  return {
    active: flow.active,
    capture_method: flow.captureMethod,
    currencies: flow.currencies.join(' '),
    minimum_amounts: amountsText(flow.minimumAmounts),
    maximum_amounts: amountsText(flow.maximumAmounts),
    success_redirect_url: flow.successRedirectUrl,
    failure_redirect_url: flow.failureRedirectUrl,
    retry_after_decline: flow.retryAfterDecline,
    monthly_card_limits: amountsText(flow.monthlyCardLimits),
    monthly_email_limits: amountsText(flow.monthlyEmailLimits),
    refund_fees: amountsText(flow.refundFees),
  };
}

function changedDetails(before: Flow, after: Flow): Record<string, string | boolean | null> {
  const earlier = detailsOf(before);
  return Object.fromEntries(
    Object.entries(detailsOf(after)).filter(([name, value]) => earlier[name] !== value),
  );
}

/** In minor units, as they are stored. */
function amountsText(amounts: Flow['refundFees']): string {
  return Object.entries(amounts)
    .map(([currency, amount]) => `${currency} ${amount}`)
    .join(', ');
}
