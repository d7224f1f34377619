/**
 * `countersign/verify`: for servers that receive our access tokens. It needs fetch and WebCrypto, and nothing else of its
 * runtime. It knows no database and no router; what is Hono's stands in hono.ts.
 *
 *   const api = createResourceServer({ issuer: "https://id.example", audience: "https://api.example" });
 *   try {
 *     const claims = await checkRequest(request, api, "workitems.read");
 *   } catch (error) {
 *     return challenge(error, api);
 *   }
 */
export { type ErrorCode, OAuthError } from "../errors.ts";
export type { AccessTokenClaims, Actor, AuthorizationDetail } from "../model.ts";
export { isForClient } from "../tokens/accessToken.ts";
export { findAuthorizationDetails } from "./authorizationDetails.ts";
export { challenge } from "./challenge.ts";
export { checkRequest, checkToken } from "./check.ts";
export type { RevocationStore } from "./marks.ts";
export {
  metadataResponse,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  type ResourceDescription,
} from "./metadata.ts";
export type { Needs, TokenNeeds } from "./needs.ts";
export type { ProofStore } from "./proofs.ts";
export { createResourceServer, type ResourceServer, type ResourceServerOptions } from "./resourceServer.ts";
export type { SentToken } from "./sender.ts";
