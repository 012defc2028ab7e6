import { isIPv4 } from 'node:net';

/** Notes a setting that cannot be used. */
export type Refuse = (name: string, value: string, expected: string) => void;

/** Whether only this machine can be meant. */
export function isLoopbackHost(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  return (isIPv4(host) && host.startsWith('127.')) || host === '::1';
}

/** An address without a slash at its end. */
export function parseBaseUrl(name: string, value: string, refuse: Refuse): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const fits =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!fits) refuse(name, withoutPassword(value), 'an http or https URL without user, query or fragment');
  return value.replace(/\/+$/, '');
}

/** A refused value is shown to whoever reads the log, so what may be a password in it is not. */
export function withoutPassword(value: string): string {
  return value.replace(/\/\/.*@/, '//***@');
}
