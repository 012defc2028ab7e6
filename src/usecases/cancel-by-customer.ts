import type { MerchantId, PaymentId } from '../domain/ids.ts';
import { applyVoid, isRefusal, type Payment } from '../domain/payment.ts';
import { newEvent } from './attempts.ts';
import type { Gateway } from './gateway.ts';

const racesMax = 5;

/**
 * Cancels a hosted payment because its customer gave up: while it waits for the card, or for the issuer. A payment that
 * has gone further stays as it is. Answers the payment as it then is; null when there is none.
 */
export async function cancelByCustomer(
  gateway: Gateway,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<Payment | null> {
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(merchantId, { id: paymentId });
    if (!payment || !mayCancel(payment)) return payment;
    const transition = applyVoid(payment, 'customer', gateway.clock.now());
    if (isRefusal(transition)) return payment;
    const recorded = await gateway.payments.recordChange({
      payment: transition.payment,
      event: newEvent(gateway, transition.event),
      dropCvcOf: payment.card?.id,
    });
    if (recorded !== 'recorded') continue;
    gateway.deliveriesWaiting();
    return transition.payment;
  }
  return gateway.payments.findPayment(merchantId, { id: paymentId });
}

/** A held payment is the merchant's to void, whoever asks. */
function mayCancel({ source, status }: Payment): boolean {
  return source === 'hosted' && (status.state === 'awaiting_card' || status.state === 'authenticating');
}
