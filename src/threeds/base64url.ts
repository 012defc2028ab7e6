const pattern = /^[A-Za-z0-9_-]+$/;
const charactersMax = 16 * 1024;

/**
 * The bytes of base64url without padding (RFC 4648 section 5); undefined for anything else. The pattern comes first
 * because the decoder of the platform also takes `+`, `/`, `=`, spaces and junk.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (text.length > charactersMax || text.length % 4 === 1 || !pattern.test(text)) return undefined;
  return Buffer.from(text, 'base64url');
}

/** `value` as JSON in base64url, the way CReq and CRes travel in a form. */
export function encodeJsonBase64url(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
