import type { EdgeServer } from '../edge/dialect.ts';

const shared = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'X-Request-Id',
};

/**
 * CORS on `/v1/tokens` alone (contract 2.2): browsers may call it from any page, and read its errors. Nowhere else,
 * for an access token must never be in a browser.
 */
export function allowBrowsersToTokenize(scope: EdgeServer): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (request.url.split('?', 1)[0] === `${scope.prefix}/tokens`) reply.headers(shared);
  });
  scope.options('/tokens', async (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '86400',
      })
      .send(),
  );
}
