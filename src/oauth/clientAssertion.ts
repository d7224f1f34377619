import type { Deps } from "../config.ts";
import type { AssertionAlgorithm, Client, Use } from "../model.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { checkAssertion } from "../tokens/assertion.ts";
import { checkClientJwt, type FindClientKeys } from "../tokens/clientJwt.ts";
import { openSecretKeys } from "../tokens/clientSecret.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findClientKeys } from "./clientKeys.ts";
import { invalidClient } from "./presentedClient.ts";

/** The `typ` of a client assertion, which drafts name in two ways, and which older clients leave out or call JWT. */
const types = ["client-authentication+jwt", "oauth-client-auth+jwt", "jwt", undefined];

export const secretAlgorithms: readonly AssertionAlgorithm[] = ["HS256", "HS384", "HS512"];

/**
 * Checks a client assertion (RFC 7523 section 3; FAPI 2.0 Security Profile section 5.3.2.1) against the one key or secret that the
 * client registered.
 * @returns its `jti`, to be used up with the request's own work
 * @throws OAuthError invalid_client
 */
export async function checkClientAssertion(assertion: string, client: Client, deps: Deps): Promise<Use> {
  const { issuer } = deps.config;
  const { token_endpoint_auth_method, token_endpoint_auth_signing_alg, accept_token_endpoint_audience } = client.metadata;
  const isSecret = token_endpoint_auth_method === "client_secret_jwt";
  const possible = isSecret ? secretAlgorithms : algorithms;
  const { claims } = await checkClientJwt(assertion, {
    types,
    algorithms: possible.filter((alg) => (token_endpoint_auth_signing_alg ?? alg) === alg),
    findKeys: isSecret ? findSecrets(client, deps) : findClientKeys(deps, client),
    refuse: invalidClient,
  });
  const { jti, expiresAt } = checkAssertion(claims, {
    clientId: client.clientId,
    audiences: accept_token_endpoint_audience ? [issuer, `${issuer}/token`] : [issuer],
    now: deps.now(),
    refuse: invalidClient,
  });
  return { kind: "client_assertion", key: await sha256(`client_assertion\0${client.clientId}\0${jti}`), expiresAt };
}

/** The live secrets as keys; there are two at most, while one replaces the other. */
const findSecrets =
  (client: Client, deps: Deps): FindClientKeys =>
  async (_kid, alg) => {
    const live = client.secrets.filter(({ expiresAt }) => expiresAt === null || deps.now() < expiresAt);
    return openSecretKeys(deps, live, alg);
  };
