import type { AuthorizationRequest, FollowUpRequest } from '../../usecases/ports/acquirer.ts';

/** The body of an authorization or purchase; the one place where the card is opened. */
export function authorizationBody(request: AuthorizationRequest): string {
  const { proof } = request;
  return JSON.stringify({
    reference: request.reference,
    merchantReference: request.merchantReference,
    merchantName: request.merchantName,
    amount: request.amount.toString(),
    currency: request.currency,
    kind: request.kind,
    initiator: request.initiator,
    networkTransactionId: request.networkTransactionId,
    card: {
      number: request.pan.reveal(),
      cvc: request.cvc === null ? null : request.cvc.reveal(),
      expiryMonth: request.expiry.month,
      expiryYear: request.expiry.year,
      cardholderName: request.cardholderName,
    },
    proof: proof && {
      transStatus: proof.transStatus,
      eci: proof.eci,
      authenticationValue: proof.authenticationValue,
      dsTransactionId: proof.dsTransactionId,
      version: proof.version,
    },
  });
}

/** The body of a capture, void or refund. */
export function followUpBody(request: FollowUpRequest): string {
  return JSON.stringify({
    reference: request.reference,
    authorization: request.acquirerReference,
    amount: request.amount.toString(),
    currency: request.currency,
  });
}
