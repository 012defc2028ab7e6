/** An IPv4 or IPv6 address, or a network of them: the first `bits` of `value` count. IPv4 lives at ::ffff:0:0/96. */
export interface Network {
  readonly value: bigint;
  readonly bits: number;
}

const allBits = 128;
const mappedPrefix = 0xffff_0000_0000n;
const mappedBits = 96;

/** Reads `203.0.113.7`, `203.0.113.0/24`, `2001:db8::1` or `2001:db8::/32`; undefined when `text` is none of these. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', suffix, ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  const v4 = parseV4(address);
  const value = v4 === undefined ? parseV6(address) : mappedPrefix | v4;
  if (value === undefined) return undefined;
  const offset = v4 === undefined ? 0 : mappedBits;
  if (suffix === undefined) return { value, bits: allBits };
  const bits = /^(0|[1-9][0-9]{0,2})$/.test(suffix) ? Number(suffix) + offset : Number.NaN;
  return bits >= offset && bits <= allBits ? { value, bits } : undefined;
}

/** Whether the address, itself a network of all bits, lies in `network`. */
export function contains(network: Network, address: Network): boolean {
  const unused = BigInt(allBits - network.bits);
  return address.bits >= network.bits && network.value >> unused === address.value >> unused;
}

/**
 * Under what name an address is counted: an IPv6 customer owns at least 64 bits of addresses, so those count as one.
 * Undefined when `text` is no single address.
 */
export function addressName(text: string): string | undefined {
  const address = parseNetwork(text);
  if (address?.bits !== allBits) return undefined;
  const isV4 = address.value >> 32n === mappedPrefix >> 32n;
  return isV4 ? `4:${address.value.toString(16)}` : `6:${(address.value >> 64n).toString(16)}`;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map(parseGroups);
  const [head, tail] = groups;
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [
    ...head,
    ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => 0n),
    ...(tail ?? []),
  ];
  return all.reduce((value, group) => (value << 16n) | group, 0n);
}

/** The 16-bit groups of one side of `::`; the last may be an IPv4 address. */
function parseGroups(text: string): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}
