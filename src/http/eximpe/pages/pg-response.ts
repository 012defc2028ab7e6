import type { FastifyReply } from 'fastify';
import type { Payment } from '../../../domain/payment.ts';
import { completeAuthentication } from '../../../usecases/complete-authentication.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { autoPostForm, newNonce, sendPage } from '../../edge/pages.ts';
import { checkoutUrlOf } from '../checkout-session.ts';
import { callbackFields } from '../return-callback.ts';
import { type EximpeRoom, encryptionKeyPurpose } from '../room.ts';
import { isFormMd, returnPath } from '../three-ds-form.ts';
import { sendGone, sendInProgress, sendResult, sendWaiting } from './pages.ts';
import { formField, type TokenPath, tokenSegment } from './token-path.ts';

/**
 * `POST` and `GET /{hex64}/CommonPgResponseHandler`: where the issuer sends the browser back. The payment is carried to
 * its end first; then the browser posts the signed result to the merchant. What the browser brings along proves nothing
 * and is not read; late and repeated returns show the same result and change nothing (section 6).
 */
export function addPgResponse(scope: EdgeServer, room: EximpeRoom): void {
  const path = `/${tokenSegment}/${returnPath}`;
  scope.get<{ Params: TokenPath }>(path, async ({ params }, reply) =>
    answerReturn(reply, room, params.token),
  );
  scope.post<{ Params: TokenPath }>(path, async (request, reply) => {
    const { token } = request.params;
    const md = formField(request.body, 'MD');
    if (md !== undefined && !isFormMd(room.secretKey, token, md)) return sendGone(reply, room);
    return answerReturn(reply, room, token);
  });
}

async function answerReturn(reply: FastifyReply, room: EximpeRoom, token: string): Promise<FastifyReply> {
  const completion = await completeAuthentication(room.gateway, token);
  switch (completion.kind) {
    case 'unknown_token':
      return sendGone(reply, room);
    case 'waiting':
      return sendWaiting(reply, room, completion);
    case 'another_card':
      return reply.redirect(checkoutUrlOf(room, completion.payment), 303);
    case 'in_progress':
      return sendInProgress(reply, room);
    case 'final':
      return sendToMerchant(reply, room, completion.payment);
  }
}

/** The form that brings the browser, with the signed result, back to the merchant (section 7). */
export async function sendToMerchant(
  reply: FastifyReply,
  room: EximpeRoom,
  payment: Payment,
): Promise<FastifyReply> {
  const { directory, random } = room.gateway;
  const merchant = await directory.findMerchant(payment.merchantId);
  const returnUrl = payment.returnUrl ?? merchant?.settings.defaultReturnUrl ?? null;
  if (returnUrl === null) return sendResult(reply, room, payment);
  const encryptionKey = await directory.findSigningKey(payment.merchantId, encryptionKeyPurpose);
  const form = autoPostForm({
    action: returnUrl,
    fields: callbackFields(payment, encryptionKey),
    buttonText: 'Continue',
    title: 'Back to the shop',
    lang: 'en',
    text: `${merchant?.name ?? 'The shop'} is waiting for you.`,
    script: { nonce: newNonce(random) },
    frameAncestors: ['*'],
  });
  return sendPage(reply, form);
}
