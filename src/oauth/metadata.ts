import type { Deps } from "../config.ts";
import type { Endpoint } from "../http/respond.ts";
import { loadJwks } from "../keyring.ts";
import { personalClaims } from "../rules/claims.ts";
import { identityScopes } from "../rules/scope.ts";
import { loadResources } from "../store/resources.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { grantTypes } from "./token.ts";

/** How long anybody may keep the metadata and the keys. A new key stands in the JWKS for days before it signs. */
const CACHE_SECONDS = 300;

const authenticationMethods = ["client_secret_basic", "client_secret_post"];

/** Authorization server metadata (RFC 8414 section 2) and OpenID provider metadata (Discovery 1.0 section 3): one document. */
export const metadata: Endpoint = async (_request, deps) => {
  const { issuer } = deps.config;
  return published({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: await scopesSupported(deps),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: grantTypes,
    token_endpoint_auth_methods_supported: ["none", ...authenticationMethods],
    revocation_endpoint_auth_methods_supported: ["none", ...authenticationMethods],
    introspection_endpoint_auth_methods_supported: authenticationMethods,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: algorithms,
    prompt_values_supported: ["none", "login", "consent", "select_account"],
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", ...personalClaims],
    claim_types_supported: ["normal"],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    ui_locales_supported: ["en"],
  });
};

async function scopesSupported(deps: Deps): Promise<readonly string[]> {
  const owned = (await loadResources(deps)).flatMap((resource) => resource.scopes.map(({ name }) => name));
  return [...identityScopes, ...owned];
}

/** The JWK Set (RFC 7517 section 5). */
export const jwks: Endpoint = async (_request, deps) => published(await loadJwks(deps));

/** A document that is the same for everybody and says nothing of the request, so that any cache may keep it. */
const published = (body: unknown): Response =>
  Response.json(body, {
    headers: { "Cache-Control": `public, max-age=${CACHE_SECONDS}`, "X-Content-Type-Options": "nosniff" },
  });
