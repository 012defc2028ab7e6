import { type Html, html } from './html.ts';

/** One field of a form that takes a card. Names, labels and messages are the page's own. */
export interface CardFieldLook {
  readonly name: string;
  readonly label: string;
  /** What browsers fill in, such as `cc-number` (WHATWG HTML, autofill detail tokens). */
  readonly autocomplete: string;
  readonly maxlength: number;
  readonly numeric: boolean;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly value?: string | undefined;
  /** What was wrong with it. */
  readonly problem?: string | undefined;
  /** Whether the page opens with the cursor in it. */
  readonly focused?: boolean;
  /** The id of a notice that explains why it is asked for again. */
  readonly explainedBy?: string | undefined;
}

/** The field with its label, hint and problem, tied together for screen readers. */
export function cardField(look: CardFieldLook): Html {
  const { name, hint, problem, value } = look;
  const described = [
    problem !== undefined && `${name}-problem`,
    look.explainedBy,
    hint !== undefined && `${name}-hint`,
  ].filter(Boolean);
  return html`<div class="field">
<label for="${name}">${look.label}</label>
<input id="${name}" name="${name}" type="text" autocomplete="${look.autocomplete}" maxlength="${look.maxlength}" spellcheck="false"${[
    look.numeric && html` inputmode="numeric"`,
    look.placeholder !== undefined && html` placeholder="${look.placeholder}"`,
    !look.optional && html` required`,
    value !== undefined && html` value="${value}"`,
    described.length > 0 && html` aria-describedby="${described.join(' ')}"`,
    problem !== undefined && html` aria-invalid="true"`,
    look.focused && html` autofocus`,
  ]}>
${problem !== undefined && html`<p class="hint problem" id="${name}-problem">${problem}</p>`}
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
</div>`;
}

/** The notice above a form that is shown again, for `explainedBy`. */
export const formNoticeId = 'form-notice';

/** Why the form is there again: `problem` when something in it must be corrected, `calm` when nothing is wrong with it. */
export function formNotice(text: string, tone: 'problem' | 'calm'): Html {
  return html`<p class="${tone === 'problem' ? 'notice problem' : 'notice'}" id="${formNoticeId}" role="alert">${text}</p>`;
}
