import { createHmac } from 'node:crypto';
import { NumberLiteral } from '../../lib/strict-json.ts';

export type IdempotencyKeyHeader =
  | { readonly kind: 'absent' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'malformed' };

const printableAscii = /^[\x20-\x7e]{1,255}$/;
const quotedKey = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * Reads the header `Idempotency-Key`: 1 to 255 printable ASCII characters, bare as most clients send it or quoted as
 * draft-ietf-httpapi-idempotency-key-header-07 section 2.1 asks; both name the same key.
 */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): IdempotencyKeyHeader {
  if (header === undefined) return { kind: 'absent' };
  if (typeof header !== 'string') return { kind: 'malformed' };
  const key = header.startsWith('"') ? quotedKey.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1') : header;
  return key !== undefined && printableAscii.test(key) ? { kind: 'key', key } : { kind: 'malformed' };
}

/** Codes that die with the outcome: a hash of a request outlives it, so they stay out of the hash (PCI DSS 3.3.1). */
const cvcKeys = new Set(['cvc', 'cvv', 'cvc2', 'cvv2', 'cid', 'security_code']);

export interface HashedRequest {
  readonly method: string;
  /** Path as the dialect names the operation; callers undo trailing slashes. */
  readonly path: string;
  /** A body as `parseStrictJson` gave it. */
  readonly body: unknown;
  readonly secretKey: Buffer;
}

/**
 * A fingerprint that tells whether two requests under one idempotency key are the same: HMAC-SHA256, 32 bytes, over
 * method, path and canonical body. Keyed, because the body holds a card number that few guesses would find
 * (PCI DSS 3.5.1.1).
 */
export function canonicalRequestHash({ method, path, body, secretKey }: HashedRequest): Buffer {
  const head = JSON.stringify(['request', method.toUpperCase(), path]);
  return createHmac('sha256', secretKey)
    .update(`${head}\n${canonicalJson(body)}`)
    .digest();
}

/** What is stored in place of an idempotency key, which clients sometimes make from personal data: 32 bytes. */
export function hashKey(key: string, secretKey: Buffer): Buffer {
  return createHmac('sha256', secretKey)
    .update(`${JSON.stringify(['idempotency_key'])}\n${key}`)
    .digest();
}

/** Sorted keys, no spaces, one way of writing a decimal, no security codes; recursion is bounded by the parser's depth. */
function canonicalJson(value: unknown): string {
  if (value instanceof NumberLiteral) return shortestDecimal(value.text);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Readonly<Record<string, unknown>>;
    let members = '';
    for (const key of Object.keys(object).sort()) {
      if (cvcKeys.has(key.toLowerCase())) continue;
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(object[key])}`;
    }
    return `{${members}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** `10.00`, `10.0` and `10` are one number; with an exponent a literal is no amount, and stays as it was written. */
function shortestDecimal(text: string): string {
  return /^-?[0-9]+\.[0-9]+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}
