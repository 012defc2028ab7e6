/** Markup that was built by `html`, and so may stand in markup as it is. */
export class Html {
  readonly markup: string;

  /** Only for markup of our own writing; everything else goes through `html`. */
  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Markup with every value escaped for text and quoted attributes; `Html` and lists of it stand as they are, null,
 * undefined and false as nothing. Attributes must be quoted, and no value may stand inside `<script>` or `<style>`.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? '';
  for (const [index, value] of values.entries()) markup += render(value) + (parts[index + 1] ?? '');
  return new Html(markup);
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(render).join('');
}

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => references[character] ?? character);
}

/** The same document in ASCII: other characters become numeric references. Scripts and styles must be ASCII already. */
export function asciiHtml(markup: string): string {
  return markup.replace(/[^\x20-\x7e\t\n\r]/gu, (character) => `&#${character.codePointAt(0)};`);
}
