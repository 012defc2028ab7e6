import type { MerchantId, PaymentId } from '../domain/ids.ts';
import { applyVoid, fail, isRefusal, judgeVoid, type Payment, type Transition } from '../domain/payment.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { newEvent } from './attempts.ts';
import { operateOnHold } from './follow-up.ts';
import type { Gateway } from './gateway.ts';

const racesMax = 5;

/**
 * Ends a payment that is past its time: one that waited for the cardholder fails, one that waited for a card is voided,
 * and a hold that can no longer be captured is released at the acquirer and voided. A payment that is not, or no
 * longer, past its time is `left` as it is; so is one whose acquirer did not answer, until its attempt is found out.
 */
export async function expirePayment(
  gateway: Gateway,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<'expired' | 'left'> {
  for (let race = 0; race < racesMax; race++) {
    const payment = await gateway.payments.findPayment(merchantId, { id: paymentId });
    if (!payment) return 'left';
    const now = gateway.clock.now();
    if (payment.status.state === 'authorized') return releaseHold(gateway, payment);
    const transition = expireWaiting(payment, now);
    if (!transition || isRefusal(transition)) return 'left';
    if (await record(gateway, transition)) return 'expired';
  }
  return 'left';
}

function expireWaiting(payment: Payment, now: Date): Transition | Refusal | undefined {
  const { status } = payment;
  switch (status.state) {
    case 'authenticating':
      return now >= status.expiresAt ? fail(payment, 'authentication_expired', now) : undefined;
    case 'awaiting_card':
      return now >= status.expiresAt ? applyVoid(payment, 'expired', now) : undefined;
    default:
      return undefined;
  }
}

async function releaseHold(gateway: Gateway, payment: Payment): Promise<'expired' | 'left'> {
  const { merchantId } = payment;
  const name = { id: payment.id };
  // Nobody asked, so there is no key and no answer to keep: `render` is never called.
  const render = () => ({ status: 200, body: '' });
  const result = await operateOnHold(
    gateway,
    { merchantId, name, claim: null, render },
    {
      kind: 'void',
      judge: judgeLapse,
      amount: (held) => held.amount,
      send: (request) => gateway.acquirer.void(request),
      apply: (held, now) => applyVoid(held, 'expired', now),
      // The acquirer has nothing to release, as is common after a hold has lapsed: it is over on our side too.
      applyDecline: (held, now) => applyVoid(held, 'expired', now),
    },
  );
  const ended = 'payment' in result && result.payment.status.state === 'voided';
  return ended ? 'expired' : 'left';
}

function judgeLapse(payment: Payment, now: Date): Refusal | undefined {
  if (payment.status.state === 'authorized' && now < payment.status.captureBefore)
    return refuse('invalid_status', 'The authorization has not lapsed yet.');
  return judgeVoid(payment);
}

/** False when somebody else wrote meanwhile. */
async function record(gateway: Gateway, transition: Transition): Promise<boolean> {
  const { payment, event } = transition;
  const recorded = await gateway.payments.recordChange({
    payment,
    event: newEvent(gateway, event),
    dropCvcOf: payment.card?.id,
  });
  if (recorded === 'recorded') gateway.deliveriesWaiting();
  return recorded === 'recorded';
}
