import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { errorAnswer } from '../errors.ts';

/** Families of the real API that are not about paying by card (section 16). */
const families = ['subscriptions', 'payment-links', 'settlements', 'vba', 'forms', 'eligibility'];

/** Says of what this gateway does not offer that it does not, so that nobody looks for a typing error. */
export function addNotOffered(scope: EdgeServer): void {
  for (const family of families) {
    for (const url of [`/${family}`, `/${family}/*`]) {
      scope.all(url, async () => {
        throw notOffered(family);
      });
    }
  }
}

/** `/partners/`: for PSP accounts only (section 14), and not offered to them either. */
export function addPartners(scope: EdgeServer): void {
  for (const url of ['/', '/*']) {
    scope.all(url, async (request) => {
      if (callOf(request).isPsp) throw notOffered('partners');
      const message = 'This endpoint is only accessible to PSP merchants';
      throw new AnswerError(errorAnswer(403, 'ERR_AUTH_003', message));
    });
  }
}

function notOffered(family: string): AnswerError {
  return new AnswerError(
    errorAnswer(501, 'ERR_NOT_OFFERED', 'This gateway offers card payments only.', {
      error: `${family} are not offered here`,
    }),
  );
}
