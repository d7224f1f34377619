import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { type Parameters, parseForm } from "../http/form.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { Authorization, Client, GrantType } from "../model.ts";
import { authenticateClient } from "./clientAuthentication.ts";
import { authorizationCode } from "./grants/authorizationCode.ts";
import { refreshToken } from "./grants/refreshToken.ts";
import { issue, prepareToIssue } from "./issue.ts";

/** What a grant type adds to the pipeline: from the request and its client to what may be issued. */
export type Grant = (form: Parameters, client: Client, deps: Deps) => Promise<Authorization>;

const grants: Readonly<Record<GrantType, Grant>> = { authorization_code: authorizationCode, refresh_token: refreshToken };

/** The grant types of `grants`, in the order that the metadata lists them. */
export const grantTypes = Object.keys(grants) as readonly GrantType[];

/** The token endpoint (RFC 6749 section 3.2): parse, authenticate the client, redeem its grant, issue. */
export const token: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const asked = form.load("grant_type");
  const client = await authenticateClient(request, form, deps);
  const grantType = grantTypes.find((known) => known === asked);
  if (grantType === undefined) throw new OAuthError("unsupported_grant_type", "This grant_type is not supported here.");
  if (!client.metadata.grant_types.includes(grantType))
    throw new OAuthError("unauthorized_client", "The client is not registered for this grant_type.");
  await prepareToIssue(deps, client);
  return json(await issue(deps, await grants[grantType](form, client, deps)));
};
