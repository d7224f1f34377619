import { OAuthError } from "../errors.ts";
import type { Client } from "../model.ts";

/**
 * The `code_challenge` of an authorization request (RFC 7636 section 4.3), S256 alone: without the method the specification
 * means plain, which we do not have.
 * @returns null for a confidential client that is exempted and sent none
 * @throws OAuthError invalid_request
 */
export function checkCodeChallenge(challenge: string | undefined, method: string | undefined, client: Client): string | null {
  if (challenge === undefined) {
    if (method !== undefined) throw new OAuthError("invalid_request", "code_challenge_method came without a code_challenge.");
    if (client.metadata.require_pkce) throw new OAuthError("invalid_request", "code_challenge is missing: PKCE is required.");
    return null;
  }
  if (method !== "S256") throw new OAuthError("invalid_request", "code_challenge_method must be S256.");
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw new OAuthError("invalid_request", "code_challenge must be the 43 characters of a SHA-256 in base64url.");
  return challenge;
}

/** Whether the text can be a `code_verifier` (RFC 7636 section 4.1). */
export const isCodeVerifier = (text: string): boolean => /^[A-Za-z0-9\-._~]{43,128}$/.test(text);
