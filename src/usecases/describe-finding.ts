import type { Finding, OurLine, TheirLine } from '../domain/reconciliation.ts';
import { assertNever } from '../lib/assert.ts';
import type { FoundDifference } from './ports/reconciliation.ts';

/** Who deals with what the gateway mends by itself, and with everything else until somebody takes it. */
const gatewayAsOwner = 'gateway';
const operatorAsOwner = 'operator';

/** A finding as it is written down, with a sentence for the person who reads the alert. */
export function describeFinding(reference: string, ours: OurLine | null, finding: Finding): FoundDifference {
  const { cause, theirs, remedy } = finding;
  return {
    reference,
    acquirerReference: theirs?.acquirerReference ?? '',
    cause,
    merchantId: ours?.merchantId ?? null,
    paymentId: ours?.paymentId ?? null,
    attemptId: ours?.reference ?? null,
    ours: ours && {
      attempt: ours.attemptState,
      payment: ours.paymentState,
      acquirerReference: ours.acquirerReference,
      amount: ours.amount.toString(),
      currency: ours.currency,
      captured: ours.captured.toString(),
      refunded: ours.refunded.toString(),
    },
    theirs: theirs && {
      state: theirs.state,
      amount: theirs.amount.toString(),
      currency: theirs.currency,
      captured: theirs.captured.toString(),
      refunded: theirs.refunded.toString(),
    },
    status: remedy ? 'mending' : 'open',
    owner: remedy ? gatewayAsOwner : operatorAsOwner,
    message: `${reference}: ${sentence(ours, finding)} ${remedy ? 'It is being reversed.' : 'Ask the acquirer.'}`,
  };
}

function sentence(ours: OurLine | null, { cause, theirs }: Finding): string {
  switch (cause) {
    case 'at_bank_only':
      return `the acquirer has ${line(theirs)} under a reference that was never committed here.`;
    case 'ours_only':
      return `the payment is ${ours?.paymentState} here, and the acquirer knows of nothing.`;
    case 'currency_differs':
    case 'amount_differs':
      return `approved for ${ours?.amount} ${ours?.currency} here, and the acquirer has ${line(theirs)}.`;
    case 'state_differs':
      return `the payment is ${ours?.paymentState} here, and the acquirer has ${line(theirs)}.`;
    case 'captured_differs':
      return `${ours?.captured} captured here, and ${theirs?.captured} at the acquirer.`;
    case 'refunded_differs':
      return `${ours?.refunded} refunded here, and ${theirs?.refunded} at the acquirer.`;
    case 'two_authorizations_for_one_attempt':
      return `the acquirer has a second authorization in force: ${line(theirs)}.`;
    case 'live_at_bank_but_failed_here':
      return `the attempt is ${ours?.attemptState} and the payment ${ours?.paymentState} here, and the acquirer has ${line(theirs)}.`;
    case 'outcome_unknown':
      return 'a message of this payment has had no recorded end for more than a day.';
    default:
      return assertNever(cause, 'cause of a difference');
  }
}

function line(theirs: TheirLine | null): string {
  return theirs
    ? `${theirs.acquirerReference}, ${theirs.state}, ${theirs.amount} ${theirs.currency}`
    : 'nothing';
}
