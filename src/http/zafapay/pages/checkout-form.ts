import { amountText } from '../../../domain/amount-text.ts';
import type { Payment } from '../../../domain/payment.ts';
import { type CardFieldLook, cardField, formNotice, formNoticeId } from '../../edge/card-field.ts';
import type { FormFields } from '../../edge/form-body.ts';
import { type Html, html } from '../../edge/html.ts';
import { amountLocales, type Language } from './language.ts';
import { languageSwitch } from './notice-page.ts';
import { type Words, words } from './words.ts';

/** The fields of the card form in their order, named as the API names them. */
const cardFields = ['number', 'exp_month', 'exp_year', 'cvc', 'cardholder_name'] as const;
export type CardField = (typeof cardFields)[number];

/** The card form of a checkout, and what was wrong with the last try. */
export interface CheckoutForm {
  readonly payment: Payment;
  readonly merchantName: string;
  readonly language: Language;
  readonly sandbox: boolean;
  /** Where the form posts to. */
  readonly action: string;
  readonly otherLanguageUrl: string;
  /** What was typed; the number and the code are never shown again. */
  readonly typed: FormFields;
  readonly problems: Partial<Record<CardField, string>>;
}

/** The form's markup; it works without scripts, by keyboard, and with a screen reader. */
export function checkoutForm(form: CheckoutForm): Html {
  const text = words[form.language];
  const { payment } = form;
  const amount = amountText(payment, amountLocales[form.language]);
  const notice = noticeAbove(form, text);
  return html`<div class="sheet">
${form.sandbox && html`<p class="ribbon">${text.testRibbon}</p>`}
<h1 class="hidden">${text.payTitle}</h1>
<div class="summary">
<p class="payee">${text.payTo} ${form.merchantName}</p>
<p class="amount">${amount}</p>
${payment.productName !== null && html`<p class="payee">${payment.productName}</p>`}
</div>
${notice}
<form method="post" action="${form.action}" novalidate>
<input type="hidden" name="cards_tried" value="${payment.hosted?.cardsTried ?? 0}">
${fields(form, text, notice !== false)}
${payment.saveCard && html`<p class="notice">${text.saveNotice}</p>`}
<div class="actions">
<button type="submit" name="action" value="pay">${text.payButton(amount)}</button>
<button type="submit" name="action" value="cancel" class="quiet">${text.cancelButton}</button>
</div>
</form>
<p class="fine">${text.privacy}</p>
${languageSwitch(form.language, form.otherLanguageUrl)}
</div>`;
}

/** The first field with a problem has the cursor; the first of all when another card is asked for. */
function fields({ typed, problems }: CheckoutForm, text: Words, isShownAgain: boolean): Html {
  const first = cardFields.find((name) => problems[name] !== undefined) ?? 'number';
  const field = (look: CardFieldLook & { readonly name: CardField }) =>
    cardField({
      ...look,
      problem: problems[look.name],
      focused: isShownAgain && look.name === first,
      explainedBy:
        isShownAgain && problems[first] === undefined && look.name === first ? formNoticeId : undefined,
    });
  return html`${field({ name: 'number', label: text.cardNumber, autocomplete: 'cc-number', maxlength: 24, numeric: true })}
<div class="row">
${expiryFields(typed, text).map(field)}
</div>
${field({ name: 'cvc', label: text.cvc, autocomplete: 'cc-csc', maxlength: 4, numeric: true, hint: text.cvcHint })}
${field({
  name: 'cardholder_name',
  label: text.cardholderName,
  autocomplete: 'cc-name',
  maxlength: 100,
  numeric: false,
  optional: true,
  value: typed.cardholder_name,
})}`;
}

/** Why the form is there again: fields to correct, or a card that did not go through. */
function noticeAbove({ payment, problems }: CheckoutForm, text: Words): Html | false {
  if (Object.keys(problems).length > 0) return formNotice(text.problemSummary, 'problem');
  return (payment.hosted?.cardsTried ?? 0) > 0 && formNotice(text.anotherCard, 'calm');
}

function expiryFields(typed: FormFields, text: Words): (CardFieldLook & { readonly name: CardField })[] {
  return [
    {
      name: 'exp_month',
      label: text.expiryMonth,
      autocomplete: 'cc-exp-month',
      maxlength: 2,
      numeric: true,
      placeholder: text.monthHint,
      value: typed.exp_month,
    },
    {
      name: 'exp_year',
      label: text.expiryYear,
      autocomplete: 'cc-exp-year',
      maxlength: 4,
      numeric: true,
      placeholder: text.yearHint,
      value: typed.exp_year,
    },
  ];
}
