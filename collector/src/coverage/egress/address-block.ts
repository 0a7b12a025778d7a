/** Blocks of IP addresses in CIDR notation: which lies in which. */

/** The first and last address of a block as numbers of its family. */
export interface AddressBlock {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** The block of `address/length`, IPv4 or IPv6; undefined if it is none. Bits behind the length are ignored, as in Kubernetes. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [address = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = address.includes(':') ? 128 : 32;
  const value = bits === 32 ? parseFour(address) : parseSix(address);
  const kept = Number(length);
  if (value === undefined || kept > bits) return undefined;
  const rest = BigInt(bits - kept);
  const first = (value >> rest) << rest;
  return { bits, first, last: first + (1n << rest) - 1n };
}

/** True if every address of `inner` is one of `outer`. */
export function contains(outer: AddressBlock, inner: AddressBlock): boolean {
  return outer.bits === inner.bits && outer.first <= inner.first && inner.last <= outer.last;
}

/** True if they have an address in common. */
export function overlaps(one: AddressBlock, other: AddressBlock): boolean {
  return one.bits === other.bits && one.first <= other.last && other.first <= one.last;
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const halves = spellFour(text).split('::');
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** The last 32 bits may be written as an IPv4 address. */
function spellFour(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const four = text.slice(at).includes('.') ? parseFour(text.slice(at)) : undefined;
  if (four === undefined) return text;
  return `${text.slice(0, at)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
}
