import type { FastifyReply, FastifyRequest } from 'fastify';
import { completeAuthentication, findChallenge } from '../../../usecases/complete-authentication.ts';
import { type EdgeServer, sendAnswer } from '../../edge/dialect.ts';
import { createPageErrors } from '../../edge/page-scope.ts';
import { autoPostForm, newNonce, sendPage } from '../../edge/pages.ts';
import { checkoutUrl, threeDsReturnUrl, threeDsUrl } from '../addresses.ts';
import type { ZafapayContext } from '../context.ts';
import { type Language, languageOf } from './language.ts';
import { sendNotice } from './notice-page.ts';
import { sendOutcome } from './outcome.ts';
import { words } from './words.ts';

const tokenPattern = /^[0-9A-Za-z_-]{16,128}$/;

/**
 * The two addresses of 3-D Secure in a browser (contract 8.1): `/3ds/{tx}?token=`, which leads to the issuer, and
 * `/3ds/return/{token}`, to which the issuer leads back. What the browser brings along is only a signal; the truth came
 * from the issuer's server.
 */
export function addThreeDsPages(scope: EdgeServer, context: ZafapayContext): void {
  scope.get('/3ds/:tx', async (request, reply) => {
    const { tx } = request.params as { tx: string };
    const { token } = request.query as { token?: unknown };
    return typeof token === 'string'
      ? leadToIssuer(context, request, reply, { tx, token })
      : lost(context, request, reply);
  });
  const back = (request: FastifyRequest, reply: FastifyReply) => {
    const { token } = request.params as { token: string };
    return leadBack(context, request, reply, token);
  };
  scope.get('/3ds/return/:token', back);
  scope.post('/3ds/return/:token', back);
}

async function leadToIssuer(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { tx, token }: { readonly tx: string; readonly token: string },
): Promise<FastifyReply> {
  const { gateway } = context;
  const challenge = tokenPattern.test(token) ? await findChallenge(gateway, token) : null;
  if (challenge?.payment.id !== tx) return lost(context, request, reply);
  const { status } = challenge.payment;
  const expired = status.state === 'authenticating' && status.expiresAt <= gateway.clock.now();
  if ('finished' in challenge || expired) return leadBack(context, request, reply, token);
  // The sandbox's issuer knows the challenge by its address; any other wants the CReq posted (EMV 3DS 2.2.0, 5.10).
  if (gateway.mode === 'sandbox')
    return reply.code(303).header('cache-control', 'no-store').header('location', challenge.acsUrl).send();
  const language = languageOf(request);
  const text = words[language];
  return sendPage(
    reply,
    autoPostForm({
      action: challenge.acsUrl,
      fields: [['creq', challenge.creq]],
      buttonText: text.continueToBank,
      title: text.toBankTitle,
      text: text.toBankText,
      lang: language,
      script: { nonce: newNonce(gateway.random) },
    }),
  );
}

async function leadBack(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!tokenPattern.test(token)) return lost(context, request, reply);
  const completion = await completeAuthentication(context.gateway, token);
  const language = languageOf(request);
  const again = `${threeDsReturnUrl(context, token)}?lang=${language}`;
  switch (completion.kind) {
    case 'unknown_token':
      return lost(context, request, reply);
    case 'final':
      return sendOutcome(context, reply, completion.payment, language);
    case 'another_card': {
      const page = `${checkoutUrl(context, completion.payment, completion.openUntil)}&lang=${language}`;
      return reply.code(303).header('cache-control', 'no-store').header('location', page).send();
    }
    case 'in_progress':
      return sendProgress(context, reply, language, again);
    case 'waiting': {
      const text = words[language];
      return sendNotice(context, reply, {
        language,
        title: text.waitingTitle,
        text: text.waitingText,
        links: [
          {
            href: `${threeDsUrl(context, completion.payment.id, token)}&lang=${language}`,
            text: text.continueToBank,
          },
          { href: again, text: text.checkAgain, quiet: true },
        ],
      });
    }
  }
}

/** The acquirer has not answered yet: the page looks again by itself at `address`. */
export function sendProgress(
  context: ZafapayContext,
  reply: FastifyReply,
  language: Language,
  address: string,
): FastifyReply {
  const text = words[language];
  return sendNotice(context, reply, {
    language,
    title: text.progressTitle,
    text: text.progressText,
    links: [{ href: address, text: text.refresh, quiet: true }],
    continueAt: address,
  });
}

/** The page for addresses that lead nowhere; it says no more than that. */
export function lost(
  { gateway }: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return sendAnswer(reply, createPageErrors(gateway.random).notFound(request));
}
