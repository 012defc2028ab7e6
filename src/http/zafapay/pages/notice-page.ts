import type { FastifyReply } from 'fastify';
import { html } from '../../edge/html.ts';
import { newNonce, page, sendPage } from '../../edge/pages.ts';
import type { ZafapayContext } from '../context.ts';
import { type Language, languages } from './language.ts';
import { words } from './words.ts';

/** A page that tells one thing, and where to go from there. */
export interface Notice {
  readonly language: Language;
  readonly title: string;
  readonly text: string;
  readonly tone?: 'success' | 'problem';
  /** What it is about, each with its label. */
  readonly facts?: readonly (readonly [label: string, text: string])[];
  readonly links?: readonly { readonly href: string; readonly text: string; readonly quiet?: boolean }[];
  readonly small?: string;
  /** The same page in the other language, when it has an address of its own. */
  readonly otherLanguageUrl?: string;
  /** Asks the browser to open this address after three seconds. */
  readonly continueAt?: string;
}

const continueSeconds = 3;

/** Sends a notice; it works without scripts, and tells assistive technology that it is the outcome. */
export function sendNotice(
  { gateway }: ZafapayContext,
  reply: FastifyReply,
  notice: Notice,
  status = 200,
): FastifyReply {
  const { language, title, text, tone, facts = [], links = [], small, otherLanguageUrl } = notice;
  const body = html`<div class="sheet">
<h1>${title}</h1>
<p class="${tone ? `notice ${tone}` : 'notice'}" role="status">${text}</p>
${facts.length > 0 && html`<dl>${facts.map(([label, fact]) => html`<dt>${label}</dt><dd>${fact}</dd>`)}</dl>`}
${small !== undefined && html`<p>${small}</p>`}
${
  links.length > 0 &&
  html`<div class="actions">${links.map(
    (link) => html`<a class="${link.quiet ? 'button quiet' : 'button'}" href="${link.href}">${link.text}</a>`,
  )}</div>`
}
${otherLanguageUrl !== undefined && languageSwitch(language, otherLanguageUrl)}
</div>`;
  if (notice.continueAt !== undefined)
    reply.header('refresh', `${continueSeconds}; url=${notice.continueAt}`);
  return sendPage(reply, page({ title, lang: language, body, nonce: newNonce(gateway.random) }), status);
}

/** The visible way to the other language. */
export function languageSwitch(language: Language, url: string) {
  const other = languages.find((candidate) => candidate !== language) ?? 'en';
  return html`<p class="fine"><a href="${url}" lang="${other}" hreflang="${other}">${words[language].otherLanguage}</a></p>`;
}
