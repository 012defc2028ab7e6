import type { FastifyReply } from 'fastify';
import { type AmountLocale, amountText } from '../../../domain/amount-text.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { type Html, html } from '../../edge/html.ts';
import { formActionTo, newNonce, page, sendPage } from '../../edge/pages.ts';
import { cancelled, type DeclineCode, expired, failureOf } from '../decline-texts.ts';
import type { EximpeRoom } from '../room.ts';

const refreshSeconds = 3;
/** Most orders are in rupees, which are grouped in their own way. */
export const amountLocale: AmountLocale = 'en-IN';

/** For addresses that name no challenge, or forms that are not ours. */
export function sendGone(reply: FastifyReply, room: EximpeRoom): FastifyReply {
  return sendSheet(
    reply,
    room,
    'This page does not exist',
    html`<p>The link may have expired or was already used. Return to the shop.</p>`,
    404,
  );
}

/** Too many cards were tried from where this customer is. */
export function sendTooMany(
  reply: FastifyReply,
  room: EximpeRoom,
  { retryAfterSeconds = 1 }: Refusal,
): FastifyReply {
  reply.header('retry-after', String(retryAfterSeconds));
  const body = html`<p>There were too many attempts. You were not charged.</p>`;
  return sendSheet(reply, room, 'Please try again later', body, 429);
}

/** The issuer's server has not told us anything yet: the customer may not have finished there, and is led there again. */
export function sendWaiting(
  reply: FastifyReply,
  room: EximpeRoom,
  { acsUrl, creq }: { readonly acsUrl: string; readonly creq: string },
): FastifyReply {
  const body = html`<p class="notice" role="status">Your bank has not confirmed the payment yet.</p>
<form method="post" action="${acsUrl}"><input type="hidden" name="creq" value="${creq}">
<div class="actions"><button>Return to your bank’s page</button>
<a class="button quiet" href="">Look again</a></div></form>`;
  return sendSheet(reply, room, 'Waiting for your bank', body, 200, formActionTo(new URL(acsUrl)));
}

/** The acquirer has not answered yet; the page looks again by itself. */
export function sendInProgress(reply: FastifyReply, room: EximpeRoom): FastifyReply {
  reply.header('refresh', String(refreshSeconds));
  const body = html`<p>Your payment is being processed. Please do not pay again.</p>
<p class="actions"><a class="button" href="">Look again</a></p>`;
  return sendSheet(reply, room, 'One moment', body);
}

/** Where a customer ends when the order and the account name no return URL. */
export async function sendResult(
  reply: FastifyReply,
  room: EximpeRoom,
  payment: Payment,
): Promise<FastifyReply> {
  const merchant = await room.gateway.directory.findMerchant(payment.merchantId);
  const { title, text, tone } = resultOf(payment);
  const body = html`<p class="${tone === null ? 'notice' : `notice ${tone}`}" role="status">${text}</p>
<dl><dt>Shop</dt><dd>${merchant?.name}</dd>
<dt>Order</dt><dd>${payment.orderNumber}</dd>
<dt>Amount</dt><dd>${amountText(payment, amountLocale)}</dd></dl>
<p>You can close this page and return to the shop.</p>`;
  return sendSheet(reply, room, title, body);
}

interface ResultWords {
  readonly title: string;
  readonly text: string;
  readonly tone: 'success' | 'problem' | null;
}

/** In words for people; the wire's own stay with the merchant. */
const failureTexts: Readonly<Record<DeclineCode, string>> = {
  CARD_DECLINED: 'The payment did not go through. You were not charged.',
  INSUFFICIENT_FUNDS: 'The card has insufficient funds. You were not charged.',
  EXPIRED_CARD: 'The card has expired. You were not charged.',
  INVALID_CVV: 'The CVV is not correct. You were not charged.',
  '3DS_FAILED': 'Your bank could not confirm that it was you. You were not charged.',
  NETWORK_ERROR: 'The payment did not go through. You were not charged.',
};

function resultOf(payment: Payment): ResultWords {
  const failure = failureOf(payment);
  if (!failure)
    return {
      title: 'Payment successful',
      text: 'Thank you. Your payment was successful.',
      tone: 'success',
    };
  if (failure === cancelled)
    return {
      title: 'Payment cancelled',
      text: 'You cancelled the payment. You were not charged.',
      tone: null,
    };
  if (failure === expired)
    return {
      title: 'The time for this payment is over',
      text: 'You were not charged. Return to the shop to pay.',
      tone: null,
    };
  return { title: 'Payment not completed', text: failureTexts[failure.code], tone: 'problem' };
}

function sendSheet(
  reply: FastifyReply,
  room: EximpeRoom,
  title: string,
  body: Html,
  status = 200,
  formAction?: readonly string[],
): FastifyReply {
  const sheet = page({
    title,
    lang: 'en',
    nonce: newNonce(room.gateway.random),
    frameAncestors: ['*'],
    ...(formAction && { formAction }),
    body: html`<div class="sheet"><h1>${title}</h1>
${body}</div>`,
  });
  return sendPage(reply, sheet, status);
}
