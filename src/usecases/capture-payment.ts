import type { MinorUnits } from '../domain/money.ts';
import { applyCapture, judgeCapture } from '../domain/payment.ts';
import type { FollowUpResult } from './commands.ts';
import { type FollowUp, operateOnHold } from './follow-up.ts';
import type { Gateway } from './gateway.ts';

export interface CapturePayment extends FollowUp {
  /** Null captures everything that was authorized. */
  readonly amount: MinorUnits | null;
}

/** Claims a held authorization, once; what is not captured is released. */
export async function capturePayment(gateway: Gateway, command: CapturePayment): Promise<FollowUpResult> {
  return operateOnHold(gateway, command, {
    kind: 'capture',
    judge: (payment, now) => judgeCapture(payment, command.amount ?? payment.amount, now),
    amount: (payment) => command.amount ?? payment.amount,
    send: (request) => gateway.acquirer.capture(request),
    apply: (payment, now) => applyCapture(payment, command.amount ?? payment.amount, now),
  });
}
