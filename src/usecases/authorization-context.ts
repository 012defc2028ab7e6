import type { Merchant } from '../domain/merchant.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { RiskDecision } from '../domain/risk/decision.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import { assert } from '../lib/assert.ts';
import type { CreatePayment, PaymentOutcome } from './commands.ts';
import type { Gateway } from './gateway.ts';
import type { PaymentChange } from './ports/store.ts';
import { unknownBrowser } from './risk/browser.ts';

/** What an authorization needs beside the payment itself. */
export interface AuthorizationContext {
  /** Null when the cardholder came back from the issuer: no request waits for an answer in its dialect. */
  readonly command: Pick<
    CreatePayment,
    'authentication' | 'render' | 'notificationUrl' | 'challengeSeconds'
  > | null;
  readonly merchant: Merchant;
  readonly method: PaymentMethod | null;
  readonly fingerprint: Buffer | null;
  readonly keyHash: Buffer | null;
  readonly browser: CardholderBrowser;
  /** What was decided about the payment; written with whatever is recorded next. */
  readonly decisions: readonly RiskDecision[];
}

/** The answer to store with an outcome, when the request came with a key. */
export function answerFor(context: AuthorizationContext, outcome: PaymentOutcome): PaymentChange['answer'] {
  if (!context.keyHash || !context.command) return undefined;
  return { keyHash: context.keyHash, answer: context.command.render(outcome) };
}

/** What carrying a payment on needs when no request of its dialect waits: after the issuer's page, or by a worker. */
export async function contextOfPayment(gateway: Gateway, payment: Payment): Promise<AuthorizationContext> {
  const merchant = await gateway.directory.findMerchant(payment.merchantId);
  assert(merchant, 'a payment belongs to a merchant');
  const method = payment.paymentMethodId
    ? await gateway.cards.findPaymentMethod(payment.merchantId, { id: payment.paymentMethodId })
    : null;
  const fingerprint =
    payment.saveCard && payment.card
      ? await gateway.cards.findFingerprint(payment.merchantId, payment.card.id)
      : null;
  return {
    command: null,
    merchant,
    method,
    fingerprint,
    keyHash: null,
    browser: unknownBrowser,
    decisions: [],
  };
}
