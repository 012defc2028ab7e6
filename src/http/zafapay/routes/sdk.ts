import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EdgeServer } from '../../edge/dialect.ts';

const source = new URL('../../../../web/sdk/zafapay.js', import.meta.url);
/** A day: new versions reach pages soon, and a page that pins one by its integrity hash serves its own copy. */
const cacheSeconds = 24 * 60 * 60;

/** The SDK's bytes, and the hash by which a page may pin them: `<script integrity="sha384-…" crossorigin>`. */
export function loadSdk(): { readonly script: Buffer; readonly integrity: string } {
  const script = readFileSync(source);
  return { script, integrity: `sha384-${createHash('sha384').update(script).digest('base64')}` };
}

/** `GET /v1/zafapay.js` for any page's script tag (contract section 7). */
export function addSdk(scope: EdgeServer): void {
  const { script, integrity } = loadSdk();
  const etag = `"${integrity.slice('sha384-'.length, 'sha384-'.length + 32)}"`;
  scope.get('/zafapay.js', async (request, reply) => {
    reply.headers({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': `public, max-age=${cacheSeconds}, stale-while-revalidate=${cacheSeconds}`,
      etag,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.includes(etag) || known?.includes('*')) return reply.code(304).send();
    return reply.send(script);
  });
}
