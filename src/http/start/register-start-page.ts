import type { Random } from '../../lib/random.ts';
import type { EdgeServer } from '../edge/dialect.ts';
import { registerPages } from '../edge/page-scope.ts';
import { newNonce, page, sendPage } from '../edge/pages.ts';
import { type StartPageFacts, startBody, startStyle } from './start-page.ts';

/** `GET /` of a sandbox, for whoever opens its address in a browser. Live gateways have nothing there. */
export function registerStartPage(server: EdgeServer, facts: StartPageFacts, random: Random): void {
  const body = startBody(facts);
  registerPages(server, (scope) => {
    scope.get('/', async (_request, reply) =>
      sendPage(
        reply,
        page({ title: 'Sallyport sandbox', lang: 'en', body, nonce: newNonce(random), style: startStyle }),
      ),
    );
  });
}
