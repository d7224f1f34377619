import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { findOwnKey } from "../keyring.ts";
import type { AuthorizationRequest, Client, ErrorRedirect, Prompt } from "../model.ts";
import { parseClaims } from "../rules/claims.ts";
import { checkCodeChallenge } from "../rules/pkce.ts";
import { findRedirectUri } from "../rules/redirectUri.ts";
import { checkResources, checkScopes, parseScope } from "../rules/scope.ts";
import { findClient } from "../store/clients.ts";
import { loadResources } from "../store/resources.ts";
import { findHintedSubject } from "../tokens/idToken.ts";

const MAX_TEXT = 4096;
const prompts: readonly Prompt[] = ["none", "login", "consent", "select_account"];

/** Parameters of specifications that we do not follow here, and the error that each has of its own. */
const unsupported = {
  request: "request_not_supported",
  request_uri: "request_uri_not_supported",
  registration: "registration_not_supported",
} as const;

/**
 * Parses an authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 3.1.2.1). Until the client and its redirect URI
 * are known to belong together an error is shown here; from then on it goes back to the service.
 * @throws OAuthError with a redirect, once there is one that was checked
 */
export async function parseAuthorizationRequest(
  parameters: Parameters,
  deps: Deps,
): Promise<{ readonly client: Client; readonly request: AuthorizationRequest }> {
  const client = await findClient(deps, parameters.load("client_id"));
  if (client === undefined)
    throw new OAuthError(
      "invalid_request",
      "The service that sent you here is not registered with us: its client_id is unknown.",
    );
  const requested = parameters.load("redirect_uri");
  const { redirect_uris, application_type } = client.metadata;
  const redirectUri = findRedirectUri(requested, redirect_uris, application_type);
  if (redirectUri === undefined)
    throw new OAuthError("invalid_request", "The redirect_uri is not one that this service has registered.", {
      reason: `redirect_uri ${JSON.stringify(requested.slice(0, 200))} for client ${client.clientId}`,
    });
  const redirect = { redirectUri, state: parameters.find("state") ?? null };
  try {
    return { client, request: await parseRest(parameters, deps, client, redirect) };
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status >= 500) throw error;
    throw new OAuthError(error.code, error.description, { ...(error.reason ? { reason: error.reason } : {}), redirect });
  }
}

async function parseRest(
  parameters: Parameters,
  deps: Deps,
  client: Client,
  { redirectUri, state }: ErrorRedirect,
): Promise<AuthorizationRequest> {
  for (const [name, code] of Object.entries(unsupported))
    if (parameters.find(name) !== undefined) throw new OAuthError(code, `The parameter ${name} is not supported.`);
  if (parameters.load("response_type") !== "code")
    throw new OAuthError("unsupported_response_type", "response_type must be code.");
  if (!client.metadata.grant_types.includes("authorization_code"))
    throw new OAuthError("unauthorized_client", "The client is not registered for the authorization code grant.");
  if ((parameters.find("response_mode") ?? "query") !== "query")
    throw new OAuthError("invalid_request", "response_mode must be query.");

  const registered = await loadResources(deps);
  const scopes = parseScopes(parameters, client);
  checkScopes(scopes, client, registered);
  const prompt = parsePrompt(parameters.find("prompt"));
  const claims = parameters.find("claims");
  return {
    clientId: client.clientId,
    redirectUri,
    state: checkLength("state", state),
    scopes,
    resources: checkResources(parameters.all("resource"), scopes, registered, deps.config.issuer),
    codeChallenge: checkCodeChallenge(parameters.find("code_challenge"), parameters.find("code_challenge_method"), client),
    nonce: checkLength("nonce", parameters.find("nonce") ?? null),
    prompt,
    maxAgeSeconds: parseMaxAge(parameters.find("max_age")) ?? client.metadata.default_max_age ?? null,
    loginHint: checkLength("login_hint", parameters.find("login_hint") ?? null),
    subjectHint: await parseHint(parameters.find("id_token_hint"), client, deps),
    claims: claims === undefined ? null : parseClaims(claims),
  };
}

/** The scopes asked for, or those that the client registered. offline_access means nothing to a client that cannot refresh. */
function parseScopes(parameters: Parameters, client: Client): readonly string[] {
  const scopes = parseScope(parameters.find("scope") ?? client.metadata.scope ?? "");
  if (scopes.length === 0) throw new OAuthError("invalid_scope", "The parameter scope is missing.");
  const refreshes = client.metadata.grant_types.includes("refresh_token");
  return refreshes ? scopes : scopes.filter((scope) => scope !== "offline_access");
}

function parsePrompt(text: string | undefined): readonly Prompt[] {
  const words = [...new Set((text ?? "").split(" ").filter((word) => word !== ""))];
  const known = words.map((word) => prompts.find((prompt) => prompt === word));
  if (known.includes(undefined)) throw new OAuthError("invalid_request", "The parameter prompt holds an unknown value.");
  if (words.includes("none") && words.length > 1)
    throw new OAuthError("invalid_request", "prompt=none cannot stand beside another value.");
  return known as readonly Prompt[];
}

function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new OAuthError("invalid_request", "max_age must be a number of seconds.");
  return Number(text);
}

async function parseHint(hint: string | undefined, client: Client, deps: Deps): Promise<string | null> {
  if (hint === undefined) return null;
  const expected = { issuer: deps.config.issuer, clientId: client.clientId, findKey: findOwnKey(deps) };
  const subject = await findHintedSubject(hint, expected);
  if (subject === undefined)
    throw new OAuthError("invalid_request", "id_token_hint is not an ID token that we issued to this client.");
  return subject;
}

function checkLength(name: string, value: string | null): string | null {
  if (value !== null && value.length > MAX_TEXT)
    throw new OAuthError("invalid_request", `The parameter ${name} is longer than ${MAX_TEXT} characters.`);
  return value;
}
