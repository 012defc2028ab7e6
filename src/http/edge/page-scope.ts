import { type Random, systemRandom } from '../../lib/random.ts';
import { answerError, type DialectErrors, type EdgeServer, type ErrorAnswer } from './dialect.ts';
import { addFormBodyParser } from './form-body.ts';
import { html } from './html.ts';
import { newNonce, page } from './pages.ts';

/** Errors as pages, for people; `lang` is English because nothing is known of the reader when a request fails. */
export function createPageErrors(random: Random = systemRandom): DialectErrors {
  const answer = (status: number, title: string, text: string, reference?: string): ErrorAnswer => {
    const body = html`<div class="sheet"><h1>${title}</h1><p>${text}</p>${
      reference !== undefined && html`<p class="fine">Reference ${reference}</p>`
    }</div>`;
    const { document, headers } = page({ title, lang: 'en', body, nonce: newNonce(random) });
    return { status, body: document, headers };
  };
  const unreadable = 'Go back and try again from the shop.';
  return {
    notFound: () =>
      answer(
        404,
        'This page does not exist',
        'The link may have expired or was already used. Return to the shop.',
      ),
    methodNotAllowed: () => answer(405, 'This page cannot be opened like this', unreadable),
    malformed: () => answer(400, 'The request could not be read', unreadable),
    validation: () => answer(400, 'The request could not be read', unreadable),
    payloadTooLarge: () => answer(413, 'The request is too large', unreadable),
    unsupportedMediaType: () => answer(415, 'The request could not be read', unreadable),
    unavailable: (request) =>
      answer(
        503,
        'Please try again shortly',
        'The payment page is not available at the moment. Check your order before you pay again.',
        request.id,
      ),
    internal: (request) =>
      answer(
        500,
        'Something went wrong',
        'Return to the shop and check your order before you pay again.',
        request.id,
      ),
  };
}

/** A scope for pages on paths without a common prefix: forms are read in it, and its errors are pages. */
export function registerPages(
  server: EdgeServer,
  plugin: (scope: EdgeServer) => void | Promise<void>,
  errors: DialectErrors = createPageErrors(),
): void {
  server.register(async (scope: EdgeServer) => {
    addFormBodyParser(scope);
    scope.setErrorHandler((error, request, reply) => answerError(error, errors, request, reply));
    await plugin(scope);
  });
}
