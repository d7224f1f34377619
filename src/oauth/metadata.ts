import type { Deps } from "../config.ts";
import type { Endpoint } from "../http/respond.ts";
import { loadJwks } from "../keyring.ts";
import { languages } from "../messages/languages.ts";
import type { Resource } from "../model.ts";
import { acrValuesSupported } from "../rules/acr.ts";
import { authorizationDetailsTypes } from "../rules/authorizationDetails.ts";
import { personalClaims } from "../rules/claims.ts";
import { grantManagementActions } from "../rules/grantManagement.ts";
import { responseModes } from "../rules/responseMode.ts";
import { grantManagementScopes, identityScopes } from "../rules/scope.ts";
import { loadResources } from "../store/resources.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { dpopAlgorithms } from "../tokens/dpop.ts";
import { contentEncryptions, encryptionAlgorithms } from "../tokens/encrypt.ts";
import { secretAlgorithms } from "./clientAssertion.ts";
import { authenticationMethods } from "./clientAuthentication.ts";
import { grantTypes } from "./token.ts";

/** How long anybody may keep the metadata and the keys. A new key stands in the JWKS for days before it signs. */
const CACHE_SECONDS = 300;

/** Authorization server metadata (RFC 8414 section 2) and OpenID provider metadata (Discovery 1.0 section 3): one document. */
export const metadata: Endpoint = async (_request, deps) => {
  const { issuer } = deps.config;
  // What developers define works without standing here: else anybody could make the document longer than others read.
  const resources = (await loadResources(deps)).filter(({ ownerId }) => ownerId === null);
  return published({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    ...machineEndpoints(issuer),
    ...(deps.config.registration === "off" ? {} : { registration_endpoint: `${issuer}/register` }),
    end_session_endpoint: `${issuer}/logout`,
    grant_management_actions_supported: grantManagementActions,
    grant_management_action_required: false,
    authorization_details_types_supported: authorizationDetailsTypes(resources),
    // RFC 9728 section 4: what names us as its authorization server is named by us in turn.
    protected_resources: resources.map(({ identifier }) => identifier),
    jwks_uri: `${issuer}/jwks`,
    client_id_metadata_document_supported: deps.config.clientIdMetadataDocuments,
    grant_types_supported: grantTypes,
    authorization_grant_profiles_supported: ["urn:ietf:params:oauth:grant-profile:id-jag"],
    scopes_supported: scopesSupported(resources),
    ...authentication(deps),
    ...requests(deps),
    ...answers,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    claims_supported: [...ownClaims, ...personalClaims],
    claim_types_supported: ["normal"],
    ui_locales_supported: Object.keys(languages),
    ...mutualTls(deps),
  });
};

/** Claims of ID tokens that are not about the person. */
const ownClaims = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];

/** Where clients authenticate or show a token; with a certificate they do so at a host of its own (RFC 8705 section 5). */
const machineEndpoints = (origin: string) => ({
  token_endpoint: `${origin}/token`,
  revocation_endpoint: `${origin}/revoke`,
  introspection_endpoint: `${origin}/introspect`,
  pushed_authorization_request_endpoint: `${origin}/par`,
  device_authorization_endpoint: `${origin}/device_authorization`,
  userinfo_endpoint: `${origin}/userinfo`,
  grant_management_endpoint: `${origin}/grants`,
});

/** The methods at each endpoint; those by certificate only where Cloudflare asks for one. */
function authentication({ config }: Deps) {
  const usable = authenticationMethods.filter((method) => config.mtlsOrigin !== null || !method.includes("tls_client_auth"));
  const algs = [...algorithms, ...secretAlgorithms];
  return {
    token_endpoint_auth_methods_supported: ["none", ...usable],
    token_endpoint_auth_signing_alg_values_supported: algs,
    revocation_endpoint_auth_methods_supported: ["none", ...usable],
    revocation_endpoint_auth_signing_alg_values_supported: algs,
    introspection_endpoint_auth_methods_supported: usable,
    introspection_endpoint_auth_signing_alg_values_supported: algs,
  };
}

const requests = ({ config }: Deps) => ({
  response_types_supported: ["code"],
  response_modes_supported: responseModes,
  code_challenge_methods_supported: ["S256"],
  prompt_values_supported: ["none", "login", "consent", "select_account"],
  acr_values_supported: acrValuesSupported,
  claims_parameter_supported: true,
  require_pushed_authorization_requests: config.requirePushedAuthorizationRequests,
  request_parameter_supported: true,
  request_uri_parameter_supported: true,
  require_request_uri_registration: true,
  request_object_signing_alg_values_supported: algorithms,
});

const encryption = (name: string) => ({
  [`${name}_encryption_alg_values_supported`]: encryptionAlgorithms,
  [`${name}_encryption_enc_values_supported`]: contentEncryptions,
});

const answers = {
  authorization_response_iss_parameter_supported: true,
  subject_types_supported: ["public", "pairwise"],
  id_token_signing_alg_values_supported: algorithms,
  ...encryption("id_token"),
  userinfo_signing_alg_values_supported: algorithms,
  ...encryption("userinfo"),
  authorization_signing_alg_values_supported: algorithms,
  ...encryption("authorization"),
  introspection_signing_alg_values_supported: algorithms,
  ...encryption("introspection"),
};

const mutualTls = ({ config: { mtlsOrigin } }: Deps) =>
  mtlsOrigin === null
    ? {}
    : { tls_client_certificate_bound_access_tokens: true, mtls_endpoint_aliases: machineEndpoints(mtlsOrigin) };

/** Without full access: some clients ask for all that is on this list, and nobody should ask for that because it is there. */
function scopesSupported(resources: readonly Resource[]): readonly string[] {
  const defined = resources.flatMap(({ scopes }) => scopes);
  const owned = defined.filter(({ access }) => access !== "full").map(({ name }) => name);
  return [...identityScopes, ...grantManagementScopes, ...owned];
}

/** The JWK Set (RFC 7517 section 5). */
export const jwks: Endpoint = async (_request, deps) => published(await loadJwks(deps));

/** A document that is the same for everybody and says nothing of the request, so that any cache may keep it. */
const published = (body: unknown): Response =>
  Response.json(body, {
    headers: { "Cache-Control": `public, max-age=${CACHE_SECONDS}`, "X-Content-Type-Options": "nosniff" },
  });
