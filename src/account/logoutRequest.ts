import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { findHintKey } from "../keyring.ts";
import type { Client, ClientId } from "../model.ts";
import { parseUiLocales } from "../rules/language.ts";
import { findClient } from "../store/clients.ts";
import { findHint, type Hint } from "../tokens/idToken.ts";
import { seal, unseal } from "../tokens/secret.ts";

const MAX_STATE = 4096;

/** A checked logout request: the redirect URI, where there is one, is the client's own. */
export interface LogoutRequest {
  readonly client: Client | null;
  readonly redirectUri: string | null;
  readonly state: string | null;
  /** What the client calls the person whom it asks to sign out. */
  readonly subjectHint: string | null;
  readonly uiLocales: readonly string[];
}

/** Where the browser goes once the session is over; sealed into the form, so that nobody changes it on the way. */
interface Return {
  readonly clientId: ClientId;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly startedAt: number;
}

/**
 * Parses a logout request (OpenID Connect RP-Initiated Logout 1.0 section 2). Every error is shown here, since nothing in a faulty
 * request may say where the browser goes. `logout_hint` is taken and changes nothing.
 * @throws OAuthError invalid_request
 */
export async function parseLogoutRequest(parameters: Parameters, deps: Deps): Promise<LogoutRequest> {
  const hint = await parseHint(parameters.find("id_token_hint"), deps);
  const clientId = parameters.find("client_id") ?? hint?.clientId;
  if (hint !== undefined && clientId !== hint.clientId)
    throw new OAuthError("invalid_request", "The id_token_hint was issued to another service than the one in client_id.");
  const client = clientId === undefined ? null : ((await findClient(deps, clientId)) ?? null);
  if (clientId !== undefined && client === null)
    throw new OAuthError(
      "invalid_request",
      "The service that sent you here is not registered with us: its client_id is unknown.",
    );
  const state = parameters.find("state") ?? null;
  if (state !== null && state.length > MAX_STATE)
    throw new OAuthError("invalid_request", `The parameter state is longer than ${MAX_STATE} characters.`);
  const redirectUri = checkReturn(parameters.find("post_logout_redirect_uri"), client);
  return {
    client,
    redirectUri,
    state,
    subjectHint: hint?.subject ?? null,
    uiLocales: parseUiLocales(parameters.find("ui_locales")),
  };
}

/** An ID token of any age: a person may have stayed at the service for longer than it lived (section 2). */
async function parseHint(hint: string | undefined, deps: Deps): Promise<Hint | undefined> {
  if (hint === undefined) return undefined;
  const found = await findHint(hint, { issuer: deps.config.issuer, findKey: findHintKey(deps) });
  if (found !== undefined) return found;
  throw new OAuthError("invalid_request", "id_token_hint is not an ID token that we issued.");
}

/** The URI, compared character by character (section 3). Without a client nobody vouches for it, and it leads nowhere. */
function checkReturn(requested: string | undefined, client: Client | null): string | null {
  if (requested === undefined || client === null) return null;
  if (client.metadata.post_logout_redirect_uris?.includes(requested)) return requested;
  throw new OAuthError("invalid_request", "The post_logout_redirect_uri is not one that this service has registered.", {
    reason: `post_logout_redirect_uri ${JSON.stringify(requested.slice(0, 200))} for client ${client.clientId}`,
  });
}

/** The hidden field `logout`; null where the browser stays with us. */
export const sealReturn = async (deps: Deps, { client, redirectUri, state }: LogoutRequest): Promise<string | null> =>
  client === null || redirectUri === null
    ? null
    : seal(
        deps,
        "logout",
        JSON.stringify({ clientId: client.clientId, redirectUri, state, startedAt: deps.now() } satisfies Return),
      );

/** Where the form leads: the place at the service, if the form is not too old and it is still the service's, or else undefined. */
export async function findReturn(deps: Deps, sealed: string | undefined): Promise<string | undefined> {
  const text = sealed === undefined ? undefined : await unseal(deps, "logout", sealed);
  if (text === undefined) return undefined;
  const { clientId, redirectUri, state, startedAt } = JSON.parse(text) as Return;
  if (deps.now() >= startedAt + deps.config.interactionSeconds * 1000) return undefined;
  const client = await findClient(deps, clientId);
  return client?.metadata.post_logout_redirect_uris?.includes(redirectUri) ? withState(redirectUri, state) : undefined;
}

/** The URI as it is registered, with `state` as it was sent (section 3). */
export const withState = (redirectUri: string, state: string | null): string =>
  state === null ? redirectUri : `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${new URLSearchParams({ state })}`;
