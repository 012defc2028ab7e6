import type { Attempt } from '../domain/attempt.ts';
import type { Payment } from '../domain/payment.ts';
import { authenticateAfterSoftDecline } from './authenticate-payment.ts';
import type { AuthorizationContext } from './authorization-context.ts';
import { askAcquirer, recordAuthorization } from './authorize-payment.ts';
import type { PaymentResult } from './commands.ts';
import type { Gateway } from './gateway.ts';

/**
 * Sends a committed attempt without a proof, for a request that waits. An issuer that wants to see the cardholder is asked
 * to authenticate, and the same payment is sent again with the proof.
 */
export async function authorizeOrAuthenticate(
  gateway: Gateway,
  context: AuthorizationContext,
  payment: Payment,
  attempt: Attempt,
): Promise<PaymentResult> {
  const outcome = await askAcquirer(gateway, context, payment, attempt, null);
  const softDeclined = outcome.kind === 'declined' && outcome.reason === 'authentication_required';
  return softDeclined && payment.initiator === 'cardholder'
    ? authenticateAfterSoftDecline(gateway, context, payment, attempt, outcome.acquirerReference)
    : recordAuthorization(gateway, context, payment, attempt, outcome);
}
