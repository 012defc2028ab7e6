import { type Currency, parseCurrency } from '../../domain/currency.ts';
import { minorUnits, noMoney } from '../../domain/money.ts';
import type { AcquirerOutcome, InquiryOutcome } from '../../usecases/ports/acquirer.ts';
import { declineReason } from './declines.ts';

/** An HTTP answer, read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

type Known = Exclude<AcquirerOutcome, { kind: 'unknown' }>;

/** What the bank's answer to a message means; anything but a readable answer is unknown. */
export function parseOutcome(answer: HttpAnswer): AcquirerOutcome {
  if (answer.status !== 200)
    return { kind: 'unknown', cause: `the bank answered with status ${answer.status}` };
  return parseAnswer(parseJson(answer.body)) ?? nonsense;
}

/** What the bank says became of a message. A message that was undone since counts as declined: it holds nothing. */
export function parseInquiry(answer: HttpAnswer): InquiryOutcome {
  const body = parseJson(answer.body);
  if (answer.status === 404 && body?.error === 'message_not_found') return { kind: 'not_found' };
  if (answer.status !== 200)
    return { kind: 'unknown', cause: `the bank answered with status ${answer.status}` };
  const outcome = body === undefined ? undefined : parseAnswer(parseRecord(body.answer));
  if (outcome === undefined) return nonsense;
  if (body?.reversed !== true) return { kind: 'found', outcome };
  return {
    kind: 'found',
    outcome: { kind: 'declined', reason: 'unknown_error', acquirerReference: outcome.acquirerReference },
  };
}

const nonsense = { kind: 'unknown', cause: "the bank's answer makes no sense" } as const;

function parseAnswer(fields: Record<string, unknown> | undefined): Known | undefined {
  if (fields === undefined || typeof fields.responseCode !== 'string') return undefined;
  const id = optionalText(fields.id);
  if (fields.result === 'declined' && fields.responseCode !== '00') {
    return { kind: 'declined', reason: declineReason(fields.responseCode), acquirerReference: id };
  }
  if (fields.result !== 'approved' || fields.responseCode !== '00' || id === null) return undefined;
  const currency = typeof fields.currency === 'string' ? parseCurrency(fields.currency) : undefined;
  if (currency === undefined || typeof fields.amount !== 'string' || !/^[0-9]{1,18}$/.test(fields.amount)) {
    return undefined;
  }
  return {
    kind: 'approved',
    acquirerReference: id,
    authorizationCode: optionalText(fields.authorizationCode),
    networkTransactionId: optionalText(fields.networkTransactionId),
    amount: minorUnits(BigInt(fields.amount)),
    currency,
    avsResult: optionalText(fields.avsResult),
    cvcResult: optionalText(fields.cvcResult),
  };
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    return parseRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function parseRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function optionalText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}

/** ISO 4217's code for "no currency": a reversal that found nothing to undo moved none. */
const noCurrency = 'XXX' as Currency;

/** What the bank's answer to a reversal means; an acknowledgement may be about nothing at all. */
export function parseReversal(answer: HttpAnswer, original: string): AcquirerOutcome {
  const fields = answer.status === 200 ? parseJson(answer.body) : undefined;
  if (fields?.result === 'approved' && fields.responseCode === '00' && fields.id === null) {
    return {
      kind: 'approved',
      acquirerReference: original,
      authorizationCode: null,
      networkTransactionId: null,
      amount: noMoney,
      currency: noCurrency,
      avsResult: null,
      cvcResult: null,
    };
  }
  return parseOutcome(answer);
}
