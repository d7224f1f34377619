import type { AuthorizationServer, Client } from "oauth4webapi";
import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
import type { Directory } from "../store/directories.ts";
import { sha256, toBase64url } from "../tokens/encoding.ts";
import { sealJourney } from "./journey.ts";
import { loadProvider } from "./provider.ts";

/** A sign-in at a directory that is about to begin. */
export interface Departure {
  readonly continue: string | undefined;
  readonly to: string | undefined;
  /** The address that was typed, which the directory need not ask for again. */
  readonly loginHint: string | undefined;
  readonly linkTo: UserId | null;
  /** Whether an open session at the directory does not suffice. */
  readonly prompts: "login" | "select_account" | null;
  /** How old the sign-in there may be at most. */
  readonly maxAgeSeconds: number | null;
  /** Whether it counts for nothing if it is older, or if the directory does not say. */
  readonly isStrict: boolean;
}

const SECRET_BYTES = 32;

/** Where our browser comes back to; what an operator writes down at the directory. */
export const callbackOf = ({ config }: Deps, directoryId: string): string =>
  `${config.issuer}/sign-in/work/${directoryId}/callback`;

/**
 * The authorization request to the directory (OpenID Connect Core 3.1.2.1, with PKCE), and what the browser has to keep to come back.
 * @throws DirectoryFailure unavailable, misconfigured
 */
export async function beginAt(
  deps: Deps,
  directory: Directory,
  departure: Departure,
): Promise<{ readonly location: string; readonly sealed: string }> {
  const { server, client } = await loadProvider(deps, directory);
  const [random, nonce, verifier] = [1, 2, 3].map(() => toBase64url(deps.random(SECRET_BYTES))) as [string, string, string];
  const { continue: going, to, linkTo } = departure;
  const { sealed, state } = await sealJourney(deps, {
    directoryId: directory.id,
    state: random,
    nonce,
    verifier,
    startedAt: deps.now(),
    maxAgeSeconds: departure.isStrict ? departure.maxAgeSeconds : null,
    continue: going,
    to,
    linkTo,
  });
  const challenge = await sha256(verifier);
  const location = requestOf(deps, { server, client, directory, departure, state, nonce, challenge });
  return { location, sealed };
}

const ANY_AGE_SECONDS = 30 * 24 * 3600;
const AUTH_TIME = JSON.stringify({ id_token: { auth_time: { essential: true } } });

interface Request {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly directory: Directory;
  readonly departure: Departure;
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
}

function requestOf(deps: Deps, { server, client, directory, departure, state, nonce, challenge }: Request): string {
  const { loginHint, prompts, maxAgeSeconds } = departure;
  const url = new URL(server.authorization_endpoint ?? "");
  const parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: callbackOf(deps, directory.id),
    scope: ["openid", "profile", "email", ...(directory.settings.scopes ?? [])].join(" "),
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...(prompts === null ? {} : { prompt: promptOf(server, prompts) }),
    // Many say when somebody signed in only if they are asked: by a `max_age`, however long, or by name (OpenID Connect Core 2, 5.5).
    max_age: String(maxAgeSeconds ?? ANY_AGE_SECONDS),
    claims: AUTH_TIME,
    // Google's, which leaves everybody else's accounts out of its choice; the claim is what counts.
    ...(directory.settings.requires?.["hd"] === undefined ? {} : { hd: directory.settings.requires["hd"] }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Entra ID and Google, which do not list the prompts that they know, know this one; others refuse a request for one that they do not. */
const KNOWS_SELECT_ACCOUNT =
  /^https:\/\/(?:login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)|accounts\.google\.com)(?:\/|$)/;

/** Who signs in anew can choose an account as well. */
function promptOf({ issuer, prompt_values_supported: known }: AuthorizationServer, prompt: "login" | "select_account"): string {
  const knows = Array.isArray(known) ? known.includes("select_account") : KNOWS_SELECT_ACCOUNT.test(issuer);
  return prompt === "select_account" && !knows ? "login" : prompt;
}
