import type { Mode } from './merchant.ts';

/** Why an address may not be returned to; the words of `returnUrlFaults` say it to people. */
export type ReturnUrlFault =
  | 'too_long'
  | 'not_absolute'
  | 'has_userinfo'
  | 'not_https'
  | 'origin_not_registered';

/** What is wrong, as a predicate to be put after the field's name. */
export const returnUrlFaults: Record<ReturnUrlFault, string> = {
  too_long: 'must be at most 2048 characters',
  not_absolute: 'must be an absolute http or https URL',
  has_userinfo: 'must not hold a user name or password',
  not_https: 'must be an https URL',
  origin_not_registered: "must have one of the merchant's registered origins",
};

const lengthMax = 2048;

/** What decides about an address besides its own text. */
export interface ReturnUrlRule {
  readonly mode: Mode;
  /** Exact origins, `https://shop.example`; empty allows every one. */
  readonly origins: readonly string[];
}

/**
 * Whether customers may be sent to `text`; undefined when they may. https only, except plain http to this machine in
 * the sandbox; a registered origin is compared exactly, after one WHATWG parse, so that no spelling slips past.
 */
export function judgeReturnUrl(text: string, { mode, origins }: ReturnUrlRule): ReturnUrlFault | undefined {
  if (text.length > lengthMax) return 'too_long';
  const url = parseAbsoluteUrl(text);
  if (!url) return 'not_absolute';
  if (url.username !== '' || url.password !== '') return 'has_userinfo';
  if (url.protocol !== 'https:' && !(mode === 'sandbox' && isLoopbackName(url.hostname))) return 'not_https';
  return origins.length > 0 && !origins.includes(url.origin) ? 'origin_not_registered' : undefined;
}

/** Browsers would read `https:shop.example` and `https:\\shop.example` as absolute; nobody means to write them. */
function parseAbsoluteUrl(text: string): URL | undefined {
  return /^https?:\/\/[^/\\]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether a host name, as WHATWG `URL` spells it, is this machine: RFC 1122 3.2.1.3, RFC 4291 2.5.3, RFC 6761 6.3. */
export function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

/**
 * `address` with each of `parameters` in its query, in their order. Query and fragment stay as they are, byte for byte;
 * a parameter that is already there is replaced where it stands first, and its repetitions are dropped. `address` must
 * have passed `judgeReturnUrl`; the answer is ASCII, fit for a `Location` header.
 */
export function withParameters(address: string, parameters: Readonly<Record<string, string>>): string {
  const { href } = new URL(address);
  const [beforeFragment = '', ...fragment] = href.split('#');
  const [beforeQuery = '', ...query] = beforeFragment.split('?');
  let pairs = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '');
  for (const [name, value] of Object.entries(parameters)) {
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    const first = pairs.findIndex((candidate) => nameOf(candidate) === name);
    pairs =
      first < 0
        ? [...pairs, pair]
        : pairs.flatMap((candidate, index) => {
            if (index === first) return [pair];
            return nameOf(candidate) === name ? [] : [candidate];
          });
  }
  const search = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return `${beforeQuery}${search}${fragment.length > 0 ? `#${fragment.join('#')}` : ''}`;
}

/** A pair's name as the receiver will read it: `stat%75s` is `status` too. */
function nameOf(pair: string): string | undefined {
  for (const name of new URLSearchParams(pair).keys()) return name;
  return undefined;
}
