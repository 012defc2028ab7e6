/** Brings one value into the form that the schema asks for; what it cannot help it returns as it was. */
export type LenientReader = (value: unknown) => unknown;

/** The members that are read, each with its reader; whatever else a body holds is left out (section 3). */
export interface LenientMembers {
  readonly [name: string]: LenientReader | LenientMembers;
}

/**
 * The body as its schema expects it: only `members`, texts trimmed, spellings of choices unified. A member that is null
 * or blank counts as absent, so that it is reported as required or passed over. A body that is no object stays as it is.
 */
export function readLeniently(body: unknown, members: LenientMembers): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const read: Record<string, unknown> = {};
  for (const [name, reader] of Object.entries(members)) {
    const value = Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
    if (value === undefined || value === null) continue;
    const better = typeof reader === 'function' ? reader(value) : readLeniently(value, reader);
    if (better !== '') read[name] = better;
  }
  return read;
}

/** A text, trimmed. */
export const text: LenientReader = (value) => (typeof value === 'string' ? value.trim() : value);

/** A text in which spaces and dashes mean nothing: `4706 1312 1121 2123`. */
export const digits: LenientReader = (value) =>
  typeof value === 'string' ? value.replace(/[\s-]/g, '') : value;

/** A text that other pages of the real documentation send as a whole number. */
export const textOrInteger: LenientReader = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : text(value);

/** `5`, `"5"` and `"05"` are the fifth month. */
export const month: LenientReader = (value) => {
  const read = textOrInteger(value);
  return typeof read === 'string' && /^[0-9]$/.test(read) ? `0${read}` : read;
};

/** A value that stays as it is. */
export const asSent: LenientReader = (value) => value;

export const upperCase: LenientReader = (value) =>
  typeof value === 'string' ? value.trim().toUpperCase() : value;

/**
 * One of `choices` however it is spelt: case, dashes and spaces do not matter (section 4). `aliases` are older names.
 * Anything else stays as sent, for the error message to quote.
 */
export function choiceOf(
  choices: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): LenientReader {
  return (value) => {
    if (typeof value !== 'string') return value;
    const spelt = value
      .trim()
      .toLowerCase()
      .replace(/[-\s]+/g, '_');
    if (choices.includes(spelt)) return spelt;
    return (Object.hasOwn(aliases, spelt) && aliases[spelt]) || value.trim();
  };
}

/** A hook that brings a route's body into shape before its schema judges it. */
export function lenientBody(read: (body: unknown) => unknown): (request: { body: unknown }) => Promise<void> {
  return async (request) => {
    request.body = read(request.body);
  };
}
