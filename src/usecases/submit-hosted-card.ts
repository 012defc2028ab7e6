import type { CardBrand, OpenCard } from '../domain/card.ts';
import type { MerchantId, PaymentId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import { beginAuthorization, isRefusal, type Payment } from '../domain/payment.ts';
import { refuse } from '../domain/refusal.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { addSeconds } from '../lib/clock.ts';
import { authorizationAttempt } from './attempts.ts';
import type { AuthorizationContext } from './authorization-context.ts';
import { authorizeOrAuthenticate } from './authorize-or-authenticate.ts';
import type { PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';
import { withinMonthlyLimits } from './judge-amount.ts';
import type { NewCard } from './ports/store.ts';
import { actOnDecision } from './risk/act-on-decision.ts';
import { admitCard, judgePaymentLimits, tooMany } from './risk/admit-card.ts';
import { unknownBrowser } from './risk/browser.ts';
import { decide, findPolicy, prepareCheck } from './risk/judge-payment.ts';
import { sealNewCard } from './tokenize-card.ts';

export interface SubmitHostedCard {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly card: OpenCard;
  readonly brand: CardBrand;
  /** How many cards had been tried when the form was shown: a form that was submitted twice counts once. */
  readonly cardsTried: number;
  readonly notificationUrl: (browserToken: string) => string;
  readonly challengeSeconds: number;
  /** Where the card was typed. */
  readonly browser?: CardholderBrowser;
}

const gone = refuse('invalid_status', 'The payment no longer waits for this card.');

/**
 * Takes the card that a customer typed into our own page, and carries the waiting payment on with it. Where the flow lets
 * customers retry, the payment waits again after a card that did not go through.
 */
export async function submitHostedCard(gateway: Gateway, command: SubmitHostedCard): Promise<PaymentResult> {
  const { merchantId, browser = unknownBrowser } = command;
  const payment = await gateway.payments.findPayment(merchantId, { id: command.paymentId });
  const merchant = await gateway.directory.findMerchant(merchantId);
  if (!payment || !merchant)
    return { kind: 'refused', refusal: refuse('not_found', 'There is no such payment.') };
  const refusal = await admitCard(gateway, merchantId, command.card, browser);
  if (refusal) return { kind: 'refused', refusal };
  const now = gateway.clock.now();
  const begun = beginAuthorization(payment, now);
  if (isRefusal(begun) || !takesCard(payment, command, now)) return { kind: 'refused', refusal: gone };
  const sealed = await sealNewCard(
    gateway,
    merchant,
    command.card,
    addSeconds(now, command.challengeSeconds),
  );
  const newCard = { ...sealed, face: { ...sealed.face, brand: command.brand } };
  return payWith(gateway, command, merchant, { ...begun, card: newCard.face }, newCard);
}

function takesCard({ status, hosted }: Payment, { cardsTried }: SubmitHostedCard, now: Date): boolean {
  return (
    status.state === 'awaiting_card' && now < status.expiresAt && cardsTried === (hosted?.cardsTried ?? 0)
  );
}

/** Commits the card and its attempt, judges it by what that was counted as, and sends it. */
async function payWith(
  gateway: Gateway,
  command: SubmitHostedCard,
  merchant: Merchant,
  payment: Payment,
  newCard: NewCard,
): Promise<PaymentResult> {
  const { browser = unknownBrowser } = command;
  const { fingerprint } = newCard.sealed;
  const limited = judgePaymentLimits(gateway, merchant.id, { bin: newCard.face.bin, fingerprint }, browser);
  if (limited?.measure === 'refuse') return { kind: 'refused', refusal: tooMany(limited) };
  const flow = await gateway.flows.findFlow(merchant.id, payment.flowId);
  const found = await findPolicy(gateway, merchant.id);
  const check = prepareCheck(gateway, found, payment, {
    fingerprint,
    browser,
    declinesJumped: limited !== null,
  });
  const attempt = authorizationAttempt(gateway, payment);
  const change = { payment, newCard, newAttempt: attempt };
  const recorded = await withinMonthlyLimits(gateway, payment, flow, fingerprint, (payments) =>
    payments.recordCountedChange(change, check?.counting ?? []),
  );
  if ('code' in recorded) return { kind: 'refused', refusal: recorded };
  const { result, counts } = recorded;
  if (result !== 'recorded') return { kind: 'refused', refusal: gone };
  const decision = check && decide(check, payment, counts);
  const context: AuthorizationContext = {
    command: {
      authentication: 'when_issuer_asks',
      notificationUrl: command.notificationUrl,
      challengeSeconds: command.challengeSeconds,
      render: () => ({ status: 200, body: '' }),
    },
    merchant,
    method: null,
    fingerprint,
    keyHash: null,
    browser,
    decisions: decision ? [decision] : [],
  };
  const stopped = decision && (await actOnDecision(gateway, context, payment, attempt, decision));
  return stopped ?? authorizeOrAuthenticate(gateway, context, payment, attempt);
}
