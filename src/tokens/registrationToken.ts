import type { Deps } from "../config.ts";
import { sha256, toBase64url } from "./encoding.ts";

/** The prefix lets scanners of leaked secrets find them; those of initial access tokens begin with `csi_`. */
const PREFIX = "csm_";
const BYTES = 32;

/** A new registration access token (RFC 7592 section 1.2): what its client is told, and what is kept of it. */
export async function mintRegistrationToken(deps: Deps): Promise<{ readonly token: string; readonly sha256: string }> {
  const token = PREFIX + toBase64url(deps.random(BYTES));
  return { token, sha256: await sha256(token) };
}
