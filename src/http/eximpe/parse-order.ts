import { isIP } from 'node:net';
import {
  type CardBrand,
  type Cvc,
  containsPan,
  type Expiry,
  judgeExpiry,
  type OpenCard,
  parseCvc,
  parsePan,
} from '../../domain/card.ts';
import { formatMajorUnits, type MinorUnits, parseMajorUnits } from '../../domain/money.ts';
import { Secret } from '../../lib/secret.ts';
import { amountText } from '../edge/amount-schema.ts';
import type { ApiVersion } from './api-version.ts';
import { cardNumberInTextMessage, FieldProblems, requiredMessage } from './field-problems.ts';
import { type CardMopType, isCardMopType } from './schemas/choices.ts';
import type { CardDetails, OrderBody } from './schemas/order-body.ts';
import { type EximpeSettings, rupees } from './settings.ts';

/** How an order is to be paid. */
export type OrderCard =
  | { readonly kind: 'hosted' }
  | { readonly kind: 'new'; readonly card: OpenCard; readonly brand: CardBrand }
  | {
      readonly kind: 'saved';
      readonly token: string;
      readonly identifier: string;
      readonly network: CardBrand;
    };

/** An order whose every field has been judged. */
export interface ParsedOrder {
  readonly amount: MinorUnits;
  readonly card: OrderCard;
  readonly mopType: CardMopType | null;
}

export interface OrderRules {
  readonly version: ApiVersion;
  readonly settings: EximpeSettings;
  readonly now: Date;
}

/** Judges what a schema cannot: sums, dates, Luhn, and fields that depend on one another (section 5). */
export function parseOrder(body: OrderBody, rules: OrderRules): ParsedOrder | FieldProblems {
  const problems = new FieldProblems();
  const amount = parseAmount(body, rules.settings, problems);
  judgeTexts(body, problems);
  judgeReturnUrl(body.return_url, problems);
  judgeBuyer(body, rules.version, problems);
  if (body.invoice?.date !== undefined && !isCalendarDate(body.invoice.date))
    problems.add('invoice.date', 'This is not a date of the calendar.');
  if (body.buyer.dob !== undefined && !isCalendarDate(body.buyer.dob))
    problems.add('buyer.dob', 'This is not a date of the calendar.');
  const card = parseCard(body, rules, problems);
  if (!problems.none || amount === undefined || !card) return problems;
  return { amount, card, mopType: isCardMopType(body.mop_type) ? body.mop_type : null };
}

function parseAmount(
  body: OrderBody,
  { amountMax }: EximpeSettings,
  problems: FieldProblems,
): MinorUnits | undefined {
  const amount = parseMajorUnits(amountText(body.amount), rupees);
  if (amount === 'not_positive') problems.add('amount', 'Amount must be greater than 0.');
  else if (amount === 'too_large' || (typeof amount === 'bigint' && amount > amountMax))
    problems.add('amount', `Amount must not be more than ${formatMajorUnits(amountMax, rupees)}.`);
  else if (typeof amount === 'string')
    problems.add('amount', 'Amount must be a decimal number with at most 2 decimal places.');
  return typeof amount === 'bigint' ? amount : undefined;
}

/** No number of a card in what is kept in clear; merchant-chosen ids are exempt. */
function judgeTexts({ buyer, product, card_details: card }: OrderBody, problems: FieldProblems): void {
  const texts: readonly (readonly [path: string, text: string | undefined])[] = [
    ['buyer.name', buyer.name],
    ['buyer.address.line_1', buyer.address.line_1],
    ['buyer.address.line_2', buyer.address.line_2],
    ['buyer.user_agent', buyer.user_agent],
    ['product.name', product.name],
    ['product.description', product.description],
    ['product.hs_code_description', product.hs_code_description],
    ['card_details.cardholder_name', card?.cardholder_name],
    ['card_details.nickname', card?.nickname],
  ];
  for (const [path, text] of texts)
    if (text !== undefined && containsPan(text)) problems.add(path, cardNumberInTextMessage);
}

function judgeReturnUrl(text: string | undefined, problems: FieldProblems): void {
  if (text === undefined) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '')
    problems.add('return_url', 'Enter a valid URL.');
}

function judgeBuyer({ buyer, ...body }: OrderBody, version: ApiVersion, problems: FieldProblems): void {
  if (version.major === 1) {
    for (const name of ['line_1', 'city', 'state'] as const)
      if (buyer.address[name] === undefined) problems.add(`buyer.address.${name}`, requiredMessage);
  } else if (!/^[0-9]{6}$/.test(buyer.address.postal_code)) {
    problems.add('buyer.address.postal_code', 'Postal code must be 6 digits.');
  }
  if (buyer.ip_address !== undefined && isIP(buyer.ip_address) === 0)
    problems.add('buyer.ip_address', 'Enter a valid IPv4 or IPv6 address.');
  if (body.collection_mode !== 's2s') return;
  if (buyer.ip_address === undefined) problems.add('buyer.ip_address', requiredMessage);
  if (buyer.user_agent === undefined) problems.add('buyer.user_agent', requiredMessage);
}

function parseCard(body: OrderBody, rules: OrderRules, problems: FieldProblems): OrderCard | undefined {
  if (body.mop_type !== undefined && !isCardMopType(body.mop_type)) {
    problems.add('mop_type', `"${body.mop_type}" is not offered here; send credit_card or debit_card.`);
    return undefined;
  }
  if (body.collection_mode !== 's2s') return { kind: 'hosted' };
  if (body.mop_type === undefined) problems.add('mop_type', requiredMessage);
  if (
    rules.settings.hsCodeRequired &&
    body.product.type_of_goods === 'physical_goods' &&
    !body.product.hs_code
  )
    problems.add('product.hs_code', 'This field is required for physical goods.');
  const details = body.card_details;
  if (!details) {
    problems.add('card_details', requiredMessage);
    return undefined;
  }
  if (details.token !== undefined && details.number !== undefined) {
    problems.add('card_details.token', 'Send either a token or a card number, not both.');
    return undefined;
  }
  return details.token === undefined
    ? parseNewCard(details, rules.now, problems)
    : parseSavedCard(details, details.token, problems);
}

function parseSavedCard(
  { identifier, network }: CardDetails,
  token: string,
  problems: FieldProblems,
): OrderCard | undefined {
  if (identifier !== undefined) return { kind: 'saved', token, identifier, network };
  problems.add('card_details.identifier', requiredMessage);
  return undefined;
}

function parseNewCard(details: CardDetails, now: Date, problems: FieldProblems): OrderCard | undefined {
  if (details.save_card === true && details.identifier === undefined)
    problems.add('card_details.identifier', requiredMessage);
  for (const name of ['number', 'cardholder_name', 'expiry_month', 'expiry_year', 'cvv'] as const)
    if (details[name] === undefined) problems.add(`card_details.${name}`, requiredMessage);
  const card = parseOpenCard(details, now, problems, 'card_details.');
  return card && { kind: 'new', card, brand: details.network };
}

/** A card as the two requests that carry one spell it. */
export interface CardFields {
  readonly number?: string | undefined;
  readonly cardholder_name?: string | undefined;
  readonly expiry_month?: string | undefined;
  readonly expiry_year?: string | undefined;
  readonly cvv?: string | undefined;
  readonly network: CardBrand;
}

/** The card, or undefined when a field of it is missing or bad; problems are named under `prefix`. */
export function parseOpenCard(
  fields: CardFields,
  now: Date,
  problems: FieldProblems,
  prefix: string,
): OpenCard | undefined {
  const pan = fields.number === undefined ? undefined : parsePan(fields.number);
  if (fields.number !== undefined && !pan) problems.add(`${prefix}number`, 'Invalid card number format.');
  const cvc = parseCvv(fields, problems, prefix);
  const expiry = parseExpiry(fields, now, problems, prefix);
  if (!pan || !expiry) return undefined;
  return {
    pan: new Secret(pan),
    cvc: cvc === undefined ? null : new Secret(cvc),
    expiry,
    cardholderName: fields.cardholder_name ?? null,
  };
}

function parseCvv({ cvv, network }: CardFields, problems: FieldProblems, prefix: string): Cvc | undefined {
  if (cvv === undefined) return undefined;
  const cvc = parseCvc(cvv, network);
  if (!cvc) problems.add(`${prefix}cvv`, `CVV must be ${network === 'amex' ? 4 : 3} digits.`);
  return cvc;
}

export const cardExpiredMessage = 'The card has expired.';

function parseExpiry(
  fields: CardFields,
  now: Date,
  problems: FieldProblems,
  prefix: string,
): Expiry | undefined {
  if (fields.expiry_month === undefined || fields.expiry_year === undefined) return undefined;
  const expiry = { month: Number(fields.expiry_month), year: Number(fields.expiry_year) };
  switch (judgeExpiry(expiry, now)) {
    case 'ok':
      return expiry;
    case 'expired':
      problems.add(
        prefix + (expiry.year < now.getUTCFullYear() ? 'expiry_year' : 'expiry_month'),
        cardExpiredMessage,
      );
      return undefined;
    default:
      problems.add(`${prefix}expiry_year`, 'Enter a valid expiry year.');
      return undefined;
  }
}

/** Whether `YYYY-MM-DD` names a day that exists. */
export function isCalendarDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
