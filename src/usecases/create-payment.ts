import { type CardFace, judgeExpiry } from '../domain/card.ts';
import { newId } from '../domain/ids.ts';
import type { Flow } from '../domain/merchant.ts';
import type { Payment, PaymentStatus } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { RiskDecision } from '../domain/risk/decision.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { assert } from '../lib/assert.ts';
import { addSeconds } from '../lib/clock.ts';
import { newAttempt } from './attempts.ts';
import { authenticatePayment, newAuthentication } from './authenticate-payment.ts';
import type { AuthorizationContext } from './authorization-context.ts';
import { authorizeOrAuthenticate } from './authorize-or-authenticate.ts';
import type { CreatePayment, PaymentResult } from './commands.ts';
import { findEarlier, type Keyed, keySeen, refuseUnlessEarlier } from './earlier-request.ts';
import { failPayment } from './fail-payment.ts';
import type { Gateway } from './gateway.ts';
import { judgeAmount, withinMonthlyLimits } from './judge-amount.ts';
import type { FoundPolicy } from './ports/risk.ts';
import type { NewCard, OpenResult, PaymentOpening, PaymentStore } from './ports/store.ts';
import { actOnDecision } from './risk/act-on-decision.ts';
import { admitCard, judgePaymentLimits, judgePaymentPace, tooMany } from './risk/admit-card.ts';
import { unknownBrowser } from './risk/browser.ts';
import type { Limited } from './risk/card-limiter.ts';
import { decide, findPolicy, prepareCheck, type RiskCheck } from './risk/judge-payment.ts';
import { sealNewCard } from './tokenize-card.ts';

/** How often a taken order number is replaced before we call it a bug: ten digits are never that full. */
const numberTriesMax = 10;

/** The card a payment is about, wherever it came from. */
interface ResolvedCard {
  readonly face: CardFace | null;
  readonly fingerprint: Buffer | null;
  readonly newCard: NewCard | null;
  readonly method: PaymentMethod | null;
  readonly browser: CardholderBrowser;
}

/** What the rules and limits of the merchant say before the payment is opened. */
interface RiskBefore {
  readonly found: FoundPolicy;
  readonly declinesJumped: boolean;
}

/**
 * Opens a payment and carries it as far as it goes without the cardholder: to its outcome, to the issuer's page, or
 * to a hosted page. A refusal changes nothing and burns no token; a decline is an outcome.
 */
export async function createPayment(gateway: Gateway, command: CreatePayment): Promise<PaymentResult> {
  const { merchant } = command;
  const keyed = keyedBy(command);
  const earlier = await findEarlier(gateway, keyed);
  if (earlier) return { kind: 'earlier', earlier };
  const [flow, card, found] = await Promise.all([
    gateway.flows.findFlow(merchant.id, command.flowId),
    resolveCard(gateway, command),
    findPolicy(gateway, merchant.id),
  ]);
  if ('code' in card) return refuseUnlessEarlier(gateway, keyed, card);
  const refusal = judgeFlow(command, flow);
  if (refusal) return refuseUnlessEarlier(gateway, keyed, refusal);
  assert(flow, 'a payment without a flow is refused before');
  const limited = judgeLimits(gateway, command, card);
  if (limited?.measure === 'refuse') return refuseUnlessEarlier(gateway, keyed, tooMany(limited));
  return open(gateway, command, flow, card, { found, declinesJumped: limited !== null });
}

/** Only cards that a cardholder brought are trials; a merchant's own charges have their pace alone. */
function judgeLimits(gateway: Gateway, command: CreatePayment, card: ResolvedCard): Limited | null {
  const { face, fingerprint, browser } = card;
  const fast = judgePaymentPace(gateway, command.merchant.id);
  if (fast) return fast;
  if (command.authentication === 'never' || !face || !fingerprint) return null;
  return judgePaymentLimits(gateway, command.merchant.id, { bin: face.bin, fingerprint }, browser);
}

function judgeFlow(command: CreatePayment, flow: Flow | null): Refusal | undefined {
  if (!flow) {
    return command.flowId === null
      ? refuse('flow_not_found', 'The merchant has no default flow.')
      : refuse('flow_not_found', 'There is no flow of that id.', 'flow_id');
  }
  if (!flow.active) return refuse('flow_not_active', 'The flow is switched off.', 'flow_id');
  return judgeAmount(flow, command.amount, command.currency);
}

async function resolveCard(gateway: Gateway, command: CreatePayment): Promise<ResolvedCard | Refusal> {
  const { card, merchant, browser = unknownBrowser } = command;
  const now = gateway.clock.now();
  switch (card.from) {
    case 'hosted':
      return { face: null, fingerprint: null, newCard: null, method: null, browser };
    case 'token': {
      const token = await gateway.cards.findToken(merchant.id, card.tokenId);
      if (!token) return refuse('token_not_found', 'There is no token of that id.', 'token');
      if (token.usedBy !== null) return refuse('token_used', 'The token was already used.', 'token');
      if (token.expiresAt <= now) return refuse('token_expired', 'The token has expired.', 'token');
      return {
        face: token.face,
        fingerprint: token.fingerprint,
        newCard: null,
        method: null,
        browser: token.browser,
      };
    }
    case 'direct': {
      const refusal = await admitCard(gateway, merchant.id, card.card, browser);
      if (refusal) return refusal;
      const sealed = await sealNewCard(
        gateway,
        merchant,
        card.card,
        addSeconds(now, command.challengeSeconds),
      );
      const newCard = { ...sealed, face: { ...sealed.face, brand: card.brand } };
      return { face: newCard.face, fingerprint: sealed.sealed.fingerprint, newCard, method: null, browser };
    }
    case 'saved': {
      const method = await gateway.cards.findPaymentMethod(merchant.id, card.method);
      if (!method || method.status === 'detached' || method.customerReference !== command.customerReference) {
        return refuse(
          'payment_method_not_found',
          'The customer has no saved card of that id.',
          'payment_method',
        );
      }
      if (method.status === 'blocked') {
        return refuse('payment_method_blocked', 'The saved card is blocked.', 'payment_method');
      }
      return { face: method.card, fingerprint: method.fingerprint, newCard: null, method, browser };
    }
  }
}

function openingStatus(gateway: Gateway, command: CreatePayment, now: Date): PaymentStatus {
  if (command.card.from === 'hosted') {
    return { state: 'awaiting_card', expiresAt: addSeconds(now, command.hostedSeconds) };
  }
  if (command.authentication !== 'always') return { state: 'authorizing' };
  return {
    state: 'authenticating',
    authenticationId: newId('AuthenticationId', gateway.random),
    expiresAt: addSeconds(now, command.challengeSeconds),
  };
}

function newPayment(gateway: Gateway, command: CreatePayment, flow: Flow, card: ResolvedCard): Payment {
  const now = gateway.clock.now();
  const numbers = command.newNumbers?.() ?? null;
  const status = openingStatus(gateway, command, now);
  return {
    id: newId('PaymentId', gateway.random),
    merchantId: command.merchant.id,
    version: 1,
    eventCount: 0,
    dialect: command.dialect,
    orderNumber: numbers?.order ?? null,
    orderPaymentNumber: numbers?.payment ?? null,
    status,
    amount: command.amount,
    currency: command.currency,
    captureMethod: command.captureMethod ?? flow.captureMethod,
    flowId: flow.id,
    source: command.card.from,
    initiator: command.authentication === 'never' ? 'merchant' : 'cardholder',
    hosted: status.state === 'awaiting_card' ? { openUntil: status.expiresAt, cardsTried: 0 } : null,
    card: card.face,
    paymentMethodId: card.method?.id ?? null,
    customerReference: command.customerReference,
    saveCard: command.saveCard,
    merchantReference: command.merchantReference,
    returnUrl: command.returnUrl,
    metadata: command.metadata,
    email: command.email,
    phone: command.phone,
    productName: command.productName,
    details: command.saveCard
      ? { ...command.details, savedCardLabel: command.savedCardLabel }
      : command.details,
    createdAt: now,
    updatedAt: now,
  };
}

async function open(
  gateway: Gateway,
  command: CreatePayment,
  flow: Flow,
  card: ResolvedCard,
  risk: RiskBefore,
): Promise<PaymentResult> {
  for (let tries = 0; tries < numberTriesMax; tries++) {
    const payment = newPayment(gateway, command, flow, card);
    const { status } = payment;
    const sending = status.state === 'authorizing';
    const kind = payment.captureMethod === 'manual' ? 'authorization' : 'purchase';
    const attempt = sending ? newAttempt(gateway, payment, kind, payment.amount) : null;
    const pending =
      status.state === 'authenticating'
        ? newAuthentication(gateway, payment, status.authenticationId, status.expiresAt)
        : null;
    const hosted = status.state === 'awaiting_card';
    const check = hosted ? null : prepareCheck(gateway, risk.found, payment, { ...card, ...risk });
    const opening = {
      payment,
      card: card.newCard,
      tokenId: command.card.from === 'token' ? command.card.tokenId : null,
      attempt,
      authentication: pending?.authentication ?? null,
      claim: command.claim,
      answer: hosted ? command.render({ payment, challenge: null, savedCard: null }) : null,
    };
    const begun = await withinMonthlyLimits(gateway, payment, flow, card.fingerprint, (payments) =>
      openChecked(payments, check, opening),
    );
    if ('code' in begun) return refuseUnlessEarlier(gateway, keyedBy(command), begun);
    const { opened, decision } = begun;
    if (opened === 'number_taken') continue;
    if (opened !== 'opened') return notOpened(gateway, command, opened);
    if (hosted) return { kind: 'done', outcome: { payment, challenge: null, savedCard: null } };
    const context: AuthorizationContext = {
      command,
      merchant: command.merchant,
      method: card.method,
      fingerprint: card.fingerprint,
      keyHash: command.claim?.keyHash ?? null,
      browser: card.browser,
      decisions: decision ? [decision] : [],
    };
    const expiry = payment.card && judgeExpiry(payment.card.expiry, payment.createdAt);
    if (attempt && expiry === 'expired')
      return failPayment(gateway, context, payment, attempt, 'expired_card');
    const stopped = decision && (await actOnDecision(gateway, context, payment, attempt, decision));
    if (stopped) return stopped;
    if (attempt) return authorizeOrAuthenticate(gateway, context, payment, attempt);
    assert(pending, 'a payment that is not sent waits for authentication');
    return authenticatePayment(gateway, context, payment, pending, 'mandated');
  }
  assert(false, 'no free order number was found');
}

/** Opens the payment, and judges it by what its attempt was counted as; without a check nothing is counted. */
async function openChecked(
  payments: PaymentStore,
  check: RiskCheck | null,
  opening: PaymentOpening,
): Promise<{ readonly opened: OpenResult; readonly decision: RiskDecision | null }> {
  if (!check) return { opened: await payments.openPayment(opening), decision: null };
  const { result, counts } = await payments.openCountedPayment(opening, check.counting);
  return {
    opened: result,
    decision: result === 'opened' ? decide(check, opening.payment, counts) : null,
  };
}

function keyedBy({ merchant, claim }: CreatePayment): Keyed {
  return { merchantId: merchant.id, claim };
}

async function notOpened(
  gateway: Gateway,
  command: CreatePayment,
  why: 'token_unavailable' | 'reference_in_use' | 'key_seen',
): Promise<PaymentResult> {
  const keyed = keyedBy(command);
  if (why === 'key_seen') return keySeen(gateway, keyed);
  const refusal =
    why === 'token_unavailable'
      ? refuse('token_used', 'The token was already used.', 'token')
      : refuse('reference_in_use', 'The reference is in use.', 'merchant_reference');
  return refuseUnlessEarlier(gateway, keyed, refusal);
}
