import type { Deps } from "../config.ts";
import { sha256, toBase64url } from "./encoding.ts";

/** The prefixes let scanners of leaked secrets find them. */
const PREFIX = "csm_";
const INITIAL_PREFIX = "csi_";
const BYTES = 32;

/** A new registration access token (RFC 7592 section 1.2): what its client is told, and what is kept of it. */
export const mintRegistrationToken = (deps: Deps): Promise<MintedToken> => mint(deps, PREFIX);

/** A new initial access token (RFC 7591 section 3): what whoever asked for it is told once, and what is kept of it. */
export const mintInitialAccessToken = (deps: Deps): Promise<MintedToken> => mint(deps, INITIAL_PREFIX);

interface MintedToken {
  readonly token: string;
  /** In base64url. */
  readonly sha256: string;
}

async function mint(deps: Deps, prefix: string): Promise<MintedToken> {
  const token = prefix + toBase64url(deps.random(BYTES));
  return { token, sha256: await sha256(token) };
}
