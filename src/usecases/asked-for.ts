import type { Attempt } from '../domain/attempt.ts';
import type { Payment } from '../domain/payment.ts';
import type { AcquirerOutcome, Approval } from './ports/acquirer.ts';

/** Whether an approval is for the money that the attempt names; a void names none, for it releases all there is. */
export function isWhatWasAskedFor(payment: Payment, attempt: Attempt, approval: Approval): boolean {
  if (attempt.kind === 'void') return true;
  return approval.amount === attempt.amount && approval.currency === payment.currency;
}

/** An answer as it may be recorded: an approval of other money is neither yes nor no, and the worker undoes it. */
export function asAskedFor(payment: Payment, attempt: Attempt, outcome: AcquirerOutcome): AcquirerOutcome {
  return outcome.kind !== 'approved' || isWhatWasAskedFor(payment, attempt, outcome)
    ? outcome
    : { kind: 'unknown', cause: 'approved for another amount or currency than asked for' };
}
