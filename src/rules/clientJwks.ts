import type { ClientMetadata, JsonObject } from "../model.ts";
import { type Input, isObject, refused } from "./metadataMember.ts";

const MAX_KEYS = 20;
const MAX_LENGTH = 64 * 1024;

/** Of a private or a shared key (RFC 7518 sections 6.2.2, 6.3.2 and 6.4): who registers one has given it away. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** The length of a coordinate in base64url, by kind and curve (RFC 7518 section 6.2.1, RFC 8037 section 2). */
const coordinates: ReadonlyMap<string, number> = new Map([
  ["EC P-256", 43],
  ["EC P-384", 64],
  ["EC P-521", 88],
  ["OKP Ed25519", 43],
  ["OKP X25519", 43],
]);

/** 2048 to 8192 bits. */
const MODULUS_LENGTH = { min: 342, max: 1366 };

/** The member `jwks` (RFC 7591 section 2): public keys, each of a kind that some algorithm of ours takes. */
export function parseJwks(input: Input): ClientMetadata["jwks"] {
  const { jwks } = input;
  if (jwks === undefined) return undefined;
  if (!isObject(jwks) || !Array.isArray(jwks["keys"])) throw refused("jwks", "is not an object with an array of keys");
  const keys: readonly unknown[] = jwks["keys"];
  if (keys.length === 0) throw refused("jwks.keys", "is empty");
  if (keys.length > MAX_KEYS) throw refused("jwks.keys", `has more than ${MAX_KEYS} keys`);
  if (JSON.stringify(keys).length > MAX_LENGTH) throw refused("jwks.keys", "is larger than 64 KB");
  return {
    keys: keys.map((key, index) => {
      const problem = isObject(key) ? keyProblem(key) : "is not an object";
      if (problem !== undefined) throw refused(`jwks.keys[${index}]`, problem);
      return key as JsonObject;
    }),
  };
}

function keyProblem(key: JsonObject): string | undefined {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)))
    return "is not a public key: register its public half alone";
  const { kty, crv, x, y, n, e, kid, use, x5c } = key;
  if (kid !== undefined && !(typeof kid === "string" && /^[\x21-\x7e]{1,256}$/.test(kid)))
    return "has a kid that is not a string of at most 256 visible characters";
  if (use !== undefined && use !== "sig" && use !== "enc") return "has a use that is neither sig nor enc";
  if (x5c !== undefined && !(Array.isArray(x5c) && x5c.every((item) => typeof item === "string")))
    return "has an x5c that is not an array of strings";
  if (kty === "RSA")
    return isBase64url(n) && n.length >= MODULUS_LENGTH.min && n.length <= MODULUS_LENGTH.max && isBase64url(e)
      ? undefined
      : "is not an RSA key of 2048 to 8192 bits";
  const length = typeof kty === "string" && typeof crv === "string" ? coordinates.get(`${kty} ${crv}`) : undefined;
  if (length === undefined) return "is not of a kind that we can use: RSA, P-256, P-384, P-521, Ed25519 or X25519";
  const complete = isBase64url(x) && x.length === length && (kty === "OKP" || (isBase64url(y) && y.length === length));
  return complete ? undefined : `is not a complete key of the curve ${String(crv)}`;
}

const isBase64url = (value: unknown): value is string => typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value);
