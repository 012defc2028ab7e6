import type { Payment } from '../../../domain/payment.ts';
import type { PaymentOutcome } from '../../../usecases/commands.ts';
import type { StoredAnswer } from '../../../usecases/ports/store.ts';
import { checkoutUrl, threeDsUrl } from '../addresses.ts';
import type { ZafapayContext } from '../context.ts';
import { unifiedError } from '../declines.ts';
import { errorObject } from '../errors.ts';
import { requestIdOf } from '../payment-name.ts';
import { storeAnswer } from '../reply.ts';
import { amountNumber, currencyWord } from './amount.ts';
import { type PaymentStatusWord, statusWord } from './payment-status.ts';

/** HTTP status of a create answer (contract 6.1); 202 also says that the outcome is not known yet. */
function httpStatus(word: PaymentStatusWord, payment: Payment): number {
  if (word === 'failed') return 400;
  return word === 'requires_action' || payment.status.state === 'authorizing' ? 202 : 201;
}

/** `payment_type`: which of the three modes made the payment. */
export function paymentType({ source, saveCard }: Payment): 'single' | 'initial' | 'recurring' | 'token' {
  switch (source) {
    case 'token':
    case 'direct':
      return 'token';
    case 'saved':
      return 'recurring';
    case 'hosted':
      return saveCard ? 'initial' : 'single';
  }
}

/** The answer to `POST /v1/payments`; a decline carries the payment and the `error` at once. */
export function renderCreatedPayment(
  context: Pick<ZafapayContext, 'publicUrl' | 'checkoutSecret'>,
  requestId: string,
  { payment, challenge, savedCard }: PaymentOutcome,
): StoredAnswer {
  const status = statusWord(payment);
  const paymentMethodId = savedCard?.id ?? payment.paymentMethodId;
  const failure = payment.status.state === 'failed' ? unifiedError(payment.status.reason) : null;
  return storeAnswer(httpStatus(status, payment), {
    id: requestIdOf(payment.id),
    transaction_id: payment.id,
    status,
    amount: amountNumber(payment.amount, payment.currency),
    currency: currencyWord(payment.currency),
    external_id: payment.merchantReference,
    metadata: payment.metadata,
    flow_id: payment.flowId,
    payment_type: paymentType(payment),
    ...(paymentMethodId !== null && { payment_method_id: paymentMethodId }),
    ...(payment.status.state === 'awaiting_card' && {
      payment_url: checkoutUrl(context, payment, payment.status.expiresAt),
    }),
    ...(challenge && { redirect_url: threeDsUrl(context, payment.id, challenge.browserToken) }),
    created_at: payment.createdAt.toISOString(),
    ...(failure && {
      error_code: failure.code,
      error: errorObject(requestId, 'payment_failed', failure.message),
    }),
  });
}
