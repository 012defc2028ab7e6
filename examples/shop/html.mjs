/** Markup, as opposed to text that has to be escaped. */
export class Html {
  /** @param {string} markup */
  constructor(markup) {
    this.markup = markup;
  }
}

/**
 * Builds markup from a template: text is escaped, markup is not, arrays are joined, and null and false leave nothing.
 *
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(toMarkup)));
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function toMarkup(value) {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(toMarkup).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
