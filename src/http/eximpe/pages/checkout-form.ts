import type { FastifyReply } from 'fastify';
import { amountText } from '../../../domain/amount-text.ts';
import type { Payment } from '../../../domain/payment.ts';
import { type CardFieldLook, cardField, formNotice, formNoticeId } from '../../edge/card-field.ts';
import { type Html, html } from '../../edge/html.ts';
import { newNonce, page, sendPage } from '../../edge/pages.ts';
import type { EximpeRoom } from '../room.ts';
import {
  type CheckoutProblems,
  type FieldName,
  fieldNames,
  nameLengthMax,
  type TypedFields,
} from './card-form.ts';
import { amountLocale } from './pages.ts';

type Look = Omit<CardFieldLook, 'name'>;

const looks: Readonly<Record<FieldName, Look>> = {
  number: { label: 'Card number', autocomplete: 'cc-number', maxlength: 24, numeric: true },
  expiry_month: {
    label: 'Expiry month',
    autocomplete: 'cc-exp-month',
    maxlength: 2,
    numeric: true,
    placeholder: 'MM',
  },
  expiry_year: {
    label: 'Expiry year',
    autocomplete: 'cc-exp-year',
    maxlength: 4,
    numeric: true,
    placeholder: 'YY',
  },
  cvv: {
    label: 'CVV',
    autocomplete: 'cc-csc',
    maxlength: 4,
    numeric: true,
    hint: 'Three digits on the back, or four on the front of American Express',
  },
  cardholder_name: {
    label: 'Name on card',
    autocomplete: 'cc-name',
    maxlength: nameLengthMax,
    numeric: false,
  },
};

const problemsText = 'Please correct the marked fields and enter the card number and CVV again.';
/** Generic on purpose: a reason would help whoever tries cards that are not theirs. */
const anotherCardText =
  'This card did not go through. You were not charged. Check the details, or use another card.';

/** The form, and what was wrong with the last try; the number and the code are never put back into it. */
export async function sendCheckoutForm(
  reply: FastifyReply,
  room: EximpeRoom,
  payment: Payment,
  problems: CheckoutProblems = {},
  typed: TypedFields = {},
): Promise<FastifyReply> {
  const { random, mode, directory } = room.gateway;
  const merchantName = (await directory.findMerchant(payment.merchantId))?.name ?? '';
  const hasProblem = Object.keys(problems).length > 0;
  const amount = amountText(payment, amountLocale);
  const title = `Pay by card – ${merchantName}`;
  const sheet = page({
    title: hasProblem ? `Error: ${title}` : title,
    lang: 'en',
    nonce: newNonce(random),
    frameAncestors: ['*'],
    body: html`<div class="sheet">${mode === 'sandbox' && html`<p class="ribbon">Test mode: no money moves. Use a test card.</p>`}
<h1 class="hidden">Pay by card</h1>
<div class="summary"><p class="payee">Payment to ${merchantName}</p>
<p class="amount">${amount}</p>
${payment.productName !== null && html`<p class="payee">${payment.productName}</p>`}</div>
${cardForm(payment, amount, problems, typed)}
<p class="fine">Your card details go straight to the payment service, never to the shop.</p></div>`,
  });
  return sendPage(reply, sheet, hasProblem ? 422 : 200);
}

/** The first field with a problem has the cursor; the first of all when another card is asked for. */
function cardForm({ hosted }: Payment, amount: string, problems: CheckoutProblems, typed: TypedFields): Html {
  const cardsTried = hosted?.cardsTried ?? 0;
  const firstProblem = fieldNames.find((name) => problems[name] !== undefined);
  const isRetry = cardsTried > 0 && firstProblem === undefined;
  const focused = firstProblem ?? (isRetry ? 'number' : undefined);
  const field = (name: FieldName) =>
    cardField({
      ...looks[name],
      name,
      value: typed[name],
      problem: problems[name],
      focused: name === focused,
      explainedBy: isRetry && name === 'number' ? formNoticeId : undefined,
    });
  return html`${firstProblem !== undefined && formNotice(problemsText, 'problem')}
${isRetry && formNotice(anotherCardText, 'calm')}
<form method="post" novalidate>
<input type="hidden" name="cards_tried" value="${cardsTried}">
${field('number')}
<div class="row">${field('expiry_month')}${field('expiry_year')}</div>
${field('cvv')}${field('cardholder_name')}
<div class="actions"><button name="action" value="pay">Pay ${amount}</button>
<button name="action" value="cancel" class="quiet">Cancel payment</button></div>
</form>`;
}
