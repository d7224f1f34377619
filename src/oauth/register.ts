import { refreshLogo } from "../clients/logo.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { parseJson } from "../http/json.ts";
import { checkLimits, networkLimits } from "../http/rateLimit.ts";
import type { Endpoint } from "../http/respond.ts";
import { countAttempt } from "../store/attempts.ts";
import { findInitialAccessToken, type InitialAccessToken, permitOf } from "../store/initialAccessTokens.ts";
import { insertClient } from "../store/registry.ts";
import { mintClientSecret } from "../tokens/clientSecret.ts";
import { sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { mintRegistrationToken } from "../tokens/registrationToken.ts";
import { clientInformation } from "./clientInformation.ts";
import { loadMetadata } from "./registrationRequest.ts";
import { findBearer, refuseToken } from "./registrationToken.ts";

/** A registration that nobody vouched for ends after this, unless a person has approved it before. */
const UNUSED_SECONDS = 30 * 24 * 3600;
/** Whoever registers waits meanwhile. */
const LOGO_SECONDS = 3;

/**
 * The client registration endpoint (RFC 7591 section 3; OpenID Connect Dynamic Client Registration section 3). With an initial
 * access token a registration lasts, and may have what the token vouches for; without one it is counted, and expires unused.
 * @throws OAuthError invalid_token, slow_down, invalid_redirect_uri, invalid_client_metadata, invalid_software_statement,
 * unapproved_software_statement
 */
export const registerClient: Endpoint = async (request, deps) => {
  const token = await admit(request, deps);
  const vouched = { grantTypes: token?.grantTypes ?? [], scopes: token?.scopes ?? [] };
  const metadata = await loadMetadata(deps, await parseJson(request), { vouched, privileges: {} });
  const createdAt = deps.now();
  const method = metadata.token_endpoint_auth_method;
  const minted = method.startsWith("client_secret_") ? await mintClientSecret(deps, method) : undefined;
  const management = await mintRegistrationToken(deps);
  const clientId = newId(deps);
  const client = {
    clientId,
    metadata,
    secrets: minted === undefined ? [] : [minted.kept],
    publisher: null,
    origin: "registration",
    ownerId: null,
    createdAt,
    registrationTokenSha256: management.sha256,
    ...(token === null ? { expiresAt: createdAt + UNUSED_SECONDS * 1000 } : {}),
  } as const;
  const permit = token === null ? undefined : permitOf(token, createdAt);
  if ((await insertClient(deps, client, clientId, permit)) === undefined) throw refuseToken("used up by another registration");
  if (metadata.logo_uri !== undefined) await refreshLogo(deps, client, LOGO_SECONDS);
  return clientInformation(deps, client, { token: management.token, secret: minted?.secret }, 201);
};

/** Who may register: null for a stranger where strangers may, of whom there may be so many from one network. */
async function admit(request: Request, deps: Deps): Promise<InitialAccessToken | null> {
  const mode = deps.config.registration;
  if (mode === "off") throw new OAuthError("not_found", "Clients cannot register here.");
  const sent = findBearer(request);
  if (sent !== undefined) {
    const token = await findInitialAccessToken(deps, await sha256(sent));
    if (token === undefined) throw refuseToken("not an initial access token, or one that is used up or expired");
    return token;
  }
  if (mode === "closed") throw refuseToken();
  const limits = await networkLimits("registration", request);
  checkLimits(limits, await countAttempt(deps, limits), deps.now(), "registrations from this network");
  return null;
}
