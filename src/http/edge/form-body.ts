import type { EdgeServer } from './dialect.ts';

/** A form that is refused; the message never quotes it. */
export class MalformedFormError extends Error {
  override readonly name = 'MalformedFormError';
}

export type FormFields = Readonly<Record<string, string>>;

const fieldsMax = 64;
const defaultBodyBytesMax = 32 * 1024;

/** Lets the routes of `scope`, and no others, read `application/x-www-form-urlencoded` bodies as `FormFields`. */
export function addFormBodyParser(scope: EdgeServer, bodyLimit = defaultBodyBytesMax): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit },
    (_request, body: Buffer, done) => {
      try {
        done(null, parseFormBody(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/**
 * Reads `name=value&…` (WHATWG URL, application/x-www-form-urlencoded), at most 64 fields. Stricter than browsers
 * need: a repeated name, a broken escape, bad UTF-8 and U+0000 throw `MalformedFormError`.
 */
export function parseFormBody(body: Buffer): FormFields {
  const fields: Record<string, string> = {};
  const pairs = body
    .toString('latin1')
    .split('&')
    .filter((pair) => pair !== '');
  if (pairs.length > fieldsMax) throw new MalformedFormError(`a form may have at most ${fieldsMax} fields`);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (Object.hasOwn(fields, name) || name === '__proto__')
      throw new MalformedFormError('a form names one field twice');
    fields[name] = equals < 0 ? '' : decode(pair.slice(equals + 1));
  }
  return fields;
}

/** Bytes beyond ASCII may also come unescaped; they are escaped first, so that one fatal decoder reads both. */
function decode(text: string): string {
  const escaped = text
    .replaceAll('+', ' ')
    .replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  let decoded: string;
  try {
    decoded = decodeURIComponent(escaped);
  } catch {
    throw new MalformedFormError('a form must be percent-encoded UTF-8');
  }
  if (decoded.includes('\0')) throw new MalformedFormError('a form may not hold U+0000');
  return decoded;
}
