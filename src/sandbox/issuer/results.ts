import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import type { Authentication } from './authentications.ts';
import { markResultDelivered } from './authentications.ts';
import type { ChallengeContext } from './challenge.ts';

const messageVersion = '2.2.0';
const answerMsMax = 5000;
/** The waits between attempts; the browser is waiting too, so there are few and they are short. */
const retryDelaysMs = [200, 800];

/** Sends the RReq, at most three times; a result nobody acknowledged is logged and stays undelivered. */
export async function deliverResult(context: ChallengeContext, challenge: Authentication): Promise<void> {
  const body = JSON.stringify(rreqOf(challenge));
  let cause = '';
  for (const delayMs of [0, ...retryDelaysMs]) {
    if (delayMs > 0) await wait(delayMs);
    const refused = await postResult(challenge.resultsUrl, body);
    if (refused === null) {
      await markResultDelivered(context.pool, challenge.acsTransactionId, context.now);
      return;
    }
    cause = refused;
  }
  context.log.warn(
    { acsTransID: challenge.acsTransactionId, cause },
    'the result of a challenge was not acknowledged',
  );
}

/** Null when the result was acknowledged, otherwise why not. */
async function postResult(url: string, body: string): Promise<string | null> {
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(answerMsMax),
    });
    const rres: unknown = JSON.parse(await answer.body.text());
    if (answer.statusCode !== 200) return `status ${answer.statusCode}`;
    return isReceived(rres) ? null : 'the RRes does not say that the result was received';
  } catch (error) {
    return error instanceof Error ? error.name : 'no answer';
  }
}

function isReceived(rres: unknown): boolean {
  if (typeof rres !== 'object' || rres === null) return false;
  const { messageType, resultsStatus } = rres as Record<string, unknown>;
  return messageType === 'RRes' && resultsStatus === '01';
}

function rreqOf(challenge: Authentication): object {
  const { transStatusReason, challengeCancel, eci, authenticationValue } = challenge;
  return {
    messageType: 'RReq',
    messageVersion,
    messageCategory: '01',
    threeDSServerTransID: challenge.serverTransactionId,
    acsTransID: challenge.acsTransactionId,
    dsTransID: challenge.dsTransactionId,
    interactionCounter: String(Math.min(challenge.tries + 1, 99)).padStart(2, '0'),
    transStatus: challenge.transStatus,
    ...(transStatusReason !== null && { transStatusReason }),
    ...(challengeCancel !== null && { challengeCancel }),
    ...(eci !== null && { eci }),
    ...(authenticationValue !== null && { authenticationValue }),
  };
}
