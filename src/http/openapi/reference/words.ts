import { type Html, html } from '../../edge/html.ts';

/** The little of CommonMark that our descriptions use, as markup: paragraphs, `code` and **strong** words. */
export function paragraphs(text: string | undefined): Html[] {
  if (text === undefined || text === '') return [];
  return text.split('\n\n').map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** The same within a line. */
export function inline(text: string): Html[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith('**')) return html`<strong>${part.slice(2, -2)}</strong>`;
    return html`${part}`;
  });
}

/** An anchor that stays when the words around it change. */
export function anchor(...parts: readonly string[]): string {
  return parts.join('-').replaceAll(/[^0-9A-Za-z._-]+/g, '-');
}

export function jsonBlock(value: unknown): Html {
  return html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`;
}
