import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import type { AuthorizationRequest, Client, ResponseTarget } from "../model.ts";
import { findRedirectUri } from "../rules/redirectUri.ts";
import { findResponseMode } from "../rules/responseMode.ts";

/** Where an answer to these parameters goes; undefined unless their redirect URI is the client's. */
export function findTarget(parameters: Parameters, client: Client): ResponseTarget | undefined {
  const { redirect_uris, application_type, response_modes } = client.metadata;
  const redirectUri = findRedirectUri(parameters.find("redirect_uri") ?? "", redirect_uris, application_type);
  if (redirectUri === undefined) return undefined;
  // An error about the mode itself can only go back in a mode that the client knows.
  const responseMode = findResponseMode(parameters.find("response_mode"), client) ?? response_modes?.[0] ?? "query";
  return { client, redirectUri, responseMode, state: parameters.find("state") ?? null };
}

/**
 * That the redirect URI of a request which was checked a while ago is the client's still: one that fell into other hands is taken
 * back, and nothing must go there from then on.
 * @throws OAuthError invalid_request, which is shown here
 */
export function checkStillRegistered({ metadata }: Client, { redirectUri }: AuthorizationRequest): void {
  if (findRedirectUri(redirectUri, metadata.redirect_uris, metadata.application_type) === undefined)
    throw new OAuthError("invalid_request", "The service has no longer registered the address that you would go back to.");
}

/** Where the answer to a checked request goes. */
export const targetOf = (client: Client, { redirectUri, responseMode, state }: AuthorizationRequest): ResponseTarget => ({
  client,
  redirectUri,
  responseMode,
  state,
});

/** Does the work, and lets its errors go back to the service, if it is known where to; our own failures are shown here. */
export async function withTarget<T>(target: ResponseTarget | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status >= 500 || target === undefined) throw error;
    throw error.with({ redirect: target });
  }
}
