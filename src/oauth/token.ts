import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { type Parameters, parseForm } from "../http/form.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { Authorization, Client, Confirmation, GrantType, Once, Whereabouts } from "../model.ts";
import { withNote } from "../rules/developerNote.ts";
import { authenticateClient, type Caller } from "./clientAuthentication.ts";
import { authorizationCode } from "./grants/authorizationCode.ts";
import { clientCredentials } from "./grants/clientCredentials.ts";
import { deviceCode } from "./grants/deviceCode.ts";
import { jwtBearer } from "./grants/jwtBearer.ts";
import { refreshToken } from "./grants/refreshToken.ts";
import { tokenExchange } from "./grants/tokenExchange.ts";
import { issue, prepareToIssue, type TokenResponse } from "./issue.ts";
import { findSender } from "./senderConstraint.ts";

/** A token request whose client and whose proof of possession have been checked. */
export interface TokenRequest {
  readonly form: Parameters;
  readonly client: Client;
  /** The key that the access token will be bound to; null for a bearer token. */
  readonly confirmation: Confirmation | null;
  readonly whereabouts: Whereabouts;
  readonly once: Once;
}

/** What a grant type adds to the pipeline: from the request and its client to what may be issued. */
export type Grant = (request: TokenRequest, deps: Deps) => Promise<Authorization>;

const grants: Readonly<Record<GrantType, Grant>> = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
  "urn:ietf:params:oauth:grant-type:token-exchange": tokenExchange,
  "urn:ietf:params:oauth:grant-type:device_code": deviceCode,
  "urn:ietf:params:oauth:grant-type:jwt-bearer": jwtBearer,
};

/** The grant types of `grants`, in the order that the metadata lists them. */
export const grantTypes = Object.keys(grants) as readonly GrantType[];

/** The token endpoint (RFC 6749 section 3.2): parse, authenticate the client, check its proof, redeem its grant, issue. */
export const token: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const asked = form.load("grant_type");
  const caller = await authenticateClient(request, form, deps);
  return json(await withNote(caller.client, () => grantTokens(request, form, asked, caller, deps)));
};

async function grantTokens(
  request: Request,
  form: Parameters,
  asked: string,
  caller: Caller,
  deps: Deps,
): Promise<TokenResponse> {
  const { client } = caller;
  const grantType = grantTypes.find((known) => known === asked);
  if (grantType === undefined) throw new OAuthError("unsupported_grant_type", "This grant_type is not supported here.");
  if (!client.metadata.grant_types.includes(grantType))
    throw new OAuthError("unauthorized_client", "The client is not registered for this grant_type.");
  const { confirmation, once } = await findSender(request, caller, deps);
  await prepareToIssue(deps, client);
  const authorization = await grants[grantType](
    { form, client, confirmation, whereabouts: whereaboutsOf(request), once },
    deps,
  );
  return issue(deps, authorization);
}
