import { findChallenge } from '../../../usecases/complete-authentication.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import type { EximpeRoom } from '../room.ts';
import { isFormMd, methodPath, returnPath, threeDsUrl } from '../three-ds-form.ts';
import { sendToIssuer } from './issuer.ts';
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
    if (!('finished' in challenge)) return sendToIssuer(reply, room, challenge);
    reply.header('cache-control', 'no-store');
    return reply.redirect(threeDsUrl(room.publicUrl, token, returnPath), 303);
  });
}
