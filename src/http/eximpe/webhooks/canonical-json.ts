import { NumberLiteral } from '../../../lib/strict-json.ts';

/** What a webhook body is made of; a number is a literal, so that no float comes between the money and the wire. */
export type CanonicalValue =
  | string
  | boolean
  | null
  | NumberLiteral
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };

/**
 * The one form in which webhook bodies are signed and sent (section 13.1): keys sorted by code point at every level, no
 * white space, ASCII only. It is what Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))` writes, so that
 * a receiver who parses the body and writes it again gets the same bytes.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return asciiString(value);
  if (value instanceof NumberLiteral) return value.text;
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([left], [right]) => compareCodePoints(left, right))
    .map(([name, member]) => `${asciiString(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isList(value: object): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}

/** JavaScript compares UTF-16 units, which puts U+10000 and above before U+E000. */
function compareCodePoints(left: string, right: string): number {
  const rightPoints = [...right];
  for (const [index, point] of [...left].entries()) {
    const difference = (point.codePointAt(0) ?? 0) - (rightPoints[index]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** `JSON.stringify` escapes control characters, quote and backslash as Python does, and leaves U+007F and above as they are. */
function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
