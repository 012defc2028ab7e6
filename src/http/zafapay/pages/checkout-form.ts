import { amountText } from '../../../domain/amount-text.ts';
import type { Payment } from '../../../domain/payment.ts';
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

interface FieldLook {
  readonly name: CardField;
  readonly label: string;
  readonly autocomplete: string;
  readonly maxlength: number;
  readonly numeric: boolean;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly value?: string | undefined;
}

/** The form's markup; it works without scripts, by keyboard, and with a screen reader. */
export function checkoutForm(form: CheckoutForm): Html {
  const text = words[form.language];
  const { payment, problems } = form;
  const amount = amountText(payment, amountLocales[form.language]);
  const cardsTried = payment.hosted?.cardsTried ?? 0;
  const firstProblem = cardFields.find((name) => problems[name] !== undefined);
  const field = (look: FieldLook) => cardField(look, problems[look.name], firstProblem === look.name);
  return html`<div class="sheet">
${form.sandbox && html`<p class="ribbon">${text.testRibbon}</p>`}
<h1 class="hidden">${text.payTitle}</h1>
<div class="summary">
<p class="payee">${text.payTo} ${form.merchantName}</p>
<p class="amount">${amount}</p>
${payment.productName !== null && html`<p class="payee">${payment.productName}</p>`}
</div>
${noticeAbove(firstProblem !== undefined, cardsTried, text)}
<form method="post" action="${form.action}" novalidate>
<input type="hidden" name="cards_tried" value="${cardsTried}">
${field({ name: 'number', label: text.cardNumber, autocomplete: 'cc-number', maxlength: 24, numeric: true })}
<div class="row">
${expiryFields(form.typed, text).map(field)}
</div>
${field({ name: 'cvc', label: text.cvc, autocomplete: 'cc-csc', maxlength: 4, numeric: true, hint: text.cvcHint })}
${field({
  name: 'cardholder_name',
  label: text.cardholderName,
  autocomplete: 'cc-name',
  maxlength: 100,
  numeric: false,
  optional: true,
  value: form.typed.cardholder_name,
})}
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

/** Why the form is there again: fields to correct, or a card that did not go through. */
function noticeAbove(hasProblem: boolean, cardsTried: number, text: Words): Html | false {
  if (hasProblem) return html`<p class="notice problem" role="alert">${text.problemSummary}</p>`;
  return cardsTried > 0 && html`<p class="notice" role="alert">${text.anotherCard}</p>`;
}

function expiryFields(typed: FormFields, text: Words): FieldLook[] {
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

function cardField(look: FieldLook, problem: string | undefined, isFirstProblem: boolean): Html {
  const { name, hint, value } = look;
  const described = [problem !== undefined && `${name}-problem`, hint !== undefined && `${name}-hint`].filter(
    Boolean,
  );
  return html`<div class="field">
<label for="${name}">${look.label}</label>
<input id="${name}" name="${name}" type="text" autocomplete="${look.autocomplete}" maxlength="${look.maxlength}" spellcheck="false"${[
    look.numeric && html` inputmode="numeric"`,
    look.placeholder !== undefined && html` placeholder="${look.placeholder}"`,
    !look.optional && html` required`,
    value !== undefined && html` value="${value}"`,
    described.length > 0 && html` aria-describedby="${described.join(' ')}"`,
    problem !== undefined && html` aria-invalid="true"`,
    isFirstProblem && html` autofocus`,
  ]}>
${problem !== undefined && html`<p class="hint problem" id="${name}-problem">${problem}</p>`}
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
</div>`;
}
