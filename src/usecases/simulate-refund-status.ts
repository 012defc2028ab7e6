import type { MerchantId } from '../domain/ids.ts';
import { isRefusal, type Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import { type SimulatedAnswer, simulateRefund } from '../domain/refund-simulation.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { assert } from '../lib/assert.ts';
import { newEvent } from './attempts.ts';
import type { Gateway } from './gateway.ts';
import type { OrderStore } from './ports/orders.ts';

/** How long a simulation waits for the bank's own answer to the refund: 50 looks, 100 ms apart. */
const looksMax = 50;
const lookEveryMs = 100;

export type SimulationResult =
  | { readonly kind: 'done'; readonly payment: Payment; readonly refund: Refund }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Sandbox only: sets a refund to a state as if the bank had said so. While the simulated bank's true answer is still to
 * come it waits a little for it, and refuses with `operation_in_progress` when it does not come. The state that the
 * refund has already changes nothing.
 */
export async function simulateRefundStatus(
  gateway: Gateway,
  orders: OrderStore,
  command: { readonly merchantId: MerchantId; readonly number: string; readonly answer: SimulatedAnswer },
): Promise<SimulationResult> {
  assert(gateway.mode === 'sandbox', 'refunds are simulated in the sandbox only');
  const { merchantId, number, answer } = command;
  for (let look = 0; look < looksMax; look++) {
    const known = await gateway.payments.findRefund(merchantId, { number });
    if (!known)
      return { kind: 'refused', refusal: refuse('not_found', 'There is no refund of that number.') };
    // The payment is read before the refund: whoever moves the refund moves the payment's version too.
    const payment = await gateway.payments.findPayment(merchantId, { id: known.paymentId });
    const refund = await gateway.payments.findRefund(merchantId, { number });
    assert(payment && refund, 'a refund belongs to a payment');
    if (await orders.isRefundUnderWay(merchantId, refund.id)) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      continue;
    }
    if (refund.state === answer.state) return { kind: 'done', payment, refund };
    const moved = simulateRefund(payment, refund, answer, gateway.clock.now());
    if (isRefusal(moved)) return { kind: 'refused', refusal: moved };
    const recorded = await gateway.payments.recordChange({
      payment: moved.payment,
      refund: moved.refund,
      event: newEvent(gateway, moved.event),
    });
    if (recorded !== 'recorded') continue;
    gateway.deliveriesWaiting();
    return { kind: 'done', payment: moved.payment, refund: moved.refund };
  }
  return {
    kind: 'refused',
    refusal: refuse('operation_in_progress', 'The bank has not answered this refund yet.'),
  };
}
