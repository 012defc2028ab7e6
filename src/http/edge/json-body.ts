import type { FastifyInstance } from 'fastify';
import { parseStrictJson } from '../../lib/strict-json.ts';

/** The body's media type, charset or content coding is not one that we read. */
export class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError';
}

const charsetParameter = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/**
 * Makes strict JSON the only body that `server` reads; a route that needs forms registers them in its own scope. An
 * empty body arrives as undefined whatever its content type, since capture and void are often sent without one.
 */
export function addJsonBodyParser(server: FastifyInstance, literalNumberKeys: ReadonlySet<string>): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // An unknown path is answered as such, whatever was sent to it.
    if (body.length === 0 || request.is404) return done(null, undefined);
    const charset = charsetParameter.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
    const coding = request.headers['content-encoding']?.toLowerCase();
    if ((charset ?? 'utf-8') !== 'utf-8' && charset !== 'utf8')
      return done(new UnsupportedMediaTypeError('only UTF-8 is read'));
    if (coding !== undefined && coding !== 'identity')
      return done(new UnsupportedMediaTypeError('content codings are not read'));
    try {
      done(null, parseStrictJson(body, { literalNumberKeys }));
    } catch (error) {
      done(error as Error);
    }
  });
}
