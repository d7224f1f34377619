import type { SigningKey } from "./accessToken.ts";
import { signAnswer } from "./signedAnswer.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** Short, as it is sent at once and makes nothing happen later; each attempt has one of its own (section 2.4 advises two minutes). */
const LIFETIME_SECONDS = 120;

/** What a logout token says: whose session is over, and at which client. */
export interface LoggedOut {
  readonly issuer: string;
  readonly clientId: string;
  readonly subject: string;
  readonly sid: string;
  /** The same at each attempt, so that a client that was told already knows it. */
  readonly jti: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). It has no nonce, so that it never passes for an ID token. */
export function signLogoutToken(key: SigningKey, { issuer, clientId, subject, sid, jti, at }: LoggedOut): Promise<string> {
  const issuedAt = Math.floor(at / 1000);
  const claims = { iss: issuer, sub: subject, aud: clientId, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS, jti, sid };
  return signAnswer(key, { ...claims, events: { [EVENT]: {} } }, "logout+jwt");
}
