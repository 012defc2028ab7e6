import type { Flow, Mode } from './merchant.ts';
import { judgeReturnUrl, returnUrlFaults } from './return-url.ts';

const flowIdPattern = /^flow_[a-z0-9_]{1,60}$/;

/** What is wrong with a flow that somebody set up, as a sentence; null when payments can go through it. */
export function findFlowFault(flow: Flow, mode: Mode): string | null {
  if (!flowIdPattern.test(flow.id))
    return 'A flow’s id is flow_ and up to 60 lower-case letters, digits and underscores.';
  if (flow.currencies.length === 0) return 'A flow takes at least one currency.';
  for (const [name, address] of [
    ['success', flow.successRedirectUrl],
    ['failure', flow.failureRedirectUrl],
  ] as const) {
    const fault = address === null ? undefined : judgeReturnUrl(address, { mode, origins: [] });
    if (fault) return `The ${name} redirect ${returnUrlFaults[fault]}.`;
  }
  for (const [currency, minimum] of Object.entries(flow.minimumAmounts)) {
    const maximum = flow.maximumAmounts[currency];
    if (maximum !== undefined && minimum > maximum) return `The minimum of ${currency} is above its maximum.`;
  }
  return null;
}
