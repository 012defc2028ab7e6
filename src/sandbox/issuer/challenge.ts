import type { Pool } from 'pg';
import { cardBrands } from '../../domain/card.ts';
import { eciFor } from '../../domain/eci.ts';
import type { SandboxLog } from '../log.ts';
import {
  type Authentication,
  type ChallengeEnd,
  countWrongCode,
  endChallenge,
  findByPageToken,
} from './authentications.ts';
import type { ChallengeProblem } from './challenge-page.ts';
import { findOneTimeCode, wrongCodesMax } from './codes.ts';
import { newAuthenticationValue } from './directory.ts';
import { deliverResult } from './results.ts';

/** What a step on the challenge page led to: the page again, or the way back with the result delivered. */
export type ChallengeStep =
  | { readonly kind: 'open'; readonly challenge: Authentication; readonly problem: ChallengeProblem }
  | { readonly kind: 'ended'; readonly challenge: Authentication };

export interface ChallengeContext {
  readonly pool: Pool;
  readonly now: Date;
  readonly log: SandboxLog;
}

/** What the cardholder did: the button that was pressed and the code that was typed. */
export interface CardholderInput {
  readonly action: string;
  readonly code: string;
}

/** Looks at a challenge without acting on it; one that has run out of time ends here. */
export async function lookAtChallenge(
  context: ChallengeContext,
  challenge: Authentication,
): Promise<ChallengeStep> {
  if (challenge.transStatus === 'C') {
    if (context.now < challenge.expiresAt) return { kind: 'open', challenge, problem: null };
    return end(context, challenge, timedOut(challenge));
  }
  return settle(context, challenge);
}

/** Acts on what the cardholder did. A challenge that has ended stays as it ended, whatever is pressed. */
export async function continueChallenge(
  context: ChallengeContext,
  challenge: Authentication,
  input: CardholderInput,
): Promise<ChallengeStep> {
  const looked = await lookAtChallenge(context, challenge);
  if (looked.kind === 'ended') return looked;
  switch (input.action) {
    case 'complete':
      return end(context, challenge, authenticated(challenge));
    case 'fail':
      // 01: card authentication failed.
      return end(context, challenge, notAuthenticated(challenge, '01', null));
    case 'cancel':
      return end(context, challenge, notAuthenticated(challenge, null, '01'));
    default:
      return judgeCode(context, challenge, input.code);
  }
}

async function judgeCode(
  context: ChallengeContext,
  challenge: Authentication,
  typed: string,
): Promise<ChallengeStep> {
  if (typed.trim() === '') return { kind: 'open', challenge, problem: 'no_code' };
  const code = findOneTimeCode(typed);
  if (code !== undefined) {
    return end(context, challenge, { ...authenticated(challenge), responseCode: code.responseCode });
  }
  const tries = await countWrongCode(context.pool, challenge.acsTransactionId);
  // 19: exceeds the ACS's maximum of challenges. Where another code used up the tries, or ended it, at this moment, only
  // the first end counts.
  if (tries === null || tries >= wrongCodesMax)
    return end(context, challenge, notAuthenticated(challenge, '19', null));
  return { kind: 'open', challenge: { ...challenge, tries }, problem: 'wrong_code' };
}

async function end(
  context: ChallengeContext,
  challenge: Authentication,
  challengeEnd: ChallengeEnd,
): Promise<ChallengeStep> {
  await endChallenge(context.pool, challenge.acsTransactionId, challengeEnd);
  return settle(context, await reread(context, challenge));
}

/** The result goes to the 3DS Server before the browser does; one that was not delivered is sent once more now. */
async function settle(context: ChallengeContext, challenge: Authentication): Promise<ChallengeStep> {
  if (challenge.resultDeliveredAt === null) await deliverResult(context, challenge);
  return { kind: 'ended', challenge };
}

async function reread({ pool }: ChallengeContext, challenge: Authentication): Promise<Authentication> {
  return (await findByPageToken(pool, challenge.pageToken)) ?? challenge;
}

function authenticated(challenge: Authentication): ChallengeEnd {
  return {
    transStatus: 'Y',
    transStatusReason: null,
    challengeCancel: null,
    eci: eciOf(challenge, 'authenticated'),
    authenticationValue: newAuthenticationValue(),
    responseCode: null,
  };
}

function notAuthenticated(
  challenge: Authentication,
  transStatusReason: string | null,
  challengeCancel: string | null,
): ChallengeEnd {
  return {
    transStatus: 'N',
    transStatusReason,
    challengeCancel,
    eci: eciOf(challenge, 'not_authenticated'),
    authenticationValue: null,
    responseCode: null,
  };
}

/** 14: transaction timed out at the ACS. */
function timedOut(challenge: Authentication): ChallengeEnd {
  return notAuthenticated(challenge, '14', '04');
}

function eciOf(challenge: Authentication, outcome: 'authenticated' | 'not_authenticated'): string {
  return eciFor(cardBrands.find((brand) => brand === challenge.brand) ?? 'unknown', outcome);
}
