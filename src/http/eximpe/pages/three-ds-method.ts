import { findChallenge } from '../../../usecases/complete-authentication.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import { autoPostForm, newNonce, sendPage } from '../../edge/pages.ts';
import type { EximpeRoom } from '../room.ts';
import { isFormMd, methodPath, returnPath, threeDsUrl } from '../three-ds-form.ts';
import { sendGone } from './pages.ts';
import { formField, type TokenPath, tokenSegment } from './token-path.ts';

/**
 * `POST /{hex64}/threeDSecure/method`: where the form of the ACS template leads. It goes on to the issuer's page at
 * once, or to the result when there is nothing left to authenticate.
 */
export function addThreeDsMethod(scope: EdgeServer, room: EximpeRoom): void {
  scope.post<{ Params: TokenPath }>(`/${tokenSegment}/${methodPath}`, async (request, reply) => {
    const { token } = request.params;
    const md = formField(request.body, 'MD');
    if (md === undefined || !isFormMd(room.secretKey, token, md)) return sendGone(reply, room);
    const challenge = await findChallenge(room.gateway, token);
    if (!challenge) return sendGone(reply, room);
    reply.header('cache-control', 'no-store');
    if ('finished' in challenge) return reply.redirect(threeDsUrl(room.publicUrl, token, returnPath), 303);
    // The sandbox's issuer shows the page of a challenge to anyone who has its address; EMV 3-D Secure wants a POST.
    if (room.gateway.mode === 'sandbox') return reply.redirect(challenge.acsUrl, 303);
    const form = autoPostForm({
      action: challenge.acsUrl,
      fields: [['creq', challenge.creq]],
      buttonText: 'Continue',
      title: 'Your bank wants to see you',
      lang: 'en',
      text: 'Your bank asks you to confirm this payment.',
      script: { nonce: newNonce(room.gateway.random) },
      frameAncestors: ['*'],
    });
    return sendPage(reply, form);
  });
}
