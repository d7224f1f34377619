import { compactVerify } from "jose";
import { OAuthError } from "../errors.ts";
import type { AssertionAlgorithm, JsonObject } from "../model.ts";
import { fromBase64url } from "./encoding.ts";
import { namesOf } from "./jwk.ts";

/** Keys that may have signed: those of the client that bear the `kid`, or no name at all, and fit the algorithm. */
export type FindClientKeys = (kid: string | undefined, alg: AssertionAlgorithm) => Promise<readonly CryptoKey[]>;

/** What a JWT that a client signed is held against. */
export interface ClientJwtChecks {
  /** Which `typ` it may have, in small letters and without `application/`; undefined among them: it may have none. */
  readonly types: readonly (string | undefined)[];
  readonly algorithms: readonly AssertionAlgorithm[];
  readonly findKeys: FindClientKeys;
  /** The endpoint's own error, which says in public what kind of JWT it was and in private what is wrong with it. */
  readonly refuse: (reason: string) => OAuthError;
}

export interface ClientJwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** More than any assertion or request object is long; what is longer is refused before a byte of it is decoded. */
export const MAX_JWT_LENGTH = 16 * 1024;

/** A signature costs as much to refuse as to accept, so that a client with many keys must say which one it used. */
const MAX_KEYS = 5;

/**
 * Verifies a JWT that a client signed (RFC 7519 section 7.2, RFC 8725): a client assertion or a request object. The key is one
 * that the client has registered: `jwk`, `jku`, `x5u` and `x5c` in the header are for whoever trusts them, and are not read.
 * The claims are as the client wrote them; what they must say is for the caller to judge.
 * @throws OAuthError of `refuse`, and what `findKeys` throws of our own
 */
export async function checkClientJwt(jwt: string, checks: ClientJwtChecks): Promise<ClientJwt> {
  const { types, algorithms, findKeys, refuse } = checks;
  const { header, claims } = decodeClientJwt(jwt) ?? {};
  if (header === undefined || claims === undefined) throw refuse("not a JWT in canonical base64url of at most 16 KB");
  const alg = algorithms.find((known) => namesOf(known).some((name) => name === header["alg"]));
  if (alg === undefined) throw refuse("signed with an algorithm that is not allowed here");
  // Both change how it is read (RFC 7515 section 4.1.11, RFC 7797), and we know no extension.
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) throw refuse("an extension in the header");
  if (!types.includes(typeOf(header["typ"]))) throw refuse("typ is of another kind of JWT");
  const kid = header["kid"];
  if (kid !== undefined && !(typeof kid === "string" && /^[\x21-\x7e]{1,256}$/.test(kid)))
    throw refuse("kid is not a string of at most 256 visible characters");

  const keys = await keysOf(() => findKeys(kid, alg), refuse);
  if (keys.length === 0) throw refuse(`no key of the client fits the kid and ${alg}`);
  for (const key of keys.slice(0, MAX_KEYS)) if (await verifies(jwt, key, alg)) return { header, claims };
  throw refuse("the signature is not by a key of the client");
}

/** The claims of an unsecured JWT (RFC 7519 section 6), which anybody can have written; undefined for any other. */
export function findUnsecured(jwt: string): JsonObject | undefined {
  const { header, claims } = decodeClientJwt(jwt) ?? {};
  const { alg, typ: _, ...others } = header ?? {};
  return alg === "none" && jwt.endsWith(".") && Object.keys(others).length === 0 ? claims : undefined;
}

/** What the JWT says of itself, nothing of it verified; undefined where it is none. */
export function decodeClientJwt(jwt: string): ClientJwt | undefined {
  if (jwt.length > MAX_JWT_LENGTH) return undefined;
  const parts = jwt.split(".");
  if (parts.length !== 3) return undefined;
  const [header, claims, signature] = parts.map(fromBase64url);
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  const [read, readClaims] = [parseObject(header), parseObject(claims)];
  return read === undefined || readClaims === undefined ? undefined : { header: read, claims: readClaims };
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** A media type is compared without regard to case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function typeOf(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : "";
}

/** A client whose keys cannot be had has proved nothing; our own failures stay what they are. */
async function keysOf(
  find: () => Promise<readonly CryptoKey[]>,
  refuse: ClientJwtChecks["refuse"],
): Promise<readonly CryptoKey[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    throw refuse(`the keys of the client cannot be had: ${error instanceof Error ? error.message : error}`);
  }
}

/** The algorithm is the one that we looked keys up for, so that no key is ever used for another. */
const verifies = (jwt: string, key: CryptoKey, alg: AssertionAlgorithm): Promise<boolean> =>
  compactVerify(jwt, key, { algorithms: namesOf(alg) }).then(
    () => true,
    () => false,
  );
