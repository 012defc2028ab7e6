import type { FastifyReply } from 'fastify';
import { amountText } from '../../../domain/amount-text.ts';
import { containsPan, detectBrand, type OpenCard, parsePan } from '../../../domain/card.ts';
import type { Payment } from '../../../domain/payment.ts';
import { type Html, html } from '../../edge/html.ts';
import { newNonce, page, sendPage } from '../../edge/pages.ts';
import { cardNumberInTextMessage, FieldProblems, requiredMessage } from '../field-problems.ts';
import { month } from '../lenient-body.ts';
import { parseOpenCard } from '../parse-order.ts';
import type { EximpeRoom } from '../room.ts';
import { amountLocale } from './pages.ts';
import { formField } from './token-path.ts';

const fieldNames = ['number', 'cardholder_name', 'expiry_month', 'expiry_year', 'cvv'] as const;
type FieldName = (typeof fieldNames)[number];
export type CheckoutProblems = Partial<Record<FieldName, string>>;

interface FieldLook {
  readonly label: string;
  readonly autocomplete: string;
  readonly numeric: boolean;
  readonly lengthMax: number;
}

const looks: Readonly<Record<FieldName, FieldLook>> = {
  number: { label: 'Card number', autocomplete: 'cc-number', numeric: true, lengthMax: 23 },
  cardholder_name: { label: 'Name on card', autocomplete: 'cc-name', numeric: false, lengthMax: 128 },
  expiry_month: { label: 'Month (MM)', autocomplete: 'cc-exp-month', numeric: true, lengthMax: 2 },
  expiry_year: { label: 'Year (YYYY)', autocomplete: 'cc-exp-year', numeric: true, lengthMax: 4 },
  cvv: { label: 'CVV', autocomplete: 'cc-csc', numeric: true, lengthMax: 4 },
};

/** Generic on purpose: a reason would help whoever tries cards that are not theirs. */
const anotherCardText =
  'This card did not go through. You were not charged. Check the details, or use another card.';

/** The card that a customer typed, or what is wrong with it by field. Years of two digits mean this century. */
export function readCheckoutForm(
  body: unknown,
  now: Date,
): { readonly card: OpenCard | undefined; readonly problems: CheckoutProblems } {
  const typed = (name: FieldName) => (formField(body, name) ?? '').trim();
  const found = new FieldProblems();
  for (const name of fieldNames) if (typed(name) === '') found.add(name, requiredMessage);
  if (containsPan(typed('cardholder_name'))) found.add('cardholder_name', cardNumberInTextMessage);
  const pan = parsePan(typed('number'));
  const year = typed('expiry_year');
  const fields = {
    number: typed('number') || undefined,
    cardholder_name: typed('cardholder_name').slice(0, looks.cardholder_name.lengthMax),
    expiry_month: String(month(typed('expiry_month'))) || undefined,
    expiry_year: (/^\d{2}$/.test(year) ? `20${year}` : year) || undefined,
    cvv: typed('cvv') || undefined,
    network: pan ? detectBrand(pan) : ('unknown' as const),
  };
  const card = parseOpenCard(fields, now, found, '');
  const problems: CheckoutProblems = {};
  for (const name of fieldNames) {
    const message = found.details[name];
    if (typeof message === 'string') problems[name] = message;
  }
  return { card: found.none ? card : undefined, problems };
}

/** How many cards had been tried when the form was shown; a form that does not say so was the first. */
export function readCardsTried(body: unknown): number {
  const text = formField(body, 'cards_tried') ?? '0';
  return /^\d$/.test(text) ? Number(text) : 0;
}

/** The form; nothing that was typed is put back into it, for it would be card data in a page. */
export async function sendCheckoutForm(
  reply: FastifyReply,
  room: EximpeRoom,
  payment: Payment,
  problems: CheckoutProblems,
): Promise<FastifyReply> {
  const merchant = await room.gateway.directory.findMerchant(payment.merchantId);
  const { random, mode } = room.gateway;
  const field = (name: FieldName) => fieldHtml(name, problems[name]);
  const hasProblem = Object.keys(problems).length > 0;
  const cardsTried = payment.hosted?.cardsTried ?? 0;
  const sheet = page({
    title: 'Pay by card',
    lang: 'en',
    nonce: newNonce(random),
    frameAncestors: ['*'],
    body: html`<div class="sheet">${mode === 'sandbox' && html`<p class="ribbon">Test mode: no money moves.</p>`}
<h1 class="hidden">Pay by card</h1>
<div class="summary"><p class="payee">${merchant?.name}</p>
<p class="amount">${amountText(payment, amountLocale)}</p></div>
${cardsTried > 0 && !hasProblem && html`<p class="notice" role="alert">${anotherCardText}</p>`}
<form method="post" autocomplete="on">
<input type="hidden" name="cards_tried" value="${cardsTried}">
${field('number')}${field('cardholder_name')}
<div class="row">${field('expiry_month')}${field('expiry_year')}${field('cvv')}</div>
<div class="actions"><button name="action" value="pay">Pay</button>
<button name="action" value="cancel" class="quiet" formnovalidate>Cancel</button></div>
</form></div>`,
  });
  return sendPage(reply, sheet, hasProblem ? 422 : 200);
}

function fieldHtml(name: FieldName, problem: string | undefined): Html {
  const { label, autocomplete, numeric, lengthMax } = looks[name];
  const state = problem !== undefined && html` aria-invalid="true" aria-describedby="${name}-problem"`;
  return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" autocomplete="${autocomplete}" inputmode="${numeric ? 'numeric' : 'text'}" maxlength="${lengthMax}" required${state}>
${problem !== undefined && html`<p class="hint problem" id="${name}-problem">${problem}</p>`}</div>
`;
}
