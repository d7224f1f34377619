import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { Parameters } from "../http/form.ts";
import { fetchPublic } from "../http/outgoing.ts";
import type { Client } from "../model.ts";
import { checkRequestObject, parametersIn } from "../rules/requestObject.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { checkClientJwt, findUnsecured, MAX_JWT_LENGTH } from "../tokens/clientJwt.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findClientKeys } from "./clientKeys.ts";

/** Older clients leave the type out, or call it JWT. */
const types = ["oauth-authz-req+jwt", "jwt", undefined];
const DEADLINE_SECONDS = 5;

/**
 * The parameters that count: those of the signed request object (RFC 9101, OpenID Connect Core 6) where there is one, of which
 * none outside it is looked at, else those of the request itself.
 * @throws OAuthError invalid_request_object, invalid_request_uri, invalid_request
 */
export async function resolveRequestObject(parameters: Parameters, client: Client, deps: Deps): Promise<Parameters> {
  const [request, requestUri] = [parameters.find("request"), parameters.find("request_uri")];
  if (request !== undefined && requestUri !== undefined)
    throw new OAuthError("invalid_request", "A request has request or request_uri, not both.");
  if (request !== undefined) return open(request, client, deps);
  if (requestUri !== undefined) return open(await load(requestUri, client, deps), client, deps);
  if (client.metadata.require_signed_request_object)
    throw new OAuthError("invalid_request", "The client is registered to send signed request objects only.");
  return parameters;
}

/**
 * One with alg none is as bad as any with a wrong signature (RFC 9101 section 6.2), save of a client that may send its parameters
 * unsigned anyway and is registered as one of those of OpenID Connect Core 6.1 and 15.2.
 */
async function open(object: string, client: Client, deps: Deps): Promise<Parameters> {
  const refuse = (reason: string) => new OAuthError("invalid_request_object", "The request object is not valid.", { reason });
  const { request_object_signing_alg: registered, require_signed_request_object: strict = false } = client.metadata;
  const mayBeUnsigned = client.metadata.accept_unsigned_request_object && registered === undefined && !strict;
  const unsigned = mayBeUnsigned ? findUnsecured(object) : undefined;
  const { claims } =
    unsigned === undefined
      ? await checkClientJwt(object, {
          types,
          algorithms: algorithms.filter((alg) => (registered ?? alg) === alg),
          findKeys: findClientKeys(deps, client),
          refuse,
        })
      : { claims: unsigned };
  checkRequestObject(claims, { clientId: client.clientId, issuer: deps.config.issuer, strict, now: deps.now(), refuse });
  const values = parametersIn(claims);
  for (const text of [...values.values()].flat())
    if (text.includes("\0") || !text.isWellFormed()) throw refuse("a parameter holds what no text does");
  return new Parameters(values);
}

/**
 * The object at an address that the client registered. A fragment that it registered too is the object's hash; another says no
 * more than that an older copy is stale, of which we keep none (OpenID Connect Core 6.2).
 */
async function load(requestUri: string, client: Client, deps: Deps): Promise<string> {
  const refuse = (reason: string) => new OAuthError("invalid_request_uri", "The request_uri cannot be used.", { reason });
  const registered = client.metadata.request_uris ?? [];
  const [address = "", hash] = requestUri.split("#");
  const isPinned = hash !== undefined && registered.includes(requestUri);
  if (!isPinned && !registered.includes(address)) throw refuse("not a registered request_uri");
  const limits = { maxBytes: MAX_JWT_LENGTH, seconds: DEADLINE_SECONDS };
  const { status, text } = await fetchPublic(deps, address, limits).catch((error: unknown) => {
    throw refuse(error instanceof Error ? error.message : String(error));
  });
  if (status !== 200) throw refuse(`it answered ${status}`);
  if (isPinned && hash !== (await sha256(text))) throw refuse("its content is not what the fragment says");
  return text.trim();
}
