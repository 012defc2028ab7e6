import type { CardBrand, OpenCard } from '../domain/card.ts';
import type { MerchantId, PaymentId } from '../domain/ids.ts';
import { beginAuthorization, isRefusal, type Payment } from '../domain/payment.ts';
import { refuse } from '../domain/refusal.ts';
import { addSeconds } from '../lib/clock.ts';
import { type AuthorizationContext, authorizationAttempt, authorizePayment } from './authorize-payment.ts';
import type { PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';
import { judgeAcceptance, sealNewCard } from './tokenize-card.ts';

export interface SubmitHostedCard {
  readonly merchantId: MerchantId;
  readonly paymentId: PaymentId;
  readonly card: OpenCard;
  readonly brand: CardBrand;
  readonly notificationUrl: (browserToken: string) => string;
  readonly challengeSeconds: number;
}

/** Takes the card that a customer typed into our own page, and carries the waiting payment on with it. */
export async function submitHostedCard(gateway: Gateway, command: SubmitHostedCard): Promise<PaymentResult> {
  const payment = await gateway.payments.findPayment(command.merchantId, { id: command.paymentId });
  const merchant = await gateway.directory.findMerchant(command.merchantId);
  if (!payment || !merchant)
    return { kind: 'refused', refusal: refuse('not_found', 'There is no such payment.') };
  const refusal = judgeAcceptance(gateway, command.card);
  if (refusal) return { kind: 'refused', refusal };
  const now = gateway.clock.now();
  const expired = payment.status.state === 'awaiting_card' && payment.status.expiresAt <= now;
  const begun = beginAuthorization(payment, now);
  if (isRefusal(begun) || expired || payment.status.state !== 'awaiting_card') {
    return { kind: 'refused', refusal: refuse('invalid_status', 'The payment no longer waits for a card.') };
  }
  const sealed = await sealNewCard(
    gateway,
    merchant,
    command.card,
    addSeconds(now, command.challengeSeconds),
  );
  const newCard = { ...sealed, face: { ...sealed.face, brand: command.brand } };
  const withCard: Payment = { ...begun, card: newCard.face };
  const attempt = authorizationAttempt(gateway, withCard);
  const recorded = await gateway.payments.recordChange({ payment: withCard, newCard, newAttempt: attempt });
  if (recorded !== 'recorded') {
    return { kind: 'refused', refusal: refuse('invalid_status', 'The payment no longer waits for a card.') };
  }
  const context: AuthorizationContext = {
    command: {
      authentication: 'when_issuer_asks',
      notificationUrl: command.notificationUrl,
      challengeSeconds: command.challengeSeconds,
      render: () => ({ status: 200, body: '' }),
    },
    merchant,
    method: null,
    fingerprint: sealed.sealed.fingerprint,
    keyHash: null,
  };
  return authorizePayment(gateway, context, withCard, attempt, null);
}
