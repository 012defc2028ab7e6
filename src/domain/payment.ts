import { assertNever } from '../lib/assert.ts';
import type { CardFace } from './card.ts';
import type { Currency } from './currency.ts';
import type { DeclineReason } from './decline.ts';
import type { HostedPage } from './hosted-page.ts';
import type { AttemptId, AuthenticationId, MerchantId, PaymentId, PaymentMethodId } from './ids.ts';
import type { CaptureMethod } from './merchant.ts';
import type { MinorUnits } from './money.ts';
import type { Refusal } from './refusal.ts';

/** Where the card came from: a hosted page's form, a browser token, the request itself, or a saved card. */
export type CardSource = 'hosted' | 'token' | 'direct' | 'saved';

/** The acquirer's hold or sale that stands behind a payment. */
export interface Authorization {
  readonly attemptId: AttemptId;
  readonly acquirer: string;
  readonly acquirerReference: string;
  readonly authorizationCode: string | null;
  readonly networkTransactionId: string | null;
}

/**
 * What is true in each state:
 *
 * | state | means |
 * |---|---|
 * | awaiting_card | a hosted page waits for the customer's card |
 * | authenticating | the issuer's 3-D Secure page waits for the cardholder |
 * | authorizing | an attempt is with the acquirer, its outcome not yet known |
 * | authorized | the issuer holds the money; capture or void follows |
 * | captured | the money is claimed; refunds count against it |
 * | failed | declined, not authenticated, or out of time; final |
 * | voided | cancelled before any money was claimed; final |
 */
export type PaymentStatus =
  | { readonly state: 'awaiting_card'; readonly expiresAt: Date }
  | {
      readonly state: 'authenticating';
      readonly authenticationId: AuthenticationId;
      readonly expiresAt: Date;
    }
  | { readonly state: 'authorizing' }
  | { readonly state: 'authorized'; readonly authorization: Authorization; readonly captureBefore: Date }
  | {
      readonly state: 'captured';
      readonly authorization: Authorization;
      readonly captured: MinorUnits;
      readonly capturedAt: Date;
      /** Given back, acknowledged by the acquirer. */
      readonly refunded: MinorUnits;
      /** Asked back and not yet answered; counts against what is left. */
      readonly refunding: MinorUnits;
    }
  | { readonly state: 'failed'; readonly reason: DeclineReason }
  | { readonly state: 'voided'; readonly cause: VoidCause };

export type PaymentState = PaymentStatus['state'];
export type VoidCause = 'merchant' | 'customer' | 'expired';

/** One payment, whichever dialect it came through. */
export interface Payment {
  readonly id: PaymentId;
  readonly merchantId: MerchantId;
  /** Counts writes; a write names the version it read, so that no change is lost. */
  readonly version: number;
  /** The number of events so far; the next one is one more, without gaps. */
  readonly eventCount: number;
  /** The room that parsed the request and renders its answers, by name. */
  readonly dialect: string;
  /** The numbers by which an order-based dialect calls the payment and its attempt; null elsewhere. */
  readonly orderNumber: string | null;
  readonly orderPaymentNumber: string | null;
  readonly status: PaymentStatus;
  readonly amount: MinorUnits;
  readonly currency: Currency;
  readonly captureMethod: CaptureMethod;
  readonly flowId: string;
  readonly source: CardSource;
  readonly initiator: 'cardholder' | 'merchant';
  /** Null unless the card comes from a hosted page. */
  readonly hosted: HostedPage | null;
  /** On a hosted page the card that was submitted last. */
  readonly card: CardFace | null;
  readonly paymentMethodId: PaymentMethodId | null;
  readonly customerReference: string | null;
  readonly saveCard: boolean;
  /** The merchant's own reference of the order. */
  readonly merchantReference: string | null;
  readonly returnUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly productName: string | null;
  /** What only the payment's dialect understands: buyer, invoice, spelling of its version. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type PaymentEventType =
  | 'payment.authentication_required'
  | 'payment.authorized'
  | 'payment.captured'
  | 'payment.failed'
  | 'payment.voided'
  | 'payment.refunded'
  | 'payment.disputed'
  | 'refund.initiated'
  | 'refund.processing'
  | 'refund.failed'
  | 'refund.reversed'
  | 'refund.on_hold'
  | 'refund.rejected_by_bank';

/** A payment after one event, and the event's name. */
export interface Transition {
  readonly payment: Payment;
  readonly event: PaymentEventType;
}

/** What an acquirer's answer to an authorization or purchase means for a payment. */
export type AuthorizationAnswer =
  | { readonly kind: 'authorized'; readonly authorization: Authorization; readonly captureBefore: Date }
  | { readonly kind: 'captured'; readonly authorization: Authorization }
  | { readonly kind: 'declined'; readonly reason: DeclineReason };

/** The payment in its next state, one event further. For transitions only. */
export function moved(
  payment: Payment,
  status: PaymentStatus,
  event: PaymentEventType,
  now: Date,
): Transition {
  return {
    payment: {
      ...payment,
      status,
      updatedAt: now,
      version: payment.version + 1,
      eventCount: payment.eventCount + 1,
    },
    event,
  };
}

/** Why an operation is not for a payment in this state; `operation` as in “cannot be captured”. */
export function refused(payment: Payment, operation: string): Refusal {
  return {
    code: 'invalid_status',
    message: `A payment that is ${describeState(payment)} cannot be ${operation}.`,
  };
}

/** authorizing → authorized | captured | failed. */
export function applyAuthorization(
  payment: Payment,
  answer: AuthorizationAnswer,
  now: Date,
): Transition | Refusal {
  if (payment.status.state !== 'authorizing') return refused(payment, 'authorized');
  switch (answer.kind) {
    case 'authorized':
      return moved(
        payment,
        { state: 'authorized', authorization: answer.authorization, captureBefore: answer.captureBefore },
        'payment.authorized',
        now,
      );
    case 'captured':
      return moved(
        payment,
        capturedStatus(answer.authorization, payment.amount, now),
        'payment.captured',
        now,
      );
    case 'declined':
      return moved(payment, { state: 'failed', reason: answer.reason }, 'payment.failed', now);
    default:
      return assertNever(answer, 'authorization answer');
  }
}

function capturedStatus(authorization: Authorization, captured: MinorUnits, now: Date): PaymentStatus {
  return {
    state: 'captured',
    authorization,
    captured,
    capturedAt: now,
    refunded: 0n as MinorUnits,
    refunding: 0n as MinorUnits,
  };
}

/** authorizing | awaiting_card → authenticating: the issuer wants to see the cardholder. */
export function requireAuthentication(
  payment: Payment,
  authenticationId: AuthenticationId,
  expiresAt: Date,
  now: Date,
): Transition | Refusal {
  const { state } = payment.status;
  if (state !== 'authorizing' && state !== 'awaiting_card') return refused(payment, 'authenticated');
  return moved(
    payment,
    { state: 'authenticating', authenticationId, expiresAt },
    'payment.authentication_required',
    now,
  );
}

/** authenticating | awaiting_card → authorizing: no event, for the merchant sees nothing new. */
export function beginAuthorization(payment: Payment, now: Date): Payment | Refusal {
  const { state } = payment.status;
  if (state !== 'authenticating' && state !== 'awaiting_card') return refused(payment, 'authorized');
  const hosted =
    state === 'awaiting_card' && payment.hosted
      ? { ...payment.hosted, cardsTried: payment.hosted.cardsTried + 1 }
      : payment.hosted;
  return {
    ...payment,
    hosted,
    status: { state: 'authorizing' },
    updatedAt: now,
    version: payment.version + 1,
  };
}

/** authenticating | awaiting_card | authorizing → failed: not authenticated, out of time, or refused by our rules. */
export function fail(payment: Payment, reason: DeclineReason, now: Date): Transition | Refusal {
  const { state } = payment.status;
  if (state !== 'authenticating' && state !== 'awaiting_card' && state !== 'authorizing')
    return refused(payment, 'failed');
  return moved(payment, { state: 'failed', reason }, 'payment.failed', now);
}

/** Whether `amount` may be captured now; undefined when it may. One capture per payment, at most what was authorized. */
export function judgeCapture(payment: Payment, amount: MinorUnits, now: Date): Refusal | undefined {
  if (payment.status.state !== 'authorized') return refused(payment, 'captured');
  if (now >= payment.status.captureBefore) {
    return {
      code: 'invalid_status',
      message: 'The authorization has expired and can no longer be captured.',
    };
  }
  if (amount > payment.amount) {
    return { code: 'amount_too_large', message: 'More than the authorized amount cannot be captured.' };
  }
  return undefined;
}

/** authorized → captured; what was not captured is released and the payment's amount becomes the captured one. */
export function applyCapture(payment: Payment, amount: MinorUnits, now: Date): Transition | Refusal {
  if (payment.status.state !== 'authorized') return refused(payment, 'captured');
  return moved(
    { ...payment, amount },
    capturedStatus(payment.status.authorization, amount, now),
    'payment.captured',
    now,
  );
}

/** Whether the payment may be voided now; undefined when it may. */
export function judgeVoid(payment: Payment): Refusal | undefined {
  const { state } = payment.status;
  return state === 'authorized' || state === 'awaiting_card' || state === 'authenticating'
    ? undefined
    : refused(payment, 'voided');
}

/** authorized | awaiting_card | authenticating → voided. */
export function applyVoid(payment: Payment, cause: VoidCause, now: Date): Transition | Refusal {
  return judgeVoid(payment) ?? moved(payment, { state: 'voided', cause }, 'payment.voided', now);
}

/** A fact about a payment that leaves its state as it is: a dispute, a refund's progress. */
export function note(payment: Payment, event: PaymentEventType, now: Date): Transition {
  return moved(payment, payment.status, event, now);
}

/** Whether nothing can change the payment's outcome any more. */
export function isFinal(payment: Payment): boolean {
  const { state } = payment.status;
  return state === 'captured' || state === 'failed' || state === 'voided';
}

/** The state in words, for messages to people. */
export function describeState(payment: Payment): string {
  const { status } = payment;
  switch (status.state) {
    case 'awaiting_card':
      return 'waiting for the card';
    case 'authenticating':
      return 'waiting for authentication';
    case 'authorizing':
      return 'being processed';
    case 'authorized':
      return 'authorized';
    case 'captured':
      return status.refunded === 0n
        ? 'completed'
        : status.refunded === status.captured
          ? 'refunded'
          : 'partially refunded';
    case 'failed':
      return 'failed';
    case 'voided':
      return 'canceled';
    default:
      return assertNever(status, 'payment status');
  }
}

/** Tells a refusal from a payment or a transition. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && 'message' in value;
}
