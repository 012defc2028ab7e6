import { createHash } from 'node:crypto';
import { type Random, randomHex } from '../lib/random.ts';

/** The unguessable part of an address of ours: 64 lower-case hex characters, kept only as its hash. */
export function newUnguessableToken(random: Random): { readonly token: string; readonly hash: Buffer } {
  const token = randomHex(random, 32);
  return { token, hash: hashToken(token) };
}

/** SHA-256, under which the token is looked up. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A version 4 UUID (RFC 9562 section 5.4) from injected randomness. */
export function newUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
