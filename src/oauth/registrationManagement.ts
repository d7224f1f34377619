/** The client configuration endpoint (RFC 7592): a client that registered itself reads, replaces and ends its registration. */
import { refreshLogo } from "../clients/logo.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { parseJson } from "../http/json.ts";
import { checkLimits, limitOf } from "../http/rateLimit.ts";
import type { Endpoint } from "../http/respond.ts";
import type { Client, ClientMetadata, JsonObject } from "../model.ts";
import { vouchedGrantTypes } from "../rules/registration.ts";
import { privilegesOf } from "../rules/selfRegistered.ts";
import { countAttempt } from "../store/attempts.ts";
import { removeClient, updateClient } from "../store/registry.ts";
import { mintClientSecret } from "../tokens/clientSecret.ts";
import { sameText, sha256 } from "../tokens/encoding.ts";
import { clientInformation } from "./clientInformation.ts";
import { loadMetadata } from "./registrationRequest.ts";
import { loadRegistrant, refuseToken } from "./registrationToken.ts";

/** Whoever replaces a registration waits meanwhile. */
const LOGO_SECONDS = 3;

/** Ours to say, never the client's (RFC 7592 section 2.2). */
const ours = ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/** Section 2.1. A secret is not told again: we keep a hash of it. */
export const readRegistration: Endpoint = async (request, deps) => {
  const { client, token } = await loadRegistrant(request, deps);
  return clientInformation(deps, client, { token, secret: undefined });
};

/**
 * Section 2.2: what stands there is replaced whole, and a member that is left out goes back to its default. The secret and the
 * token stay, so that an answer that got lost locks nobody out; a secret is made where the new method needs one that there is not.
 */
export const replaceRegistration: Endpoint = async (request, deps) => {
  const { client, token, tokenSha256 } = await loadRegistrant(request, deps);
  const input = await parseJson(request);
  await checkIdentity(input, client);
  await countChange(deps, client);
  const { metadata: before } = client;
  const grantTypes = before.grant_types.filter((type) => vouchedGrantTypes.includes(type));
  const vouched = { grantTypes, scopes: before.scope?.split(" ") ?? [] };
  const metadata = await loadMetadata(deps, input, { vouched, privileges: privilegesOf(before) }, before);
  const { secrets, secret } = await secretsFor(deps, client, metadata);
  const guard = { origin: client.origin, registrationTokenSha256: tokenSha256, secrets: client.secrets };
  const changes = secrets === client.secrets ? { metadata } : { metadata, secrets };
  const replaced = await updateClient(deps, client.clientId, changes, client.clientId, guard);
  if (replaced === undefined) throw await lost(request, deps);
  if ((metadata.logo_uri ?? before.logo_uri) !== undefined) await refreshLogo(deps, replaced, LOGO_SECONDS);
  return clientInformation(deps, replaced, { token, secret });
};

/** A change that came too late: for a registration that has ended its token counts no more, and else it may be sent again. */
async function lost(request: Request, deps: Deps): Promise<OAuthError> {
  await loadRegistrant(request, deps);
  return new OAuthError("conflict", "Another request changed this registration meanwhile: read it, and send the change again.");
}

/** Section 2.3: the client ends, and with it all that it was ever given. */
export const endRegistration: Endpoint = async (request, deps) => {
  const { client, tokenSha256 } = await loadRegistrant(request, deps);
  const guard = { origin: client.origin, registrationTokenSha256: tokenSha256 };
  if (!(await removeClient(deps, client.clientId, client.clientId, guard)))
    throw refuseToken("the registration ended meanwhile");
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store", Pragma: "no-cache" } });
};

/** Each may leave a row in the log for a year, and have us ask hosts that the client names: neither goes on without end. */
async function countChange(deps: Deps, { clientId }: Client): Promise<void> {
  const limit = await limitOf("registration_change", clientId);
  checkLimits([limit], await countAttempt(deps, [limit]), deps.now(), "changes of this registration");
}

async function checkIdentity(input: JsonObject, { clientId, secrets }: Client): Promise<void> {
  const named = ours.find((name) => input[name] != null);
  if (named !== undefined) throw new OAuthError("invalid_request", `${named} is not for the client to say.`);
  if (input["client_id"] !== clientId)
    throw new OAuthError("invalid_request", "client_id is missing, or is not that of this registration.");
  const secret = input["client_secret"];
  if (secret == null) return;
  const digest = await sha256(String(secret));
  if (!secrets.some((known) => sameText(known.sha256, digest)))
    throw new OAuthError("invalid_request", "client_secret is not that of this registration.");
}

/** A client_secret_jwt client needs a secret that was sealed, and another method none that is; else the present ones stay. */
async function secretsFor(
  deps: Deps,
  { secrets }: Client,
  { token_endpoint_auth_method: method }: ClientMetadata,
): Promise<{ readonly secrets: Client["secrets"]; readonly secret: string | undefined }> {
  if (!method.startsWith("client_secret_")) return { secrets: secrets.length === 0 ? secrets : [], secret: undefined };
  const live = secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > deps.now());
  const usable = method === "client_secret_jwt" ? live.filter(({ sealed }) => sealed !== undefined) : live;
  if (usable.length > 0) return { secrets: usable.length === secrets.length ? secrets : usable, secret: undefined };
  const { secret, kept } = await mintClientSecret(deps, method);
  return { secrets: [kept], secret };
}
