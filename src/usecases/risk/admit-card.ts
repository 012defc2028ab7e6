import { type OpenCard, truncatePan } from '../../domain/card.ts';
import type { DeclineReason } from '../../domain/decline.ts';
import type { MerchantId } from '../../domain/ids.ts';
import type { Payment } from '../../domain/payment.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { countsAsFailure } from '../../domain/risk/card-limits.ts';
import type { CardholderBrowser } from '../../domain/risk/facts.ts';
import { assert } from '../../lib/assert.ts';
import type { AuthorizationContext } from '../authorization-context.ts';
import type { Gateway } from '../gateway.ts';
import type { Limited } from './card-limiter.ts';

/**
 * Whether a card that somebody typed may be used here. Real cards never land in a sandbox, nor test cards in live; and
 * whoever tries cards is held off. Listed test cards meet no limit.
 */
export async function admitCard(
  gateway: Gateway,
  merchantId: MerchantId,
  card: OpenCard,
  browser: CardholderBrowser,
): Promise<Refusal | undefined> {
  const refusal = judgeAcceptance(gateway, card);
  if (!refusal && gateway.mode === 'sandbox') return undefined;
  const fast = gateway.cardPace.takeCard(merchantId, browser.ip);
  if (fast) return tooMany(fast);
  const trial = {
    merchantId,
    ip: browser.ip,
    bin: truncatePan(card.pan.reveal()).bin,
    fingerprint: (await gateway.vault.fingerprint(merchantId, card.pan)).value.toString('hex'),
  };
  const held = gateway.cardLimiter.judge(trial);
  if (held?.measure === 'refuse') return tooMany(held);
  if (!refusal) return undefined;
  const limited = await gateway.cardLimiter.countFailure(trial, null);
  return limited?.measure === 'refuse' ? tooMany(limited) : refusal;
}

function judgeAcceptance(gateway: Gateway, card: OpenCard): Refusal | undefined {
  const verdict = gateway.acceptance.judge(card.pan.reveal());
  if (verdict === 'accepted') return undefined;
  return refuse(
    'card_not_accepted',
    verdict === 'test_card_in_live'
      ? 'Test cards cannot be used in live mode.'
      : 'This is the sandbox: use a test card. GET /sandbox/cards lists them.',
    'card',
  );
}

/** What holds off a merchant that begins payments faster than any shop, or whose keys somebody else uses; live only. */
export function judgePaymentPace(gateway: Gateway, merchantId: MerchantId): Limited | null {
  return gateway.mode === 'live' ? gateway.cardPace.takePayment(merchantId) : null;
}

/** What holds a payment off whose card is known: in live mode, and with a cardholder behind it. */
export function judgePaymentLimits(
  gateway: Gateway,
  merchantId: MerchantId,
  card: { readonly bin: string; readonly fingerprint: Buffer } | null,
  browser: CardholderBrowser,
): Limited | null {
  if (gateway.mode !== 'live' || !card) return null;
  const { bin, fingerprint } = card;
  return gateway.cardLimiter.judge({
    merchantId,
    ip: browser.ip,
    bin,
    fingerprint: fingerprint.toString('hex'),
  });
}

/** The refusal that a limit leads to; it says nothing of what was counted. */
export function tooMany({ retryAfterSeconds }: Limited): Refusal {
  return { code: 'rate_limited', message: 'Too many attempts. Try again later.', retryAfterSeconds };
}

/** Counts a card that the issuer declined; a merchant's own charges without the cardholder are no trials. */
export function noteDecline(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  reason: DeclineReason,
  occasion: string,
): void {
  if (gateway.mode !== 'live' || payment.initiator !== 'cardholder' || !countsAsFailure(reason)) return;
  const { card, merchantId } = payment;
  assert(card, 'a payment that was declined has a card');
  gateway.inBackground(`counting the failed card of ${payment.id}`, async () => {
    const fingerprint = context.fingerprint ?? (await gateway.cards.findFingerprint(merchantId, card.id));
    if (!fingerprint) return;
    const trial = {
      merchantId,
      ip: context.browser.ip,
      bin: card.bin,
      fingerprint: fingerprint.toString('hex'),
    };
    await gateway.cardLimiter.countFailure(trial, occasion);
  });
}
