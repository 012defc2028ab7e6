import { containsPan, detectBrand, type OpenCard, parsePan } from '../../../domain/card.ts';
import { FieldProblems } from '../field-problems.ts';
import { month } from '../lenient-body.ts';
import { cardExpiredMessage, parseOpenCard } from '../parse-order.ts';
import { formField } from './token-path.ts';

/** The fields of the card form in their order. */
export const fieldNames = ['number', 'expiry_month', 'expiry_year', 'cvv', 'cardholder_name'] as const;
export type FieldName = (typeof fieldNames)[number];

/** What to tell the customer, by field. */
export type CheckoutProblems = Partial<Record<FieldName, string>>;
/** What was typed and may be shown again: never the number or the code, whatever field they were typed into. */
export type TypedFields = Partial<Record<FieldName, string>>;

export const nameLengthMax = 128;
const shownAgain: readonly FieldName[] = ['expiry_month', 'expiry_year', 'cardholder_name'];

const problemTexts: Readonly<Record<FieldName, string>> = {
  number: 'Enter the number as it stands on your card.',
  expiry_month: 'Enter the month as a number from 01 to 12.',
  expiry_year: 'Enter the year as it stands on your card.',
  cvv: 'Enter the three or four digits of the security code.',
  cardholder_name: 'Enter the name, not the number, of the card.',
};
const expiredText = 'This card has expired. Use another one.';

export interface ReadCardForm {
  /** Undefined when something is wrong with it. */
  readonly card: OpenCard | undefined;
  readonly problems: CheckoutProblems;
  readonly typed: TypedFields;
}

/** The card that a customer typed, or what is wrong with it by field. Years of two digits mean this century. */
export function readCheckoutForm(body: unknown, now: Date): ReadCardForm {
  const text = (name: FieldName) => (formField(body, name) ?? '').trim();
  const pan = parsePan(text('number'));
  const year = text('expiry_year');
  const found = new FieldProblems();
  const card = parseOpenCard(
    {
      number: text('number'),
      cardholder_name: text('cardholder_name').slice(0, nameLengthMax),
      expiry_month: String(month(text('expiry_month'))),
      expiry_year: /^\d{2}$/.test(year) ? `20${year}` : year,
      cvv: text('cvv'),
      network: pan ? detectBrand(pan) : 'unknown',
    },
    now,
    found,
    '',
  );
  const problems: CheckoutProblems = {};
  for (const name of fieldNames) {
    const message = found.details[name];
    if (message !== undefined)
      problems[name] = message === cardExpiredMessage ? expiredText : problemTexts[name];
  }
  if (!/^(0?[1-9]|1[0-2])$/.test(text('expiry_month'))) {
    problems.expiry_month = problemTexts.expiry_month;
    // A year is judged with its month; that it reads like one is all that can be said without.
    if (/^(20)?\d{2}$/.test(year)) delete problems.expiry_year;
  }
  const name = text('cardholder_name');
  if (name === '' || containsPan(name)) problems.cardholder_name = problemTexts.cardholder_name;
  const isFaultless = Object.keys(problems).length === 0;
  return { card: isFaultless ? card : undefined, problems, typed: withoutSecrets(body) };
}

function withoutSecrets(body: unknown): TypedFields {
  const typed = shownAgain.map((name) => [name, (formField(body, name) ?? '').trim()] as const);
  return Object.fromEntries(typed.filter(([, text]) => text !== '' && !containsPan(text)));
}

/** How many cards had been tried when the form was shown; a form that does not say so was the first. */
export function readCardsTried(body: unknown): number {
  const text = formField(body, 'cards_tried') ?? '0';
  return /^\d$/.test(text) ? Number(text) : 0;
}
