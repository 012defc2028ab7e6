import type { Merchant, Mode } from '../../domain/merchant.ts';

const loopbackHost = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/;

/**
 * What speaks against sending a customer of `merchant` to `returnUrl`; undefined when nothing does. The merchant's
 * registered origins decide, and every https address when it registered none; in the sandbox loopback is always fine.
 */
export function judgeReturnUrl(returnUrl: string, merchant: Merchant, mode: Mode): string | undefined {
  const url = new URL(returnUrl);
  if (mode === 'sandbox' && loopbackHost.test(url.hostname)) return undefined;
  const { returnOrigins } = merchant.settings;
  if (url.protocol !== 'https:') return 'The return URL must use https.';
  return returnOrigins.length === 0 || returnOrigins.includes(url.origin)
    ? undefined
    : 'The domain of the return URL is not whitelisted.';
}
