import {
  type CardBrand,
  detectBrand,
  judgeExpiry,
  type OpenCard,
  parseCvc,
  parsePan,
} from '../../../domain/card.ts';
import { Secret } from '../../../lib/secret.ts';
import { browserOf } from '../../../usecases/risk/browser.ts';
import { tokenizeCard } from '../../../usecases/tokenize-card.ts';
import { type EdgeServer, sendAnswer } from '../../edge/dialect.ts';
import { callerOf, requireKey } from '../authentication.ts';
import { connectorId, type ZafapayContext } from '../context.ts';
import type { Issue } from '../errors.ts';
import { judgePanFree, refuseIssues } from '../issues.ts';
import { refusalAnswer } from '../refusals.ts';
import { sendStored, storeAnswer } from '../reply.ts';
import { type CreateTokenBody, createTokenBody } from '../schemas/create-token.ts';
import { viewToken } from '../views/token.ts';

/** `POST /v1/tokens`: a card in, a token out, for pages in browsers (contract 5.1). */
export function addCreateToken(scope: EdgeServer, context: ZafapayContext): void {
  const { gateway } = context;
  scope.post(
    '/tokens',
    {
      schema: { body: createTokenBody },
      attachValidation: true,
      onRequest: requireKey(gateway, 'tokenize'),
    },
    async (request, reply) => {
      refuseIssues(request, () => judgeTypedCard(request.body.card, request.receivedAt));
      const result = await tokenizeCard(gateway, {
        merchant: callerOf(request).merchant,
        card: openCard(request.body.card),
        browser: browserOf(request.ip, request.headers['user-agent']),
      });
      if (result.kind === 'refused')
        return sendAnswer(reply, refusalAnswer(request, result.refusal, 'tokenize'));
      return sendStored(reply, storeAnswer(201, viewToken(result.token, connectorId(gateway))));
    },
  );
}

const expiryFaults = {
  invalid: 'is not a valid expiry',
  expired: 'lies in the past',
  too_far: 'lies too far in the future',
} as const;

/** What is wrong with a card as it was typed; fields of a wrong type are the schema's to tell. */
export function judgeTypedCard(card: unknown, now: Date, under = 'card.'): Issue[] {
  if (typeof card !== 'object' || card === null) return [];
  const { number, exp_month, exp_year, cvc, cardholder_name } = card as Partial<CreateTokenBody['card']>;
  const pan = typeof number === 'string' ? parsePan(number) : undefined;
  const issues: Issue[] = [];
  if (typeof number === 'string' && !pan)
    issues.push({ path: `${under}number`, message: 'is not a valid card number' });
  issues.push(...judgeTypedExpiry(exp_month, exp_year, now, under));
  const brand: CardBrand = pan ? detectBrand(pan) : 'unknown';
  if (typeof cvc === 'string' && !parseCvc(cvc, brand)) {
    const digits =
      brand === 'amex' ? 'four digits' : brand === 'unknown' ? 'three or four digits' : 'three digits';
    issues.push({ path: `${under}cvc`, message: `must have ${digits}` });
  }
  issues.push(...judgePanFree(`${under}cardholder_name`, cardholder_name));
  return issues;
}

function judgeTypedExpiry(month: unknown, year: unknown, now: Date, under: string): Issue[] {
  const typed = { month: Number(month), year: Number(year) };
  if (month === undefined || year === undefined) return [];
  if (!Number.isInteger(typed.month) || typed.month < 1 || typed.month > 12)
    return [{ path: `${under}exp_month`, message: 'must be from 1 to 12' }];
  const verdict = judgeExpiry(typed, now);
  return verdict === 'ok' ? [] : [{ path: `${under}exp_year`, message: expiryFaults[verdict] }];
}

/** The card of a request that `judgeTypedCard` found nothing wrong with. */
export function openCard(card: CreateTokenBody['card']): OpenCard {
  const pan = parsePan(card.number);
  const cvc = pan && parseCvc(card.cvc, detectBrand(pan));
  if (!pan || !cvc) throw new TypeError('a card must be judged before it is opened');
  return {
    pan: new Secret(pan),
    cvc: new Secret(cvc),
    expiry: { month: Number(card.exp_month), year: Number(card.exp_year) },
    cardholderName: card.cardholder_name?.trim() || null,
  };
}
