import { createHash } from 'node:crypto';

/** HTML that was escaped or written by us; only `html` makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Insertion = Html | readonly Html[] | string | number | null;

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` with the five characters replaced that mean something in HTML text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** A template in which every insertion is escaped unless it is HTML already; null inserts nothing. */
export function html(strings: TemplateStringsArray, ...insertions: Insertion[]): Html {
  return new Html(
    strings.reduce((text, string, index) => text + insert(insertions[index - 1] ?? null) + string),
  );
}

function insert(insertion: Insertion): string {
  if (insertion === null) return '';
  if (insertion instanceof Html) return insertion.text;
  if (typeof insertion === 'object') return insertion.map((part) => part.text).join('');
  return escapeHtml(String(insertion));
}

/** A whole page and the Content-Security-Policy under which it works and nothing else does. */
export interface Page {
  readonly status: number;
  readonly body: string;
  readonly contentSecurityPolicy: string;
}

/**
 * Puts a page together. Its one style sheet and its one script, where it has one, are allowed by their hashes.
 * `formTargets` is what CSP calls form-action; null leaves it open, because browsers apply it to every redirect that
 * follows a form too, and where the merchant sends its customer is not for this page to say. Framing stays allowed:
 * merchants show an issuer's page in a frame or a window.
 */
export function makePage(parts: {
  readonly status: number;
  readonly title: string;
  readonly style: string;
  readonly body: Html;
  readonly script: string | null;
  readonly formTargets: string | null;
}): Page {
  const { status, title, style, body, script, formTargets } = parts;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
${script === null ? null : html`<script>${new Html(script)}</script>`}
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    ...(script === null ? [] : [`script-src ${hashSource(script)}`]),
    ...(formTargets === null ? [] : [`form-action ${formTargets}`]),
    "base-uri 'none'",
  ];
  return { status, body: document.text, contentSecurityPolicy: policy.join('; ') };
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
