/** What an operator may make of the look of the pages, and what it must not become. */

/** The grounds that text in the accent stands on (http/style.ts), by colour scheme. */
export const grounds = {
  light: { paper: "#f3f0e8", sheet: "#fffdf9", tint: "#f7f4ec", warn: "#fbf1dc", danger: "#fbeae6", ok: "#e7f2ee" },
  dark: { paper: "#101318", sheet: "#181c23", tint: "#1e232b", warn: "#2b2313", danger: "#321a17", ok: "#14292a" },
} as const;

/** WCAG 2.2, 1.4.3. */
const MIN_CONTRAST = 4.5;

const HEX = /^#[0-9a-f]{6}$/i;

/** Why a colour cannot be the accent; undefined if it can. */
export function accentProblem(colour: string, scheme: keyof typeof grounds): string | undefined {
  if (!HEX.test(colour)) return "must be a colour such as #0b5c50";
  for (const [name, ground] of Object.entries(grounds[scheme])) {
    const ratio = contrast(colour, ground);
    if (ratio < MIN_CONTRAST)
      return `has a contrast of ${(Math.floor(ratio * 100) / 100).toFixed(2)}:1 to our ${scheme} ${name} ${ground}; it must be ${MIN_CONTRAST}:1 or more`;
  }
  return undefined;
}

/** The contrast ratio of two colours (WCAG 2.2): 1 for equal ones, 21 for black and white. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A picture that stands before the operator's name. */
export interface BrandLogo {
  readonly contentType: "image/png" | "image/svg+xml";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const MAX_LOGO_BYTES = 24 * 1024;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What an SVG may not hold: it shows a picture, runs nothing and fetches nothing. */
const foreign: readonly (readonly [found: RegExp, what: string])[] = [
  [/<(?:[\w.-]+:)?script/i, "a script"],
  [/<(?:[\w.-]+:)?foreignObject/i, "a foreignObject"],
  [/[\s"'/]on[a-z]+\s*=/i, "an event handler"],
  [/<!(?:DOCTYPE|ENTITY)/i, "a DOCTYPE"],
  [/<\?xml-stylesheet/i, "a style sheet from elsewhere"],
  [/@import/i, "a style sheet from elsewhere"],
  [/\b(?:href|src)\s*=\s*["']?\s*(?!["'#\s])/i, "a reference to elsewhere"],
  [/url\(\s*["']?\s*(?!["'#\s])/i, "a reference to elsewhere"],
  [/&#/, "a character in disguise"],
];

/** The picture in a data: URI, or why it cannot be one of ours. */
export function parseBrandLogo(text: string): BrandLogo | string {
  const [, contentType, base64, data] =
    /^data:(image\/png|image\/svg\+xml)(?:;charset=utf-8)?(;base64)?,(.*)$/is.exec(text) ?? [];
  if (contentType === undefined || data === undefined) return "must be a data: URI of an image/svg+xml or an image/png";
  const bytes = base64 === undefined ? percentDecoded(data) : base64Decoded(data);
  if (bytes === undefined) return "is no data: URI that can be decoded";
  if (bytes.length > MAX_LOGO_BYTES) return `has ${bytes.length} bytes; it must have ${MAX_LOGO_BYTES} or fewer`;
  if (contentType.toLowerCase() === "image/png")
    return PNG.every((byte, index) => bytes[index] === byte) ? { contentType: "image/png", bytes } : "is no PNG";
  const svg = textOf(bytes);
  if (svg === undefined || !/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(svg)) return "is no SVG in UTF-8";
  const found = foreign.find(([pattern]) => pattern.test(svg));
  return found === undefined ? { contentType: "image/svg+xml", bytes } : `holds ${found[1]}`;
}

function percentDecoded(data: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(new TextEncoder().encode(decodeURIComponent(data)));
  } catch {
    return undefined;
  }
}

function base64Decoded(data: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}
