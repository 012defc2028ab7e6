import { createHash } from 'node:crypto';
import type { Random } from '../../lib/random.ts';
import type { EdgeServer } from '../edge/dialect.ts';
import type { Html } from '../edge/html.ts';
import { registerPages } from '../edge/page-scope.ts';
import { newNonce, page, sendPage } from '../edge/pages.ts';
import { buildDocument, documentText } from './build-document.ts';
import type { DialectDescription } from './description.ts';
import { indexBody, referenceBody } from './reference/reference-page.ts';
import { referenceStyle } from './reference/style.ts';

export interface OpenApiOptions {
  readonly dialects: readonly DialectDescription[];
  /** What browsers reach us under; the documents and the samples name it. */
  readonly publicUrl: string;
  readonly random: Random;
}

/**
 * `GET /openapi/<dialect>.json`, and a reference for people made from it: `/reference/` and `/reference/<dialect>`.
 * All of it is public, made once, and needs neither script nor network.
 */
export function registerOpenApi(server: EdgeServer, { dialects, publicUrl, random }: OpenApiOptions): void {
  const published = dialects.map((description) => ({
    name: description.name,
    document: buildDocument(description, publicUrl),
  }));
  server.register(async (scope: EdgeServer) => {
    for (const { name, document } of published) addDocument(scope, name, documentText(document));
  });
  registerPages(server, (scope) => {
    const addPage = (url: string, title: string, body: Html) => {
      scope.get(url, async (_request, reply) =>
        sendPage(reply, page({ title, lang: 'en', body, nonce: newNonce(random), style: referenceStyle })),
      );
    };
    const index = indexBody(published);
    addPage('/reference/', 'API reference', index);
    scope.get('/reference', async (_request, reply) => reply.redirect('/reference/', 308));
    for (const { name, document } of published)
      addPage(`/reference/${name}`, document.info.title, referenceBody(document, `/openapi/${name}.json`));
  });
}

/** Tools fetch a document from pages of their own, so it is open to all; nothing in it is secret. */
function addDocument(scope: EdgeServer, name: string, text: string): void {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  scope.get(`/openapi/${name}.json`, async (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', etag, 'access-control-allow-origin': '*' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(text);
  });
}
