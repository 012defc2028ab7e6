import type { Attempt } from '../../domain/attempt.ts';
import type { Payment } from '../../domain/payment.ts';
import type { RiskDecision } from '../../domain/risk/decision.ts';
import { authenticateAfterSoftDecline } from '../authenticate-payment.ts';
import type { AuthorizationContext } from '../authorization-context.ts';
import type { PaymentResult } from '../commands.ts';
import { failPayment } from '../fail-payment.ts';
import type { Gateway } from '../gateway.ts';

/**
 * What a decision does to a payment whose attempt is committed and not yet sent; null lets it go on. An attempt that is
 * stopped here ends as declined: no acquirer ever hears of it.
 */
export async function actOnDecision(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt | null,
  decision: RiskDecision,
): Promise<PaymentResult | null> {
  switch (decision.action) {
    case 'block':
      return failPayment(gateway, context, payment, attempt, 'fraud_suspected');
    case 'authenticate':
      // Without an attempt the payment asks its issuer first in any case.
      if (!attempt) return null;
      return payment.initiator === 'cardholder'
        ? authenticateAfterSoftDecline(gateway, context, payment, attempt, null)
        : failPayment(gateway, context, payment, attempt, 'authentication_required');
    case 'review':
    case 'allow':
      return null;
  }
}
