import { dpopAlgorithms } from "../tokens/dpop.ts";
import { isMetadataRequest } from "./metadataUrl.ts";
import { misconfigured } from "./misconfigured.ts";
import type { ResourceServer } from "./resourceServer.ts";

/** What a resource server tells clients of itself, beyond what its options say already. */
export interface ResourceDescription {
  /** For people. */
  readonly name?: string | undefined;
  /** Those that a client should ask for to begin with. Not all that there are: what else an operation needs, its challenge says. */
  readonly scopes?: readonly string[] | undefined;
  /** Types of `authorization_details` (RFC 9396). */
  readonly authorizationDetailsTypes?: readonly string[] | undefined;
  /** A page for developers. */
  readonly documentation?: string | undefined;
  /** A page on what clients may do with the data. */
  readonly policyUri?: string | undefined;
  readonly tosUri?: string | undefined;
  /** Tokens that are bound to a client certificate are accepted (RFC 8705): the connection asks for one. */
  readonly certificateBoundTokens?: boolean | undefined;
}

/** Protected resource metadata (RFC 9728 section 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly string[];
  readonly resource_name?: string;
  readonly resource_documentation?: string;
  readonly resource_policy_uri?: string;
  readonly resource_tos_uri?: string;
  readonly tls_client_certificate_bound_access_tokens?: true;
  readonly authorization_details_types_supported?: readonly string[];
  readonly dpop_signing_alg_values_supported: readonly string[];
  readonly dpop_bound_access_tokens_required?: true;
}

/** As long as this anybody may keep the document. */
const CACHE_SECONDS = 300;

const METHODS = "GET, HEAD, OPTIONS";

/**
 * The document by which a client that knows nothing but this server's address learns where to get a token for it.
 * @throws OAuthError server_error for `offline_access` among the scopes: that is between a client and the authorization server
 */
export function protectedResourceMetadata(
  { audience, issuer, dpopRequired }: ResourceServer,
  description: ResourceDescription = {},
): ProtectedResourceMetadata {
  const { name, scopes, authorizationDetailsTypes, documentation, policyUri, tosUri, certificateBoundTokens } = description;
  if (scopes?.includes("offline_access")) throw misconfigured("offline_access is no scope of a resource");
  return {
    resource: audience,
    authorization_servers: [issuer],
    ...(scopes === undefined ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
    ...(name === undefined ? {} : { resource_name: name }),
    ...(documentation === undefined ? {} : { resource_documentation: documentation }),
    ...(policyUri === undefined ? {} : { resource_policy_uri: policyUri }),
    ...(tosUri === undefined ? {} : { resource_tos_uri: tosUri }),
    ...(certificateBoundTokens === true ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(authorizationDetailsTypes === undefined ? {} : { authorization_details_types_supported: authorizationDetailsTypes }),
    dpop_signing_alg_values_supported: dpopAlgorithms,
    ...(dpopRequired ? { dpop_bound_access_tokens_required: true } : {}),
  };
}

/**
 * The answer to a request for this server's metadata (RFC 9728 section 3), at `/.well-known/oauth-protected-resource`, with the
 * path of the audience after it or without. Scripts of every origin may read it, and any cache may keep it.
 * @returns undefined for a request to anywhere else
 */
export function metadataResponse(
  request: Request,
  resourceServer: ResourceServer,
  description: ResourceDescription = {},
): Response | undefined {
  if (!isMetadataRequest(request.url, resourceServer.audience)) return undefined;
  const body = JSON.stringify(protectedResourceMetadata(resourceServer, description));
  const anyOrigin = { "Access-Control-Allow-Origin": "*" };
  if (request.method === "GET" || request.method === "HEAD")
    return new Response(request.method === "GET" ? body : null, {
      headers: {
        ...anyOrigin,
        "Content-Type": "application/json",
        "Cache-Control": `public, max-age=${CACHE_SECONDS}`,
        "X-Content-Type-Options": "nosniff",
      },
    });
  if (request.method === "OPTIONS")
    return new Response(null, {
      status: 204,
      headers: {
        ...anyOrigin,
        "Access-Control-Allow-Methods": METHODS,
        // Clients of the Model Context Protocol send it along.
        "Access-Control-Allow-Headers": "MCP-Protocol-Version",
        "Access-Control-Max-Age": "86400",
      },
    });
  const refusal = { error: "method_not_allowed", error_description: `This address answers to ${METHODS} only.` };
  return Response.json(refusal, { status: 405, headers: { ...anyOrigin, Allow: METHODS, "Cache-Control": "no-store" } });
}
