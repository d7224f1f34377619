/**
 * The network that an address belongs to, as far as one household or office reaches: /24 of IPv4, /64 of IPv6, whose owner
 * holds every address in it. Text that is no address is returned as it is.
 * @param address in the form of `CF-Connecting-IP`
 */
export const networkOf = (address: string): string => prefixOf(address, 4);

/**
 * The site around it: /48 of IPv6, which one customer may be given whole, with 65,536 networks in it. Of IPv4 it is the network
 * itself.
 */
export const siteOf = (address: string): string => prefixOf(address, 3);

function prefixOf(address: string, length: number): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;
  const ipv4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(mapped);
  if (ipv4) return `${ipv4[1]}.0/24`;
  if (!/^[0-9a-f:.]{2,45}$/i.test(address) || !address.includes(":")) return address.slice(0, 64);
  return `${firstGroups(address.toLowerCase(), length).join(":")}::/${length * 16}`;
}

/** The first of an IPv6 address's eight groups, without leading zeros (RFC 5952 section 4.1). */
function firstGroups(address: string, length: number): readonly string[] {
  const [before = "", after] = address.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...tail];
  return Array.from({ length }, (_, index) => (groups[index] ?? "0").replace(/^0+(?=.)/, ""));
}
