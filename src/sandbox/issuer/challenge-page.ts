import { amountText } from '../../domain/amount-text.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { minorUnits } from '../../domain/money.ts';
import { type Html, html, makePage, type Page } from '../html.ts';
import type { Authentication } from './authentications.ts';
import { oneTimeCodes, wrongCodesMax } from './codes.ts';
import { issuerStyle } from './page-style.ts';

const networkNames: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  jcb: 'JCB',
  rupay: 'RuPay',
};

const harbourMark = html`<svg viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9" fill="currentColor" opacity=".14"/><path d="M16 6.5v14M11 11h10M7.5 17.5c.4 4.6 3.9 8 8.5 8s8.1-3.4 8.5-8" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></svg>`;

/** What was wrong with the last attempt. */
export type ChallengeProblem = 'no_code' | 'wrong_code' | null;

/** The page on which the cardholder confirms a payment. `action` is the address its form posts to. */
export function challengePage(challenge: Authentication, action: string, problem: ChallengeProblem): Page {
  return makePage({
    status: 200,
    title: 'Confirm your payment – Harbour Bank',
    style: issuerStyle,
    script: null,
    formTargets: "'self'",
    body: html`<form method="post" action="${action}" class="page wide" autocomplete="on">
<main class="sheet">
${letterhead(challenge)}
<div class="content">
<h1>Confirm your payment</h1>
<p class="soft">Check the details, then enter the code that we sent to your phone.</p>
${purchase(challenge)}
${codeField(challenge, problem)}
<div class="actions">
<button type="submit" name="action" value="confirm">Confirm payment</button>
<button type="submit" name="action" value="cancel" class="quiet">Cancel</button>
</div>
</div>
</main>
${sandboxPanel()}
<p class="fine">Harbour Bank is invented. No money moves and no message is sent.</p>
</form>`,
  });
}

function letterhead(challenge: Authentication): Html {
  const network = networkNames[challenge.brand];
  return html`<header class="bank">${harbourMark}<span class="name">Harbour Bank<span class="of">Sandbox issuer</span></span>${
    network === undefined ? null : html`<span class="network">${network}</span>`
  }</header>`;
}

function purchase(challenge: Authentication): Html {
  return html`<dl>
<div><dt>Merchant</dt><dd>${challenge.merchantName}</dd></div>
<div><dt>Amount</dt><dd class="amount">${amountOf(challenge)}</dd></div>
<div><dt>Card</dt><dd><span aria-label="ending in ${challenge.last4.split('').join(' ')}">•••• ${challenge.last4}</span></dd></div>
<div><dt>Date</dt><dd>${dateText(challenge.purchaseDate)}</dd></div>
</dl>`;
}

function codeField(challenge: Authentication, problem: ChallengeProblem): Html {
  const described = problem === null ? 'otp-hint' : 'otp-problem otp-hint';
  return html`<label for="otp">One-time code</label>
<input class="code" id="otp" name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" aria-describedby="${described}"${
    problem === null ? null : html` aria-invalid="true" autofocus`
  }>
${problem === null ? null : html`<p class="problem" id="otp-problem" role="alert">${problemText(problem)}</p>`}
<p class="hint" id="otp-hint">Six digits. ${triesText(wrongCodesMax - challenge.tries)}</p>`;
}

function problemText(problem: Exclude<ChallengeProblem, null>): string {
  return problem === 'no_code'
    ? 'Enter the six-digit code.'
    : 'That code is not right. Check it and try again.';
}

function triesText(left: number): string {
  return left === 1 ? 'This is the last try.' : `${left} tries left.`;
}

function sandboxPanel(): Html {
  const rows = oneTimeCodes.map(
    ({ code, meaning }) => html`<tr><th scope="row"><code>${code}</code></th><td>${meaning}</td></tr>`,
  );
  return html`<aside class="sandbox" aria-labelledby="sandbox-title">
<h2 id="sandbox-title">Sandbox</h2>
<p>The code decides what the bank answers. The buttons end it at once.</p>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">What happens</th></tr></thead>
<tbody>${rows}<tr><th scope="row">Any other</th><td>Wrong code; the third one fails</td></tr></tbody>
</table>
<div class="actions">
<button type="submit" name="action" value="complete">Complete authentication</button>
<button type="submit" name="action" value="fail">Fail authentication</button>
</div>
</aside>`;
}

function amountOf({ amount, currency }: Authentication): string {
  const known = parseCurrency(currency);
  return known === undefined
    ? `${amount} ${currency}`
    : amountText({ amount: minorUnits(amount), currency: known }, 'en-US');
}

const dateFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

function dateText(date: Date): string {
  return `${dateFormat.format(date)} UTC`;
}

const submitFirstForm = 'document.forms[0].submit()';

/** The page that takes the browser back: it posts itself, and has a button where scripts do not run. */
export function returnPage(
  target: string,
  fields: readonly (readonly [name: string, value: string])[],
): Page {
  const inputs = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return makePage({
    status: 200,
    title: 'Returning to the merchant – Harbour Bank',
    style: issuerStyle,
    script: submitFirstForm,
    formTargets: null,
    body: html`<form method="post" action="${target}" class="page">
<main class="sheet">
<header class="bank">${harbourMark}<span class="name">Harbour Bank<span class="of">Sandbox issuer</span></span></header>
<div class="done">
<h1>You are being taken back</h1>
<p>If nothing happens, continue by hand.</p>
${inputs}
<button type="submit">Continue</button>
</div>
</main>
</form>`,
  });
}

/** The page for an address or a message that leads to no challenge; it says no more than that. */
export function noChallengePage(status: 400 | 404): Page {
  return makePage({
    status,
    title: 'Nothing to confirm – Harbour Bank',
    style: issuerStyle,
    script: null,
    formTargets: "'none'",
    body: html`<div class="page"><main class="sheet">
<header class="bank">${harbourMark}<span class="name">Harbour Bank<span class="of">Sandbox issuer</span></span></header>
<div class="done"><h1>There is nothing to confirm here</h1>
<p>Go back to the shop and start the payment again.</p></div>
</main></div>`,
  });
}
