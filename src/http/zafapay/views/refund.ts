import type { Payment } from '../../../domain/payment.ts';
import type { Refund } from '../../../domain/refund.ts';
import { amountString } from './amount.ts';
import { refundStatusWords } from './payment.ts';

/** The answer to a refund (contract 6.5): every amount a string. */
export function viewRefund(payment: Payment, refund: Refund): object {
  return {
    id: refund.id,
    transaction_id: payment.id,
    amount: amountString(refund.amount, payment.currency),
    status: refundStatusWords[refund.state],
    psp_refund_id: refund.acquirerReference,
    refund_fee: amountString(refund.fee, payment.currency),
  };
}
