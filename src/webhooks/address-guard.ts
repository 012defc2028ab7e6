import { Resolver } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Mode } from '../domain/merchant.ts';

/** A receiver's address that we do not connect to; the message may be shown to the merchant. */
export class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
  readonly code = 'address_not_allowed';
}

export type EndpointUrlJudgement =
  | { readonly kind: 'accepted'; readonly url: URL }
  | { readonly kind: 'refused'; readonly message: string };

/** The ports on which receivers on the internet may listen. */
const receiverPorts: ReadonlySet<string> = new Set(['443', '8443']);
const urlLengthMax = 2048;

/** Blocks of RFC 6890 and its kin that lead into somebody's own network or nowhere. */
const blocked = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  blocked.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  blocked.addSubnet(network, prefix, 'ipv6');

/** The only part of IPv6 that is given out for use on the internet (IANA, RFC 4291 section 2.4). */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether `address`, an IP literal without brackets, is one of the public internet's. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !blocked.check(address, 'ipv4');
    case 6:
      return (
        !address.includes('%') && globalUnicast.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
      );
    default:
      return false;
  }
}

/** Whether `address`, an IP literal without brackets, is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !address.includes('%') && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** RFC 6761 section 6.3: names that mean this machine and are never looked up. */
function isLoopbackName(hostname: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(hostname);
}

/**
 * Whether webhooks may be sent to `text`, as far as the text tells: https, a listed port, no user name or password,
 * and no private address written out. In the sandbox also this machine, by plain http and on any port. What a name
 * resolves to is checked at every delivery instead, so a name that does not resolve yet is accepted.
 */
export function judgeEndpointUrl(text: string, mode: Mode): EndpointUrlJudgement {
  const refused = (message: string): EndpointUrlJudgement => ({ kind: 'refused', message });
  if (text.length > urlLengthMax) return refused(`The URL is longer than ${urlLengthMax} characters.`);
  const url = URL.parse(text);
  if (!url)
    return refused('The URL cannot be read. Give an absolute URL such as https://example.com/webhooks.');
  if (url.username !== '' || url.password !== '')
    return refused('The URL must not contain a user name or password.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused('The URL must begin with https://.');

  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = isIP(host) !== 0;
  if (isLiteral ? isLoopbackAddress(host) : isLoopbackName(host)) {
    return mode === 'sandbox' ? { kind: 'accepted', url } : refused('The URL leads to this machine itself.');
  }
  if (url.protocol !== 'https:') return refused('The URL must begin with https://.');
  if (!receiverPorts.has(url.port === '' ? '443' : url.port))
    return refused(`The URL's port must be one of ${[...receiverPorts].join(', ')}.`);
  if (isLiteral && !isPublicAddress(host)) return refused('The URL leads to a private or reserved address.');
  return { kind: 'accepted', url };
}

/** All addresses of a name, IPv4 and IPv6; throws when there are none. */
export type ResolveName = (hostname: string) => Promise<string[]>;

/**
 * Asks the name servers directly: the system's own resolver would hold one of the process's few file threads for as
 * long as a dead name server keeps silent.
 */
export function createNameResolver(): ResolveName {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  return async (hostname) => {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [first] = answers;
    if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
    return addresses;
  };
}

/**
 * The addresses to connect to for `hostname`, every one of them checked: a name with one private address among public
 * ones is refused whole, for nobody's receiver looks like that.
 *
 * @throws {AddressNotAllowed}
 */
export async function resolveAllowed(hostname: string, mode: Mode, resolve: ResolveName): Promise<string[]> {
  if (isLoopbackName(hostname)) {
    if (mode === 'sandbox') return ['127.0.0.1', '::1'];
    throw new AddressNotAllowed('the name means this machine itself');
  }
  const addresses = await resolve(hostname);
  if (addresses.length === 0) throw new AddressNotAllowed('the name has no address');
  if (!addresses.every(isPublicAddress))
    throw new AddressNotAllowed('the name resolves to a private or reserved address');
  return addresses;
}

/** A `lookup` for sockets, so that what is connected to is the very address that was checked. */
export function createGuardedLookup(mode: Mode, resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    resolveAllowed(hostname, mode, resolve).then(
      (allowed) => {
        const addresses = allowed.map((address) => ({ address, family: isIP(address) }));
        const [first] = addresses;
        if (options.all || !first) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
