import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { type Parameters, parseForm } from "../http/form.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { AuthorizationRequest, Client, FamilyId } from "../model.ts";
import { withNote } from "../rules/developerNote.ts";
import { findPushedRequest, keepPushedRequest } from "../store/pushedRequests.ts";
import { newId } from "../tokens/id.ts";
import { parseAuthorizationRequest } from "./authorizationRequest.ts";
import { authenticateClient, type Caller } from "./clientAuthentication.ts";
import { resolveRequestObject } from "./requestObject.ts";
import { findDpopProof } from "./senderConstraint.ts";

const PREFIX = "urn:ietf:params:oauth:request_uri:";

/** Whether a `request_uri` is the name of a pushed request, and no address. */
export const isPushed = (requestUri: string | undefined): requestUri is string => requestUri?.startsWith(PREFIX) ?? false;

/**
 * The pushed authorization request endpoint (RFC 9126): checks a request as /authorize would, before any browser is involved, and
 * keeps it. A DPoP proof binds the code to its key (RFC 9449 section 10.1).
 */
export const pushRequest: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const caller = await authenticateClient(request, form, deps);
  return withNote(caller.client, () => push(request, form, caller, deps));
};

async function push(request: Request, form: Parameters, caller: Caller, deps: Deps): Promise<Response> {
  if (form.find("request_uri") !== undefined)
    throw new OAuthError("invalid_request", "A pushed request has no request_uri: it gets one.");
  const { jkt, once } = await findDpopProof(request, deps, caller.once);
  const parameters = await resolveRequestObject(form, caller.client, deps);
  const parsed = await parseAuthorizationRequest(parameters, caller.client, deps);
  if (jkt !== null && parsed.dpopJkt !== null && parsed.dpopJkt !== jkt)
    throw new OAuthError("invalid_request", "dpop_jkt is not the key of the DPoP proof.");
  const id = newId(deps);
  const { pushedRequestSeconds } = deps.config;
  const expiresAt = deps.now() + pushedRequestSeconds * 1000;
  await keepPushedRequest(deps, { id, request: { ...parsed, dpopJkt: jkt ?? parsed.dpopJkt }, expiresAt }, once);
  return json({ request_uri: PREFIX + id, expires_in: pushedRequestSeconds }, 201);
}

/**
 * The pushed request of that name. What else stands in the query is not looked at.
 * @throws OAuthError invalid_request_uri for one that is not this client's, has expired or has yielded its code
 */
export async function loadPushedRequest(
  requestUri: string,
  client: Client,
  deps: Deps,
): Promise<{ readonly id: FamilyId; readonly request: AuthorizationRequest }> {
  const id = requestUri.slice(PREFIX.length);
  const found = await findPushedRequest(deps, id, client.clientId);
  if (found === undefined || found.used)
    throw new OAuthError(
      "invalid_request_uri",
      "This request was answered before, or has expired. Go back to the service and start again.",
    );
  return { id, request: found.request };
}
