import { findRequestingClient } from "../clients/document.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { findHintKey } from "../keyring.ts";
import type { AuthorizationRequest, Client, Prompt, ResponseTarget } from "../model.ts";
import { parseClaims } from "../rules/claims.ts";
import { noteFor, redirectUriNote } from "../rules/developerNote.ts";
import { parseGrantManagement } from "../rules/grantManagement.ts";
import { parseUiLocales } from "../rules/language.ts";
import { checkCodeChallenge } from "../rules/pkce.ts";
import { findResponseMode } from "../rules/responseMode.ts";
import { toUtf8 } from "../tokens/encoding.ts";
import { findHintedSubject } from "../tokens/idToken.ts";
import { parseRequestedAccess } from "./requestedAccess.ts";
import { findTarget, withTarget } from "./responseTarget.ts";

const MAX_TEXT = 4096;
/** What was asked travels on in `continue`, a third longer: a URL of 16 KB is the most that the platform takes. */
export const MAX_REQUEST = 10 * 1024;
const prompts: readonly Prompt[] = ["none", "login", "consent", "select_account"];

/**
 * The client that an authorization request names.
 * @throws OAuthError invalid_request without a redirect: there is nobody yet whom the error could go back to; what is wrong with the
 * document of a client that has one
 */
export async function loadRequestingClient(parameters: Parameters, request: Request, deps: Deps): Promise<Client> {
  const client = await findRequestingClient(deps, parameters.load("client_id"), request);
  if (client !== undefined) return client;
  throw new OAuthError(
    "invalid_request",
    "The service that sent you here is not registered with us: its client_id is unknown.",
  );
}

/**
 * Parses an authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 3.1.2.1), wherever its parameters come from: the
 * query, a form, a request object. Until its redirect URI is known to be the client's an error is shown here; from then on it
 * goes back to the service.
 * @throws OAuthError with a redirect, once there is one that was checked
 */
export async function parseAuthorizationRequest(
  parameters: Parameters,
  client: Client,
  deps: Deps,
): Promise<AuthorizationRequest> {
  const requested = parameters.load("redirect_uri");
  const target = findTarget(parameters, client);
  if (target === undefined)
    throw new OAuthError("invalid_request", "The redirect_uri is not one that this service has registered.", {
      reason: `redirect_uri ${JSON.stringify(requested.slice(0, 200))} for client ${client.clientId}`,
      forDeveloper: noteFor(client, redirectUriNote(requested, client.metadata.redirect_uris)),
    });
  return withTarget(target, async () => checkSize(await parseRest(parameters, deps, target)));
}

/** A query is never too long by then; a pushed request or an object may be. */
function checkSize(request: AuthorizationRequest): AuthorizationRequest {
  if (toUtf8(JSON.stringify(request)).length > MAX_REQUEST)
    throw new OAuthError("invalid_request", "The authorization request is longer than 10 KB.");
  return request;
}

async function parseRest(parameters: Parameters, deps: Deps, target: ResponseTarget): Promise<AuthorizationRequest> {
  const { client, redirectUri, responseMode, state } = target;
  if (findResponseMode(parameters.find("response_mode"), client) === undefined)
    throw new OAuthError("invalid_request", "The response_mode is not supported, or not registered for this client.");
  // A browser writes every line break of a form as CR LF, so that the state could not go back as it was sent.
  if (responseMode === "form_post" && /[\r\n]/.test(state ?? ""))
    throw new OAuthError("invalid_request", "With response_mode=form_post the state cannot hold a line break.");
  if (parameters.find("registration") !== undefined)
    throw new OAuthError("registration_not_supported", "The parameter registration is not supported.");
  if (parameters.load("response_type") !== "code")
    throw new OAuthError("unsupported_response_type", "response_type must be code.");
  if (!client.metadata.grant_types.includes("authorization_code"))
    throw new OAuthError("unauthorized_client", "The client is not registered for the authorization code grant.");

  const access = await parseRequestedAccess(parameters, client, deps);
  const prompt = parsePrompt(parameters.find("prompt"));
  const claims = parameters.find("claims");
  return {
    clientId: client.clientId,
    redirectUri,
    responseMode,
    state: checkLength("state", state),
    ...access,
    codeChallenge: checkCodeChallenge(parameters.find("code_challenge"), parameters.find("code_challenge_method"), client),
    dpopJkt: parseJkt(parameters.find("dpop_jkt")),
    nonce: checkLength("nonce", parameters.find("nonce") ?? null),
    prompt,
    maxAgeSeconds: parseMaxAge(parameters.find("max_age")) ?? client.metadata.default_max_age ?? null,
    ...localesOf(parameters.find("ui_locales")),
    acrValues: words(parameters.find("acr_values")) ?? client.metadata.default_acr_values ?? [],
    loginHint: checkLength("login_hint", parameters.find("login_hint") ?? null),
    subjectHint: await parseHint(parameters.find("id_token_hint"), client, deps),
    claims: claims === undefined ? null : parseClaims(claims),
    grantManagement: parseGrantManagement(parameters.find("grant_management_action"), parameters.find("grant_id"), client),
  };
}

function parseJkt(jkt: string | undefined): string | null {
  if (jkt !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(jkt))
    throw new OAuthError("invalid_request", "dpop_jkt must be the 43 characters of a SHA-256 in base64url.");
  return jkt ?? null;
}

function localesOf(text: string | undefined): Pick<AuthorizationRequest, "uiLocales"> {
  const uiLocales = parseUiLocales(text);
  return uiLocales.length === 0 ? {} : { uiLocales };
}

const words = (text: string | undefined): readonly string[] | undefined =>
  text === undefined ? undefined : [...new Set(text.split(" ").filter((word) => word !== ""))];

function parsePrompt(text: string | undefined): readonly Prompt[] {
  const known = (words(text) ?? []).map((word) => prompts.find((prompt) => prompt === word));
  if (known.includes(undefined)) throw new OAuthError("invalid_request", "The parameter prompt holds an unknown value.");
  if (known.includes("none") && known.length > 1)
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
  const expected = { issuer: deps.config.issuer, clientId: client.clientId, findKey: findHintKey(deps) };
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
