import type { Deps } from "../config.ts";
import { type ErrorCode, OAuthError } from "../errors.ts";
import { Parameters } from "../http/form.ts";
import { fetchPublic } from "../http/outgoing.ts";
import type { Client } from "../model.ts";
import { checkRequestObject, parametersIn } from "../rules/requestObject.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { checkClientJwt, decodeClientJwt, MAX_JWT_LENGTH } from "../tokens/clientJwt.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findClientKeys } from "./clientKeys.ts";

/** Older clients leave the type out, or call it JWT. */
const types = ["oauth-authz-req+jwt", "jwt", undefined];
const DEADLINE_SECONDS = 5;

/**
 * The parameters that count: those of the signed request object (RFC 9101, OpenID Connect Core 6) where there is one, of which
 * none outside it is looked at, else those of the request itself.
 * @throws OAuthError invalid_request_object, invalid_request_uri, invalid_request, request_not_supported
 */
export async function resolveRequestObject(parameters: Parameters, client: Client, deps: Deps): Promise<Parameters> {
  const [request, requestUri] = [parameters.find("request"), parameters.find("request_uri")];
  if (request !== undefined && requestUri !== undefined)
    throw new OAuthError("invalid_request", "A request has request or request_uri, not both.");
  if (request !== undefined) return open(request, "request_not_supported", client, deps);
  if (requestUri !== undefined) return open(await load(requestUri, client, deps), "request_uri_not_supported", client, deps);
  if (client.metadata.require_signed_request_object)
    throw new OAuthError("invalid_request_object", "The client is registered to send signed request objects only.");
  return parameters;
}

/** @param unsigned the error of OpenID Connect Core 3.1.2.6 for a kind of object that we do not support */
async function open(object: string, unsigned: ErrorCode, client: Client, deps: Deps): Promise<Parameters> {
  if (decodeClientJwt(object)?.header["alg"] === "none")
    throw new OAuthError(unsigned, "A request object must be signed.", { reason: "a request object with alg none" });
  const refuse = (reason: string) => new OAuthError("invalid_request_object", "The request object is not valid.", { reason });
  const { request_object_signing_alg: registered, require_signed_request_object: strict = false } = client.metadata;
  const { claims } = await checkClientJwt(object, {
    types,
    algorithms: algorithms.filter((alg) => (registered ?? alg) === alg),
    findKeys: findClientKeys(deps, client),
    refuse,
  });
  checkRequestObject(claims, { clientId: client.clientId, issuer: deps.config.issuer, strict, now: deps.now(), refuse });
  const values = parametersIn(claims);
  for (const text of [...values.values()].flat())
    if (text.includes("\0") || !text.isWellFormed()) throw refuse("a parameter holds what no text does");
  return new Parameters(values);
}

/** The object at an address that the client registered, with its hash if it registered that too (OpenID Connect Core 6.2). */
async function load(requestUri: string, client: Client, deps: Deps): Promise<string> {
  const refuse = (reason: string) => new OAuthError("invalid_request_uri", "The request_uri cannot be used.", { reason });
  const registered = client.metadata.request_uris ?? [];
  const [address = "", hash] = requestUri.split("#");
  if (!registered.includes(requestUri)) throw refuse("not a registered request_uri");
  const limits = { maxBytes: MAX_JWT_LENGTH, seconds: DEADLINE_SECONDS };
  const { status, text } = await fetchPublic(deps, address, limits).catch((error: unknown) => {
    throw refuse(error instanceof Error ? error.message : String(error));
  });
  if (status !== 200) throw refuse(`it answered ${status}`);
  if (hash !== undefined && hash !== (await sha256(text))) throw refuse("its content is not what the fragment says");
  return text.trim();
}
