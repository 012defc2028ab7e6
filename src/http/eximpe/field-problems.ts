/** Messages by field; nested input has nested messages (section 3). */
export interface ErrorDetails {
  [field: string]: string | ErrorDetails;
}

/** Collects what is wrong with a request's fields; the first message about a field stays. */
export class FieldProblems {
  readonly #details: ErrorDetails = {};
  #count = 0;

  /** `path` names the field with points, `card_details.number`. */
  add(path: string, message: string): void {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let object = this.#details;
    for (const name of names) {
      const inner = Object.hasOwn(object, name) ? object[name] : undefined;
      if (typeof inner === 'string') return;
      const next = inner ?? {};
      object[name] = next;
      object = next;
    }
    if (Object.hasOwn(object, last)) return;
    object[last] = message;
    this.#count++;
  }

  get none(): boolean {
    return this.#count === 0;
  }

  get details(): ErrorDetails {
    return this.#details;
  }
}

/** One message per field, its name with points. */
export function flattenDetails(details: ErrorDetails, prefix = ''): [attr: string, message: string][] {
  return Object.entries(details).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + name, value]] : flattenDetails(value, `${prefix}${name}.`),
  );
}

export const requiredMessage = 'This field is required.';
export const cardNumberInTextMessage = 'This field must not contain a card number.';

/** The contract's words for a value outside a list; the value is shortened, so that a mistake is not echoed at length. */
export function choiceMessage(value: string): string {
  return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}" is not a valid choice.`;
}
