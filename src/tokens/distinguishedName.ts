/** Attribute types by their object identifiers: each name that RFC 4514 section 3, certificates for banks and OpenSSL give them. */
const names: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN commonName",
  "2.5.4.4": "SN surname",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C countryName",
  "2.5.4.7": "L localityName",
  "2.5.4.8": "ST S stateOrProvinceName",
  "2.5.4.9": "STREET streetAddress",
  "2.5.4.10": "O organizationName",
  "2.5.4.11": "OU organizationalUnitName",
  "2.5.4.12": "T title",
  "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode",
  "2.5.4.42": "GN G givenName",
  "2.5.4.97": "organizationIdentifier",
  "0.9.2342.19200300.100.1.1": "UID userId",
  "0.9.2342.19200300.100.1.25": "DC domainComponent",
  "1.2.840.113549.1.9.1": "emailAddress E email",
  "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST jurisdictionStateOrProvinceName",
  "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC jurisdictionCountryName",
};

const identifiers = new Map(
  Object.entries(names).flatMap(([oid, all]) => all.split(" ").map((name) => [name.toLowerCase(), oid])),
);

/** One part of a name: text without a comma or plus of its own, save those that are escaped. */
const PART = /(?:[^,+\\"]|\\.)*/sy;

/**
 * The relative distinguished names of a name in the string form of RFC 4514, in the order that they stand, each in one spelling:
 * types as object identifiers, values without escapes, parts of one RDN sorted. Undefined where it is not of that form.
 */
export function parseDistinguishedName(text: string): readonly string[] | undefined {
  const rdns: string[][] = [[]];
  for (let at = 0; ; at++) {
    PART.lastIndex = at;
    const [part = ""] = PART.exec(text) ?? [];
    const attribute = parseAttribute(part);
    if (attribute === undefined) return undefined;
    rdns.at(-1)?.push(attribute);
    at += part.length;
    if (at === text.length) return rdns.map((attributes) => attributes.toSorted().join("+"));
    if (text[at] === ",") rdns.push([]);
    else if (text[at] !== "+") return undefined;
  }
}

function parseAttribute(part: string): string | undefined {
  const [, name, written = ""] = /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(.*)$/s.exec(part) ?? [];
  if (name === undefined) return undefined;
  const value = written.startsWith("#") ? parseHex(written.slice(1).trimEnd()) : unescapeValue(written);
  return value && JSON.stringify([identifiers.get(name.toLowerCase()) ?? name.toLowerCase(), value]);
}

/** `\2C` is a byte of UTF-8, any other `\,` the character itself; a space at the end counts only where it is escaped. */
function unescapeValue(written: string): string | undefined {
  const bytes: number[] = [];
  const end = written.trimEnd();
  const trimmed = /(?<!\\)(?:\\\\)*\\$/.test(end) ? written.slice(0, end.length + 1) : end;
  for (const [whole, hex, character] of trimmed.matchAll(/\\([0-9a-f]{2})|\\?(.)/gisu))
    bytes.push(...(hex === undefined ? new TextEncoder().encode(character ?? whole) : [Number.parseInt(hex, 16)]));
  return decode(bytes);
}

/** A value in BER (RFC 4514 section 2.4), of which a text shorter than 128 bytes is all that a name would hold. */
function parseHex(hex: string): string | undefined {
  const bytes = (hex.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16));
  return hex.length === bytes.length * 2 && bytes[1] === bytes.length - 2 ? decode(bytes.slice(2)) : undefined;
}

function decode(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
