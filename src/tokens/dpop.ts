import { calculateJwkThumbprint, compactVerify, type JWK } from "jose";
import type { OAuthError } from "../errors.ts";
import type { JsonObject, SigningAlgorithm } from "../model.ts";
import { decodeClientJwt } from "./clientJwt.ts";
import { sameText, sha256 } from "./encoding.ts";
import { findPublicKey, jwkFits, namesOf } from "./jwk.ts";

/** What a proof may be signed with; all asymmetric (RFC 9449 section 4.2), and RS256 no longer for anything new (FAPI 2.0). */
export const dpopAlgorithms: readonly SigningAlgorithm[] = ["ES256", "PS256", "EdDSA"];

/** The request that a proof is held against. */
export interface DpopChecks {
  readonly method: string;
  /** Each address at which the request could have come to us, by our own word and never by its Host. */
  readonly urls: readonly string[];
  /** The access token that came with it; null where there is none to come, as at the token endpoint. */
  readonly accessToken: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The error of the endpoint, which is told in private what is wrong with the proof. */
  readonly refuse: (reason: string) => OAuthError;
}

/** A proof that holds, except that nobody has looked yet whether it was sent before. */
export interface DpopProof {
  /** Thumbprint of its key (RFC 7638), to which tokens are bound. */
  readonly jkt: string;
  /** Tells it from every other proof. */
  readonly key: string;
  /** From then on it would be refused as too old. */
  readonly expiresAt: number;
  readonly nonce: string | undefined;
}

const MAX_LENGTH = 8 * 1024;
/** A proof is made for one request, and on its way for seconds. */
const MAX_AGE_SECONDS = 60;
/** How far the client's clock may be ahead (FAPI 2.0 Security Profile section 5.3.2.1 wants 10 s at least). */
const AHEAD_SECONDS = 10;

/** RFC 7518 section 6: what a key has that must not leave its owner. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/**
 * Checks a DPoP proof (RFC 9449 section 4.3). It is signed by the key that it brings along: who sends a token bound to that key
 * shows with it that the key is theirs.
 * @throws OAuthError of `refuse`
 */
export async function checkDpopProof(proof: string, checks: DpopChecks): Promise<DpopProof> {
  const { accessToken, refuse } = checks;
  // Two DPoP headers arrive as one with a comma in it, which no JWT has.
  const { header, claims } = (proof.length > MAX_LENGTH ? undefined : decodeClientJwt(proof)) ?? {};
  if (header === undefined || claims === undefined) throw refuse("not one JWT of at most 8 KB");
  const { typ, jwk } = header;
  if (typ !== "dpop+jwt") throw refuse("typ is not dpop+jwt");
  const alg = dpopAlgorithms.find((known) => namesOf(known).includes(String(header["alg"])));
  if (alg === undefined) throw refuse("signed with an algorithm that is not allowed here");
  // Both change how it is read (RFC 7515 section 4.1.11, RFC 7797), and we know no extension.
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) throw refuse("an extension in the header");
  const { jti, expiresAt, ath, nonce } = checkClaims(claims, checks);
  if (accessToken !== null && !sameText(ath, await sha256(accessToken)))
    throw refuse("ath is not the hash of the access token");

  if (!isObject(jwk)) throw refuse("jwk is not a key");
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) throw refuse("jwk is a private key");
  const key = jwkFits(jwk, alg) ? await findPublicKey(jwk, alg) : undefined;
  if (key === undefined) throw refuse(`jwk is not a key for ${alg}`);
  await compactVerify(proof, key, { algorithms: namesOf(alg) }).catch(() => {
    throw refuse("the signature is not by the key in jwk");
  });
  const jkt = await calculateJwkThumbprint(jwk as JWK);
  return { jkt, key: await sha256(`dpop_proof\0${jkt}\0${jti}`), expiresAt, nonce };
}

function checkClaims(
  { jti, htm, htu, iat, ath = "", nonce }: JsonObject,
  { method, urls, now, refuse }: DpopChecks,
): { readonly jti: string; readonly expiresAt: number; readonly ath: string; readonly nonce: string | undefined } {
  if (typeof jti !== "string" || jti.length < 1 || jti.length > 256) throw refuse("jti is not a string of 1 to 256 characters");
  if (htm !== method) throw refuse("htm is another method");
  const target = typeof htu === "string" ? normalUrl(htu) : undefined;
  if (target === undefined || !urls.some((url) => normalUrl(url) === target)) throw refuse("htu is another address");
  const seconds = now / 1000;
  if (typeof iat !== "number" || !Number.isFinite(iat)) throw refuse("iat is not a time");
  if (iat > seconds + AHEAD_SECONDS) throw refuse("iat is in the future");
  if (iat + MAX_AGE_SECONDS <= seconds) throw refuse(`older than ${MAX_AGE_SECONDS} s`);
  if (typeof ath !== "string") throw refuse("ath is not a string");
  if (nonce !== undefined && typeof nonce !== "string") throw refuse("nonce is not a string");
  return { jti, expiresAt: Math.ceil((iat + MAX_AGE_SECONDS) * 1000), ath, nonce };
}

/**
 * The address in its normal form (RFC 3986 sections 6.2.2 and 6.2.3), without query and fragment, which a proof does not cover;
 * undefined for what is none.
 */
function normalUrl(text: string): string | undefined {
  if (!/^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(text);
  if (username !== "" || password !== "") return undefined;
  const path = pathname.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
  });
  return `${protocol}//${host}${path}`;
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
