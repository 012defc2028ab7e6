import type { FastifyReply, FastifyRequest } from 'fastify';
import { detectBrand } from '../../../domain/card.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { RefusalCode } from '../../../domain/refusal.ts';
import { cancelByCustomer } from '../../../usecases/cancel-by-customer.ts';
import { browserOf } from '../../../usecases/risk/browser.ts';
import { submitHostedCard } from '../../../usecases/submit-hosted-card.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { checkoutUrl, checkoutUrlOf, orderNumberOfSession } from '../checkout-session.ts';
import { type EximpeRoom, sessionSeconds } from '../room.ts';
import { returnPath, threeDsUrl } from '../three-ds-form.ts';
import { readCardsTried, readCheckoutForm } from './card-form.ts';
import { sendCheckoutForm } from './checkout-form.ts';
import { sendToIssuer } from './issuer.ts';
import { sendGone, sendInProgress, sendTooMany } from './pages.ts';
import { sendToMerchant } from './pg-response.ts';
import { formField, type TokenPath, tokenSegment } from './token-path.ts';

/** `/{session_id}/checkout`: the page on which the customer of a hosted order types the card; it needs no script. */
export function addCheckout(scope: EdgeServer, room: EximpeRoom): void {
  const path = `/${tokenSegment}/checkout`;
  scope.get<{ Params: TokenPath }>(path, async ({ params }, reply) => {
    const payment = await findHosted(room, params.token);
    if (!payment) return sendGone(reply, room);
    return isWaiting(room, payment) ? sendCheckoutForm(reply, room, payment) : sendOn(reply, room, payment);
  });
  scope.post<{ Params: TokenPath }>(path, async (request, reply) => {
    const { params, body } = request;
    const payment = await findHosted(room, params.token);
    if (!payment) return sendGone(reply, room);
    if (!isWaiting(room, payment)) return sendOn(reply, room, payment);
    if (formField(body, 'action') === 'cancel') {
      const canceled = await cancelByCustomer(room.gateway, payment.merchantId, payment.id);
      return sendOn(reply, room, canceled ?? payment);
    }
    return takeCard(request, reply, room, payment);
  });
}

async function findHosted(room: EximpeRoom, sessionId: string): Promise<Payment | null> {
  const orderNumber = orderNumberOfSession(room.secretKey, sessionId);
  const merchantId = orderNumber === null ? null : await room.orders.findMerchantOf(orderNumber);
  if (orderNumber === null || merchantId === null) return null;
  const payment = await room.gateway.payments.findPayment(merchantId, { orderNumber });
  return payment?.source === 'hosted' ? payment : null;
}

function isWaiting(room: EximpeRoom, { status }: Payment): boolean {
  return status.state === 'awaiting_card' && room.gateway.clock.now() < status.expiresAt;
}

async function takeCard(
  request: FastifyRequest<{ Params: TokenPath }>,
  reply: FastifyReply,
  room: EximpeRoom,
  payment: Payment,
): Promise<FastifyReply> {
  const { card, problems, typed } = readCheckoutForm(request.body, room.gateway.clock.now());
  if (!card) return sendCheckoutForm(reply, room, payment, problems, typed);
  const result = await submitHostedCard(room.gateway, {
    merchantId: payment.merchantId,
    paymentId: payment.id,
    card,
    brand: detectBrand(card.pan.reveal()),
    cardsTried: readCardsTried(request.body),
    notificationUrl: (browserToken) => threeDsUrl(room.publicUrl, browserToken, returnPath),
    challengeSeconds: sessionSeconds,
    browser: browserOf(request.ip, request.headers['user-agent']),
  });
  if (result.kind === 'done' && result.outcome.challenge)
    return sendToIssuer(reply, room, result.outcome.challenge);
  if (result.kind === 'done') return sendOn(reply, room, result.outcome.payment);
  if (result.kind === 'refused' && result.refusal.code === 'rate_limited')
    return sendTooMany(reply, room, result.refusal);
  if (result.kind === 'refused' && aboutCard.has(result.refusal.code))
    return sendCheckoutForm(reply, room, payment, { number: cardRefusedText }, typed);
  // Another form of the same session was faster: show what became of it.
  return reply.redirect(checkoutUrl(room.publicUrl, request.params.token), 303);
}

const cardRefusedText = 'This card cannot be used here. Use another one.';

/** Refusals that the customer can mend with another card. */
const aboutCard: ReadonlySet<RefusalCode> = new Set([
  'card_not_accepted',
  'card_limit_exceeded',
  'email_limit_exceeded',
]);

/**
 * Where a session leads that was just acted on: back to the merchant when the payment is decided, to the form when it
 * takes another card, else to a page that says that it goes on.
 */
async function sendOn(reply: FastifyReply, room: EximpeRoom, payment: Payment): Promise<FastifyReply> {
  const { state } = payment.status;
  if (state === 'captured' || state === 'failed' || state === 'voided')
    return sendToMerchant(reply, room, payment);
  return isWaiting(room, payment)
    ? reply.redirect(checkoutUrlOf(room, payment), 303)
    : sendInProgress(reply, room);
}
