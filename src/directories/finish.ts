import {
  AuthorizationResponseError,
  authorizationCodeGrantRequest,
  getValidatedIdTokenClaims,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  ResponseBodyError,
  skipAuthTimeCheck,
  type TokenEndpointResponse,
  userInfoRequest,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from "oauth4webapi";
import type { Deps } from "../config.ts";
import type { JsonObject } from "../model.ts";
import { type DirectoryPerson, decidePerson, missingClaims, timesProblem } from "../rules/directoryPerson.ts";
import type { Directory } from "../store/directories.ts";
import { callbackOf } from "./begin.ts";
import type { Journey } from "./journey.ts";
import { DirectoryFailure, type DirectoryProblem } from "./problem.ts";
import { clientAuthOf, loadProvider, type Provider, reasonOf, through } from "./provider.ts";

export interface Arrived {
  /** As the ID token names it: of an issuer for many tenants, that of the one. */
  readonly issuer: string;
  readonly person: DirectoryPerson;
  /** When they signed in there, in milliseconds; absent for just now. */
  readonly authAt: number | undefined;
}

/** What the directory's answer to our request means (OpenID Connect Core 3.1.2.6); whatever else it is, it did not let them in. */
const answers: Readonly<Partial<Record<string, DirectoryProblem>>> = {
  access_denied: "denied",
  login_required: "not_signed_in",
  interaction_required: "not_signed_in",
  consent_required: "not_signed_in",
  account_selection_required: "not_signed_in",
  temporarily_unavailable: "unavailable",
  server_error: "unavailable",
};

/**
 * Takes the person in who comes back from the directory: the response belongs to this journey and to this directory, the code is
 * exchanged, and the ID token is the directory's, for us, for this journey, and of now.
 * @throws DirectoryFailure
 */
export async function finishAt(
  deps: Deps,
  directory: Directory,
  journey: Journey,
  parameters: URLSearchParams,
): Promise<Arrived> {
  const provider = await loadProvider(deps, directory);
  const response = checkResponse(provider, journey, parameters);
  const { tokens, claims } = await exchange(deps, directory, provider, journey, response);
  const times = timesProblem(claims, { ...journey, now: deps.now() });
  if (times !== undefined) throw new DirectoryFailure(times, `exp, iat or auth_time of its ID token: ${times}`);
  const all = await withUserinfo(deps, directory, provider, tokens, claims);
  const decision = decidePerson(directory.settings, all);
  if (decision.kind === "wrong_tenant")
    throw new DirectoryFailure("wrong_tenant", `the claim ${decision.claim} is not the required one`);
  if (decision.kind === "no_subject") throw new DirectoryFailure("misconfigured", "the claim of the subject is missing");
  return { issuer: provider.server.issuer, person: decision.person, authAt: authAtOf(claims, journey, deps.now()) };
}

/** An open session at a directory that does not say how old it is proves nothing about who is at the browser just now. */
const UNKNOWN_AGE_SECONDS = 3600;

function authAtOf({ auth_time: signedIn }: JsonObject, { maxAgeSeconds }: Journey, now: number): number | undefined {
  // Whole seconds of another clock: what was asked to be fresh, and is, would else look older than its request.
  if (maxAgeSeconds !== null) return undefined;
  return typeof signedIn === "number" ? signedIn * 1000 : now - UNKNOWN_AGE_SECONDS * 1000;
}

/** `iss` (RFC 9207) is looked at before anything else of the response, an error included. */
function checkResponse({ server, client }: Provider, { state }: Journey, parameters: URLSearchParams): URLSearchParams {
  try {
    return validateAuthResponse(server, client, parameters, state);
  } catch (error) {
    if (error instanceof AuthorizationResponseError)
      throw new DirectoryFailure(answers[error.error] ?? "misconfigured", `it answered ${error.error.slice(0, 100)}`);
    throw new DirectoryFailure("untrusted", `its response: ${reasonOf(error)}`);
  }
}

async function exchange(
  deps: Deps,
  directory: Directory,
  { server, client }: Provider,
  { nonce, verifier }: Journey,
  parameters: URLSearchParams,
): Promise<{ readonly tokens: TokenEndpointResponse; readonly claims: JsonObject }> {
  const authenticate = await clientAuthOf(deps, directory, server);
  const redirectUri = callbackOf(deps, directory.id);
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    authenticate,
    parameters,
    redirectUri,
    verifier,
    through(deps),
  ).catch((error) => {
    throw new DirectoryFailure("unavailable", `its token endpoint: ${reasonOf(error)}`);
  });
  if (response.status >= 500) throw new DirectoryFailure("unavailable", `its token endpoint answered ${response.status}`);
  try {
    const checks = { expectedNonce: nonce, maxAge: skipAuthTimeCheck, requireIdToken: true } as const;
    const tokens = await processAuthorizationCodeResponse(server, client, response, checks);
    await validateApplicationLevelSignature(server, response, through(deps));
    const claims = getValidatedIdTokenClaims(tokens);
    // The library looks at `azp` only where there are several audiences (OpenID Connect Core 3.1.3.7).
    if (claims === undefined || (claims.azp ?? client.client_id) !== client.client_id)
      throw new OperationProcessingError("no ID token, or one for another authorized party");
    return { tokens, claims };
  } catch (error) {
    throw new DirectoryFailure(problemOf(error), `its tokens: ${reasonOf(error)}`);
  }
}

/** A code that it does not know was spent or took too long; any other error is about us. */
function problemOf(error: unknown): DirectoryProblem {
  if (error instanceof ResponseBodyError) return error.error === "invalid_grant" ? "stale" : "misconfigured";
  const isLibrarys = error instanceof OperationProcessingError || (error as { code?: unknown } | null)?.code !== undefined;
  return isLibrarys ? "untrusted" : "unavailable";
}

/** Userinfo is asked only for what the ID token leaves out, and for the same person; of an address it must then vouch itself. */
async function withUserinfo(
  deps: Deps,
  { settings }: Directory,
  { server, client }: Provider,
  tokens: TokenEndpointResponse,
  claims: JsonObject,
): Promise<JsonObject> {
  if (server.userinfo_endpoint === undefined || missingClaims(settings, claims).length === 0) return claims;
  try {
    const response = await userInfoRequest(server, client, tokens.access_token, through(deps));
    const userinfo: JsonObject = await processUserInfoResponse(server, client, String(claims["sub"]), response);
    const { email_verified: vouched, xms_edov: owned, ...rest } = userinfo;
    const hasAddress = claims[settings.claims?.email ?? "email"] !== undefined;
    return { ...rest, ...(hasAddress ? {} : { email_verified: vouched, xms_edov: owned }), ...claims };
  } catch (error) {
    throw new DirectoryFailure("unavailable", `its userinfo endpoint: ${reasonOf(error)}`);
  }
}
