import type { FormFields } from '../../edge/form-body.ts';
import { judgeTypedCard } from '../routes/create-token.ts';
import type { CreateTokenBody } from '../schemas/create-token.ts';
import type { CardField } from './checkout-form.ts';
import type { Words } from './words.ts';

/** A card form's fields in the API's shape. */
export type CardInput = CreateTokenBody['card'];

/** Reads the form as people fill it in: spaces around values, and years of two digits. */
export function readCardForm(form: FormFields): CardInput {
  const text = (name: CardField) => (form[name] ?? '').trim();
  const year = text('exp_year');
  return {
    number: text('number'),
    exp_month: text('exp_month'),
    exp_year: /^\d{2}$/.test(year) ? `20${year}` : year,
    cvc: text('cvc'),
    cardholder_name: text('cardholder_name').slice(0, 255),
  };
}

/** How many cards had been tried when the form was shown; a form that does not say so was the first. */
export function readCardsTried({ cards_tried: text = '0' }: FormFields): number {
  return /^\d$/.test(text) ? Number(text) : 0;
}

/** What to tell the customer about each field; empty when the card can be opened. */
export function judgeCardForm(
  input: CardInput,
  now: Date,
  { problems }: Pick<Words, 'problems'>,
): Partial<Record<CardField, string>> {
  const found: Partial<Record<CardField, string>> = {};
  if (!/^\d{1,2}$/.test(String(input.exp_month))) found.exp_month = problems.exp_month;
  if (!/^\d{4}$/.test(String(input.exp_year))) found.exp_year = problems.exp_year;
  for (const { path, message } of judgeTypedCard(input, now, '')) {
    const field = path as CardField;
    found[field] ??= message === 'lies in the past' ? problems.expired : problems[field];
  }
  return found;
}
