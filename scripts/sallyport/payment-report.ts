import type { CardFace } from '../../src/domain/card.ts';
import { formatMajorUnits, type MinorUnits } from '../../src/domain/money.ts';
import { describeState, type Payment } from '../../src/domain/payment.ts';
import type { PaymentReport } from '../../src/usecases/ports/payment-desk.ts';
import { printAlerts } from './alerts.ts';
import { printDisputes } from './disputes.ts';
import { printDifferences } from './reconciliation.ts';
import { printable, printTable, timeText } from './table.ts';
import { printDeliveries } from './webhooks.ts';

/** Prints everything about one payment; of the card first six and last four, of the customer only what the merchant calls it. */
export function printPaymentReport(report: PaymentReport, rowsMax: number): void {
  printPayment(report);
  const list = <Row>(heading: string, rows: readonly Row[], print: (rows: readonly Row[]) => void): void => {
    if (rows.length === 0) return;
    console.log(`\n${heading}${rows.length === rowsMax ? ` (the first ${rowsMax})` : ''}`);
    print(rows);
  };
  const { payment } = report;
  list('Attempts', report.attempts, (attempts) => printAttempts(payment, attempts));
  list('Authentications', report.authentications, printAuthentications);
  list('Refunds', report.refunds, (refunds) => printRefunds(payment, refunds));
  list('Events', report.events, printEvents);
  list('Deliveries', report.deliveries, printDeliveries);
  list('Risk decisions', report.decisions, printDecisions);
  list('Disputes', report.disputes, printDisputes);
  list('Differences', report.differences, printDifferences);
  list('Alerts', report.alerts, printAlerts);
}

function money({ currency }: Payment, amount: MinorUnits): string {
  return `${formatMajorUnits(amount, currency)} ${currency}`;
}

function cardText({ brand, bin, last4, panLength, expiry, country, funding }: CardFace): string {
  const number = `${bin}${'*'.repeat(panLength - bin.length - last4.length)}${last4}`;
  const until = `${String(expiry.month).padStart(2, '0')}/${expiry.year}`;
  return [brand, number, until, country, funding].filter((part) => part !== null).join(' ');
}

function hostedText({ openUntil, cardsTried }: NonNullable<Payment['hosted']>): string {
  return `open until ${timeText(openUntil)}, ${cardsTried} cards tried`;
}

function statusText(payment: Payment): string {
  const { status } = payment;
  switch (status.state) {
    case 'awaiting_card':
    case 'authenticating':
      return `${describeState(payment)}, until ${timeText(status.expiresAt)}`;
    case 'authorizing':
      return describeState(payment);
    case 'authorized':
      return `authorized, to be captured before ${timeText(status.captureBefore)}`;
    case 'captured':
      return `captured ${money(payment, status.captured)} on ${timeText(status.capturedAt)}, refunded ${money(payment, status.refunded)}, being refunded ${money(payment, status.refunding)}`;
    case 'failed':
      return `failed: ${status.reason}`;
    case 'voided':
      return `voided: ${status.cause}`;
  }
}

function printPayment({ payment, merchant }: PaymentReport): void {
  const order = [payment.orderNumber, payment.orderPaymentNumber].filter((part) => part !== null).join(', ');
  const facts: [name: string, value: string | null][] = [
    ['merchant', `${merchant.id}, number ${merchant.number}, ${merchant.name}`],
    ['state', statusText(payment)],
    ['amount', `${money(payment, payment.amount)}, capture ${payment.captureMethod}`],
    ['card', payment.card && cardText(payment.card)],
    ['saved card', payment.paymentMethodId],
    ['order', order === '' ? null : order],
    ['merchant calls it', payment.merchantReference],
    ['customer', payment.customerReference],
    ['made by', `${payment.dialect}, ${payment.source}, ${payment.initiator}, flow ${payment.flowId}`],
    ['hosted page', payment.hosted && hostedText(payment.hosted)],
    ['made', timeText(payment.createdAt)],
    ['changed', `${timeText(payment.updatedAt)}, version ${payment.version}`],
  ];
  console.log(`Payment ${payment.id}`);
  for (const [name, value] of facts)
    if (value !== null) console.log(`  ${name.padEnd(18)}${printable(value)}`);
}

function printAttempts(payment: Payment, attempts: PaymentReport['attempts']): void {
  printTable(
    [
      'attempt',
      'kind',
      'state',
      'amount',
      'acquirer',
      'acquirer’s reference',
      'code',
      'begun',
      'ended',
      'remarks',
    ],
    attempts.map((attempt) => [
      attempt.id,
      attempt.kind,
      attempt.state,
      money(payment, attempt.amount),
      attempt.acquirer,
      attempt.acquirerReference ?? '-',
      attempt.authorizationCode ?? '-',
      timeText(attempt.createdAt),
      timeText(attempt.finishedAt),
      attemptRemarks(attempt).join(', ') || '-',
    ]),
  );
}

function attemptRemarks(attempt: PaymentReport['attempts'][number]): string[] {
  const remarks: string[] = [];
  if (attempt.originalAttemptId) remarks.push(`of ${attempt.originalAttemptId}`);
  if (attempt.onlyAcquirerReference) remarks.push(`only ${attempt.onlyAcquirerReference}`);
  if (attempt.declineReason) remarks.push(attempt.declineReason);
  if (attempt.sentAt.getTime() !== attempt.createdAt.getTime())
    remarks.push(`sent ${timeText(attempt.sentAt)}`);
  if (attempt.unknownCause) remarks.push(`no answer: ${attempt.unknownCause}`);
  if (attempt.inquiries > 0) remarks.push(`looked for ${attempt.inquiries} times`);
  if (attempt.nextInquiryAt && !attempt.finishedAt)
    remarks.push(`again at ${timeText(attempt.nextInquiryAt)}`);
  return remarks;
}

function printAuthentications(authentications: PaymentReport['authentications']): void {
  printTable(
    ['authentication', 'state', 'version', 'status', 'reason', 'eci', 'cancelled', 'begun', 'until'],
    authentications.map((authentication) => [
      authentication.id,
      authentication.state,
      authentication.version ?? '-',
      authentication.transStatus ?? '-',
      authentication.transStatusReason ?? '-',
      authentication.eci ?? '-',
      authentication.challengeCancel ?? '-',
      timeText(authentication.createdAt),
      timeText(authentication.expiresAt),
    ]),
  );
}

function printRefunds(payment: Payment, refunds: PaymentReport['refunds']): void {
  printTable(
    ['refund', 'number', 'state', 'amount', 'acquirer’s reference', 'made', 'changed', 'message'],
    refunds.map((refund) => [
      refund.id,
      refund.number ?? '-',
      refund.state,
      money(payment, refund.amount),
      refund.acquirerReference ?? '-',
      timeText(refund.createdAt),
      timeText(refund.updatedAt),
      refund.message ?? '-',
    ]),
  );
}

function printEvents(events: PaymentReport['events']): void {
  printTable(
    ['number', 'event', 'type', 'made'],
    events.map(({ sequence, id, type, createdAt }) => [String(sequence), id, type, timeText(createdAt)]),
  );
}

function printDecisions(decisions: PaymentReport['decisions']): void {
  printTable(
    ['stage', 'action', 'because of', 'review', 'decided', 'reviewed'],
    decisions.map((decision) => [
      decision.stage,
      decision.action,
      decision.rule ? `${decision.rule.id} ${decision.rule.name}` : decision.reason,
      decision.superseded ? 'of an earlier card' : (decision.review ?? '-'),
      timeText(decision.decidedAt),
      timeText(decision.reviewedAt),
    ]),
  );
}
