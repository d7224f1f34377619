import { compactVerify, decodeJwt, SignJWT } from "jose";
import { algorithms, type FindKey, type SigningKey } from "./accessToken.ts";
import { toBase64url, toUtf8 } from "./encoding.ts";

/** The claims of an ID token (OpenID Connect Core 2), times in seconds; `at_hash` is added at signing. */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time: number;
  readonly acr: string;
  readonly amr: string[];
  readonly nonce?: string;
  readonly [claim: string]: unknown;
}

/** An ID token bound to the access token beside it (`at_hash`, OpenID Connect Core 3.1.3.6). */
export async function signIdToken(key: SigningKey, claims: IdTokenClaims, accessToken: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", toUtf8(accessToken)));
  return new SignJWT({ ...claims, at_hash: toBase64url(digest.subarray(0, digest.length / 2)) })
    .setProtectedHeader({ alg: key.alg, typ: "JWT", kid: key.kid })
    .sign(key.privateKey);
}

/**
 * The subject of an `id_token_hint` (OpenID Connect Core 3.1.2.1): an ID token that we issued to this client, expired or not.
 * Undefined for anything else.
 */
export async function findHintedSubject(
  hint: string,
  expected: { readonly issuer: string; readonly clientId: string; readonly findKey: FindKey },
): Promise<string | undefined> {
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
    const ours = protectedHeader.typ === "JWT" && claims.iss === expected.issuer && claims.aud === expected.clientId;
    return ours ? claims.sub : undefined;
  } catch {
    return undefined;
  }
}
