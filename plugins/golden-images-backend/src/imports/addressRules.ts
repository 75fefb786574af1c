import * as ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const RANGE_WORDS: Record<string, string> = {
  private: 'private',
  uniqueLocal: 'private',
  loopback: 'loopback',
  carrierGradeNat: 'private, of a provider',
  unspecified: 'unspecified',
};

/** Why an address is refused; `undefined` when it may be used. */
export function refusalOfAddress(
  text: string,
  allowAddresses: string[],
): string | undefined {
  const address = plainAddress(ipaddr.process(text));
  const range = address.range();
  if (range === 'linkLocal') {
    return `${text} is a link-local address, which is never allowed (cloud metadata lives there)`;
  }
  if (range === 'unicast') return undefined;
  if (allowAddresses.some(cidr => inRange(address, cidr))) return undefined;
  return `${text} is not a public address (${RANGE_WORDS[range] ?? range})`;
}

/**
 * The IPv4 address inside an IPv6 address that translates to one: NAT64
 * (RFC 6052, 6145) and 6to4. Mapped ones (`::ffff:…`) are unwrapped by
 * `ipaddr.process`.
 */
function plainAddress(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  switch (address.range()) {
    case 'rfc6052':
    case 'rfc6145':
      return new ipaddr.IPv4(bytes.slice(12));
    case '6to4':
      return new ipaddr.IPv4(bytes.slice(2, 6));
    default:
      return address;
  }
}

function inRange(address: Address, cidr: string): boolean {
  const [range, prefixLength] = ipaddr.parseCIDR(cidr);
  return range.kind() === address.kind() && address.match(range, prefixLength);
}
