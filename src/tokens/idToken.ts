import { compactVerify, decodeJwt, SignJWT } from "jose";
import { OAuthError } from "../errors.ts";
import type { ClientId } from "../model.ts";
import { algorithms, type FindKey, type SigningKey } from "./accessToken.ts";
import { sha256, toBase64url, toUtf8 } from "./encoding.ts";

/** The claims of an ID token (OpenID Connect Core 2), times in seconds; `at_hash` is added at signing. */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr: string[];
  /** Of the session, by `sessionSid`. */
  readonly sid: string;
  readonly nonce?: string;
  readonly [claim: string]: unknown;
}

/**
 * What a client calls the session in which it got its ID token (`sid`, OpenID Connect Front-Channel Logout section 3): a name
 * that clients cannot compare with one another, and from which nobody comes to the session.
 */
export const sessionSid = async (sessionId: string, clientId: ClientId): Promise<string> =>
  (await sha256(`sid\0${sessionId}\0${clientId}`)).slice(0, 22);

/** The hash that goes with a signature (OpenID Connect Core 3.1.3.6): SHA-512 with Ed25519, SHA-256 with the others. */
const hashOf = (alg: SigningKey["alg"]): string => (alg === "EdDSA" ? "SHA-512" : "SHA-256");

/** An ID token bound to the access token beside it (`at_hash`, OpenID Connect Core 3.1.3.6). */
export async function signIdToken(key: SigningKey, claims: IdTokenClaims, accessToken: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest(hashOf(key.alg), toUtf8(accessToken)));
  return new SignJWT({ ...claims, at_hash: toBase64url(digest.subarray(0, digest.length / 2)) })
    .setProtectedHeader({ alg: key.alg, typ: "JWT", kid: key.kid })
    .sign(key.privateKey);
}

/** What an `id_token_hint` tells: to whom it was issued, and about whom. */
export interface Hint {
  readonly clientId: ClientId;
  readonly subject: string;
}

/**
 * The subject of an `id_token_hint` (OpenID Connect Core 3.1.2.1): an ID token that we issued to this client, expired or not.
 * Undefined for anything else.
 */
export async function findHintedSubject(
  hint: string,
  { clientId, ...expected }: { readonly issuer: string; readonly clientId: ClientId; readonly findKey: FindKey },
): Promise<string | undefined> {
  const found = await findHint(hint, expected);
  return found?.clientId === clientId ? found.subject : undefined;
}

/**
 * An `id_token_hint` of whichever client (RP-Initiated Logout 1.0 section 2), expired or not; undefined unless we issued it.
 * @throws whatever `findKey` throws, such as that D1 does not answer: then nobody can tell
 */
export async function findHint(
  hint: string,
  expected: { readonly issuer: string; readonly findKey: FindKey },
): Promise<Hint | undefined> {
  try {
    const { protectedHeader } = await compactVerify(
      hint,
      async ({ kid, alg }) => {
        const algorithm = algorithms.find((known) => known === alg);
        const key = kid === undefined || algorithm === undefined ? undefined : await expected.findKey(kid, algorithm);
        if (key === undefined) throw new Error("no such key");
        return key;
      },
      { algorithms: [...algorithms] },
    );
    const claims = decodeJwt(hint);
    const { iss, aud: clientId, sub: subject, exp } = claims;
    // Our signed userinfo has the same type, issuer and audience, and never an end.
    const ours = protectedHeader.typ === "JWT" && iss === expected.issuer && exp !== undefined;
    return ours && typeof clientId === "string" && subject !== undefined ? { clientId, subject } : undefined;
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    return undefined;
  }
}
