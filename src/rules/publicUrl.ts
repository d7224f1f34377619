/** Whether an address may be fetched because somebody else wrote it: never one that only we can reach. */

const MAX_LENGTH = 2048;

/** Names that mean this machine or this network (RFC 6761, RFC 6762, RFC 7686, RFC 8375 and ICANN's .internal). */
const SPECIAL_NAMES = ["localhost", "localdomain", "local", "internal", "home.arpa", "onion"];

/** IPv4 blocks that are not on the internet (IANA's special-purpose registry), multicast and the reserved rest included. */
const SPECIAL_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
].map((block) => {
  const [base = "", bits = ""] = block.split("/");
  return { base: toNumber(base), size: 2 ** (32 - Number(bits)) };
});

/**
 * Why the server may not fetch the URL, or undefined if it may. A name that resolves to a private address is for the platform to
 * stop: a Worker reaches public addresses alone (`global_fetch_strictly_public`).
 * @param ownHost ours, which would answer itself with more rights than a stranger has
 */
export function publicUrlProblem(url: string, ownHost: string): string | undefined {
  if (url.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(url) || url.includes("\\") || !URL.canParse(url)) return "is not an absolute URI";
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== "https:") return "is not https";
  if (username !== "" || password !== "" || /^https:\/*[^/?#]*@/i.test(url)) return "holds user information";
  if (url.includes("#")) return "has a fragment";
  if (hostname === ownHost.replace(/:\d+$/, "").toLowerCase()) return "is on our own host";
  return hostProblem(hostname);
}

/** The URL parser has decoded every spelling of an IPv4 address, and written an IPv6 address in its one short form. */
function hostProblem(hostname: string): string | undefined {
  if (hostname.startsWith("[")) return isPublicIpv6(hostname.slice(1, -1)) ? undefined : "has an address that is not public";
  if (/^\d+(?:\.\d+){3}$/.test(hostname)) return isPublicIpv4(hostname) ? undefined : "has an address that is not public";
  if (hostname.endsWith(".")) return "has a host that ends in a dot";
  if (!hostname.includes(".") || SPECIAL_NAMES.some((name) => hostname === name || hostname.endsWith(`.${name}`)))
    return "has a host that is not on the internet";
  return undefined;
}

const isPublicIpv4 = (address: string): boolean => {
  const number = toNumber(address);
  return !SPECIAL_IPV4.some(({ base, size }) => number >= base && number < base + size);
};

/**
 * Global unicast is 2000::/3: loopback, link-local, unique local, multicast, and IPv4 in the forms of ::ffff:0:0/96 and
 * 64:ff9b::/96 lie outside. Inside lie 2001::/23 (Teredo, ORCHID, benchmarks), 2002::/16 (6to4, which wraps any IPv4 address),
 * and two blocks for documentation.
 */
function isPublicIpv6(address: string): boolean {
  const [before = [], after = []] = address.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  const [first = 0, second = 0] = groups.map((group) => Number.parseInt(group, 16));
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
