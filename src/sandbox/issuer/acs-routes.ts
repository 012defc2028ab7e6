import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { Page } from '../html.ts';
import type { SandboxLog } from '../log.ts';
import {
  type Authentication,
  findByAcsTransactionId,
  findByPageToken,
  keepReturnFields,
} from './authentications.ts';
import { type ChallengeStep, continueChallenge, lookAtChallenge } from './challenge.ts';
import { type ChallengeProblem, challengePage, noChallengePage, returnPage } from './challenge-page.ts';
import { encodeCres, parseCreq } from './creq.ts';

export interface SandboxPagesOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: SandboxLog;
}

const bodyBytesMax = 32 * 1024;
const returnFieldCharactersMax = 2048;

/**
 * The issuer's pages for browsers: `POST /sandbox/acs/challenge` with `creq` (and `threeDSSessionData`, or `MD` of the
 * older flow, which then comes back with `PaRes`), and `/sandbox/acs/challenge/{token}`, the acsURL of each challenge,
 * which takes the same POST, a plain GET, and the page's own form.
 */
export function registerSandboxPages(
  server: Pick<FastifyInstance, 'register'>,
  options: SandboxPagesOptions,
): void {
  server.register(async (scope: FastifyInstance) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: bodyBytesMax },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.post('/sandbox/acs/challenge', (request, reply) => openByCreq(options, request, reply));
    scope.get('/sandbox/acs/challenge/:token', async (request, reply) => {
      const challenge = await findChallenge(options, request);
      if (challenge === undefined) return sendPage(reply, noChallengePage(404));
      const step = await lookAtChallenge(contextOf(options), challenge);
      const problem = problemOf(request, challenge);
      return sendStep(reply, step.kind === 'open' ? { ...step, problem } : step, challenge.pageToken);
    });
    scope.post('/sandbox/acs/challenge/:token', async (request, reply) => {
      const challenge = await findChallenge(options, request);
      if (challenge === undefined) return sendPage(reply, noChallengePage(404));
      const form = formOf(request);
      if (form.has('creq')) return openByCreq(options, request, reply, challenge);
      const input = { action: form.get('action') ?? 'confirm', code: form.get('otp') ?? '' };
      const step = await continueChallenge(contextOf(options), challenge, input);
      return step.kind === 'open' ? sendBack(reply, step) : sendStep(reply, step, challenge.pageToken);
    });
  });
}

/** What the page is to say of the last code; nothing that cannot have happened. */
function problemOf(request: FastifyRequest, { tries }: Authentication): ChallengeProblem {
  const { problem } = request.query as { problem?: unknown };
  if (problem === 'no_code') return 'no_code';
  return problem === 'wrong_code' && tries > 0 ? 'wrong_code' : null;
}

/** After a code that was not right the browser asks for the page anew, so that going back or reloading sends none again. */
function sendBack(
  reply: FastifyReply,
  { challenge, problem }: Extract<ChallengeStep, { kind: 'open' }>,
): FastifyReply {
  const query = problem === null ? '' : `?problem=${problem}`;
  return reply
    .code(303)
    .headers({ 'cache-control': 'no-store', location: `${challenge.pageToken}${query}` })
    .send();
}

/** A browser comes with a CReq: to the address of its challenge, or to the one that all challenges share. */
async function openByCreq(
  options: SandboxPagesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  addressed?: Authentication,
): Promise<FastifyReply> {
  const form = formOf(request);
  const creq = parseCreq(form.get('creq') ?? '');
  if (creq === undefined) return sendPage(reply, noChallengePage(400));
  const found = await findByAcsTransactionId(options.pool, creq.acsTransactionId);
  const foreign = addressed !== undefined && addressed.acsTransactionId !== creq.acsTransactionId;
  if (found === undefined || foreign || found.serverTransactionId !== creq.serverTransactionId) {
    return sendPage(reply, noChallengePage(404));
  }
  const fields = {
    sessionData: returnField(form, 'threeDSSessionData'),
    returnReference: returnField(form, 'MD'),
  };
  await keepReturnFields(options.pool, found.acsTransactionId, fields);
  const challenge = {
    ...found,
    sessionData: fields.sessionData ?? found.sessionData,
    returnReference: fields.returnReference ?? found.returnReference,
  };
  const action = addressed === undefined ? `challenge/${challenge.pageToken}` : challenge.pageToken;
  return sendStep(reply, await lookAtChallenge(contextOf(options), challenge), action);
}

function findChallenge(
  { pool }: SandboxPagesOptions,
  request: FastifyRequest,
): Promise<Authentication | undefined> {
  const { token } = request.params as { token: string };
  return /^[A-Za-z0-9_-]{32}$/.test(token) ? findByPageToken(pool, token) : Promise.resolve(undefined);
}

function contextOf({ pool, clock, log }: SandboxPagesOptions) {
  return { pool, log, now: clock.now() };
}

function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}

/** A field that goes back as it came; one that is empty or out of all measure does not. */
function returnField(form: URLSearchParams, name: string): string | null {
  const value = form.get(name);
  return value === null || value === '' || value.length > returnFieldCharactersMax || value.includes('\0')
    ? null
    : value;
}

/** `action` is relative to the address of the page, so that it holds behind any public address. */
function sendStep(reply: FastifyReply, step: ChallengeStep, action: string): FastifyReply {
  const { challenge } = step;
  if (step.kind === 'open') return sendPage(reply, challengePage(challenge, action, step.problem));
  return sendPage(reply, returnPage(challenge.notificationUrl, returnFields(challenge)));
}

function returnFields(challenge: Authentication): (readonly [string, string])[] {
  const cres = encodeCres(challenge);
  const fields: (readonly [string, string])[] = [['cres', cres]];
  if (challenge.sessionData !== null) fields.push(['threeDSSessionData', challenge.sessionData]);
  if (challenge.returnReference !== null) fields.push(['PaRes', cres], ['MD', challenge.returnReference]);
  return fields;
}

function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': page.contentSecurityPolicy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .send(page.body);
}
