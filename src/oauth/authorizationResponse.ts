import type { Deps } from "../config.ts";
import { errorPage } from "../http/errorPage.tsx";
import { formPostPage } from "../http/formPostPage.tsx";
import { answer, type Endpoint, person, redirect } from "../http/respond.ts";
import { wayToService } from "../http/wayOut.tsx";
import type { ResponseMode, ResponseTarget } from "../model.ts";
import { leavesByItself } from "../rules/returnPlace.ts";
import { loadEncryptionKey } from "./clientKeys.ts";
import { protect, protectionOf } from "./protectedAnswer.ts";

type Parameters = Readonly<Record<string, string>>;

/** How long a signed response is good for (JARM section 2.1): no longer than it takes a browser to bring it. */
const JARM_SECONDS = 300;

/** The authorization endpoint: its errors go back to the service once its redirect URI has been checked, and are a page before. */
export const browserFlow =
  (endpoint: Endpoint): Endpoint =>
  (request, deps) =>
    answer(endpoint, request, deps, (error, id) => {
      const { code, description, redirect: target } = error;
      if (target === undefined) return errorPage(deps, request, error, id);
      const parameters = { error: code, error_description: description };
      // An endpoint of its own: where there is no key to protect the response with, that is a page.
      return person(async () => {
        if (leavesByItself(target.client, target.redirectUri, code))
          return authorizationResponse(request, deps, target, parameters);
        const sent = await sentParameters(deps, target, parameters);
        const location = isForm(target.responseMode) ? undefined : locationOf(target, sent);
        return errorPage(deps, request, error, id, wayToService(target.redirectUri, sent, location));
      })(request, deps);
    });

/**
 * The authorization response (RFC 6749 section 4.1.2, RFC 9207) with `state` and `iss`, in the response mode of its request.
 * @param parameters a code, or an error
 */
export async function authorizationResponse(
  request: Request,
  deps: Deps,
  target: ResponseTarget,
  parameters: Parameters,
): Promise<Response> {
  const { client, redirectUri, responseMode } = target;
  const sent = await sentParameters(deps, target, parameters);
  if (isForm(responseMode))
    return formPostPage(request, deps, { serviceName: client.metadata.client_name, redirectUri, parameters: sent });
  return redirect(locationOf(target, sent));
}

async function sentParameters(deps: Deps, target: ResponseTarget, parameters: Parameters): Promise<Parameters> {
  const all = { ...parameters, ...(target.state === null ? {} : { state: target.state }), iss: deps.config.issuer };
  return isProtected(target.responseMode) ? { response: await signed(deps, target, all) } : all;
}

/** An own, empty fragment keeps the browser from carrying the one of our URL over to the service (RFC 9700 section 4.1.1). */
const locationOf = ({ redirectUri }: ResponseTarget, sent: Parameters): string =>
  `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${new URLSearchParams(sent)}#`;

const isForm = (mode: ResponseMode): boolean => mode === "form_post" || mode === "form_post.jwt";

/** Loads what the response will be encrypted to. It comes before a code is made: the client would never get to see it. */
export async function prepareResponse(deps: Deps, { client, responseMode }: ResponseTarget): Promise<void> {
  const { authorization_encrypted_response_alg: alg } = client.metadata;
  if (isProtected(responseMode) && alg !== undefined) await loadEncryptionKey(deps, client, alg);
}

const isProtected = (mode: ResponseMode): boolean => mode === "query.jwt" || mode === "form_post.jwt";

/** The parameters as claims of a JWT for the client (JARM section 2.1). */
function signed(deps: Deps, { client }: ResponseTarget, parameters: Parameters): Promise<string> {
  const {
    authorization_signed_response_alg: alg,
    authorization_encrypted_response_alg: encryptedAlg,
    authorization_encrypted_response_enc: enc,
  } = client.metadata;
  const iat = Math.floor(deps.now() / 1000);
  const claims = { aud: client.clientId, iat, exp: iat + JARM_SECONDS, ...parameters };
  return protect(deps, client, claims, "JWT", protectionOf(alg, encryptedAlg, enc));
}
