import type { FastifyReply } from 'fastify';
import { autoPostForm, newNonce, sendPage } from '../../edge/pages.ts';
import type { EximpeRoom } from '../room.ts';

/**
 * Brings the browser to the issuer's page. The sandbox's issuer shows a challenge to anyone who has its address, so that
 * a redirect will do; EMV 3-D Secure wants a POST.
 */
export function sendToIssuer(
  reply: FastifyReply,
  room: EximpeRoom,
  challenge: { readonly acsUrl: string; readonly creq: string },
): FastifyReply {
  reply.header('cache-control', 'no-store');
  if (room.gateway.mode === 'sandbox') return reply.redirect(challenge.acsUrl, 303);
  const form = autoPostForm({
    action: challenge.acsUrl,
    fields: [['creq', challenge.creq]],
    buttonText: 'Continue to my bank',
    title: 'Confirm with your bank',
    lang: 'en',
    text: 'Your bank wants to be sure that it is you.',
    script: { nonce: newNonce(room.gateway.random) },
    frameAncestors: ['*'],
  });
  return sendPage(reply, form);
}
