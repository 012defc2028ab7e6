import type { FastifyReply } from 'fastify';
import type { Random } from '../../lib/random.ts';
import { asciiHtml, Html, html } from './html.ts';
import { pageStyle } from './page-style.ts';

/** A document and the headers that it must be sent with. */
export interface Page {
  readonly document: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageContent {
  readonly title: string;
  /** BCP 47, such as `en`. */
  readonly lang: string;
  readonly body: Html;
  /** From `newNonce`, a fresh one for each answer. */
  readonly nonce: string;
  /** CSS of our own writing, after the house style. */
  readonly style?: string;
  /** JavaScript of our own writing, in ASCII and without `</script`; the page must work without it. */
  readonly script?: string;
  /** Origins that may frame the page, or `'self'`; nobody unless told. */
  readonly frameAncestors?: readonly string[];
  /**
   * Where forms may lead, by CSP source. Browsers hold each redirect after the POST against it too, so a form whose
   * answer redirects to a merchant needs the merchant's origin here. `'self'` unless told.
   */
  readonly formAction?: readonly string[];
}

/** 128 random bits for the nonces of one page. */
export function newNonce(random: Random): string {
  return random.bytes(16).toString('base64');
}

/** A whole page in the house style, under a policy that runs and loads nothing but what the page itself carries. */
export function page(content: PageContent): Page {
  const { title, lang, body, nonce, script } = content;
  const style = new Html(`<style nonce="${nonce}">${pageStyle}${content.style ?? ''}</style>`);
  const document = html`<!DOCTYPE html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${style}
</head>
<body>
<main>
${body}
</main>
${script !== undefined && scriptElement(script, nonce)}
</body>
</html>
`;
  return { document: document.markup, headers: pageHeaders(content) };
}

/** Sends `page` with its headers. */
export function sendPage(reply: FastifyReply, { document, headers }: Page, status = 200): FastifyReply {
  return reply.code(status).headers(headers).send(document);
}

interface PolicySources {
  readonly nonce: string;
  readonly frameAncestors?: readonly string[];
  readonly formAction?: readonly string[];
}

/** Security headers of a page that carries card data or proves a cardholder (PCI DSS 6.4.3, 11.6.1). */
function pageHeaders({
  nonce,
  frameAncestors = [],
  formAction = ["'self'"],
}: PolicySources): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    "connect-src 'self'",
    `form-action ${formAction.length > 0 ? formAction.join(' ') : "'none'"}`,
    `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"}`,
    "base-uri 'none'",
  ];
  const sources = policy.join('; ');
  if (/[\r\n]/.test(sources) || [...frameAncestors, ...formAction].some((source) => /[;,\s]/.test(source))) {
    throw new TypeError('a source of the content security policy must be one word without ; or ,');
  }
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': sources,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}

export interface AutoPostForm {
  /** An absolute http or https address. */
  readonly action: string;
  /** In the order in which they are to be posted; no name may be `submit`, which would hide the form's own. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly buttonText: string;
  readonly title: string;
  readonly lang: string;
  /** What is said above the button. */
  readonly text?: string;
  /** The form's name and id, `post` unless told. */
  readonly formName?: string;
  /** With a nonce the page obeys our policy; `inline` is for documents that others write into pages of their own. */
  readonly script: 'inline' | { readonly nonce: string };
  /** Every character beyond ASCII as a reference, for readers that take bytes for Latin-1. */
  readonly asciiOnly?: boolean;
  readonly frameAncestors?: readonly string[];
}

/**
 * A page that posts `fields` to `action` by itself, and by its button where scripts do not run. Throws a `TypeError`
 * when `action` is not http or https.
 */
export function autoPostForm(form: AutoPostForm): Page {
  const action = new URL(form.action);
  if (action.protocol !== 'https:' && action.protocol !== 'http:')
    throw new TypeError('a form is posted to http or https');
  const name = form.formName ?? 'post';
  const inputs = form.fields.map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}">\n`,
  );
  const text = form.text !== undefined && html`<p>${form.text}</p>\n`;
  const element = html`<form name="${name}" id="${name}" method="post" action="${form.action}">
${inputs}${text}<button>${form.buttonText}</button>
</form>`;
  const submit = `window.onload=function(){document.forms[${JSON.stringify(name)}].submit()};`;
  const page =
    form.script === 'inline'
      ? barePage(form, element, submit)
      : framedPage(form, form.script.nonce, element, submit, action);
  return form.asciiOnly ? { ...page, document: asciiHtml(page.document) } : page;
}

function barePage(form: AutoPostForm, element: Html, submit: string): Page {
  const script = new Html(`<script>${checkedScript(submit)}</script>`);
  const document = html`<!DOCTYPE html>
<html lang="${form.lang}">
<head><meta charset="utf-8"><title>${form.title}</title></head>
<body>
${element}
${script}
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  return { document: document.markup, headers };
}

function framedPage(form: AutoPostForm, nonce: string, element: Html, script: string, action: URL): Page {
  const formAction = formActionTo(action);
  const { title, lang, frameAncestors = [] } = form;
  return page({
    title,
    lang,
    nonce,
    script,
    formAction,
    frameAncestors,
    body: html`<div class="sheet">${element}</div>`,
  });
}

/**
 * The form-action of a page whose form is posted to somebody else: the receiver may answer with a redirect to wherever it
 * likes, and browsers hold that against it too.
 */
export function formActionTo({ protocol }: URL): readonly string[] {
  return protocol === 'http:' ? ['http:', 'https:'] : ['https:'];
}

function scriptElement(script: string, nonce: string): Html {
  return new Html(`<script nonce="${nonce}">${checkedScript(script)}</script>`);
}

function checkedScript(script: string): string {
  if (/<\/script|<!--|[^\t\n\x20-\x7e]/i.test(script))
    throw new TypeError('a script must be ASCII and must not close its element');
  return script;
}
