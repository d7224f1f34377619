/** By the first bytes, in hexadecimal. */
const signatures: readonly (readonly [type: string, pattern: RegExp])[] = [
  ["image/png", /^89504e470d0a1a0a/],
  ["image/jpeg", /^ffd8ff/],
  ["image/gif", /^47494638(?:37|39)61/],
  ["image/webp", /^52494646[0-9a-f]{8}57454250/],
];

/**
 * The media type of a picture by its first bytes, whatever its name or its header claims; undefined for everything that is not made of
 * pixels alone, such as SVG, which may hold scripts.
 */
export function findImageType(bytes: Uint8Array): string | undefined {
  const head = [...bytes.subarray(0, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return signatures.find(([, pattern]) => pattern.test(head))?.[0];
}
