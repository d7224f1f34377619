import { OAuthError } from "../errors.ts";
import { parseQuery } from "../http/form.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import { isStranger } from "../rules/returnPlace.ts";
import { findClient } from "../store/clients.ts";

const MAX_HINT = 256;
const MAX_TARGET = 2048;

/**
 * GET /initiate-login: starts a service from here (OpenID Connect Core section 4). The browser goes to the page that the service
 * registered, and nowhere else; `target_link_uri` and `login_hint` are passed on for the service to check.
 */
export const initiateLogin: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const client = await findClient(deps, parameters.load("client_id"));
  const uri = client?.metadata.initiate_login_uri;
  if (client === undefined || uri === undefined)
    throw new OAuthError("invalid_request", "There is no such service, or it cannot be opened from here.", {
      reason: client === undefined ? "unknown client_id" : `client ${client.clientId} has no initiate_login_uri`,
    });
  // Of a service that nobody has looked at, a link of ours is for our own pages: elsewhere it would lend its host our name.
  if (isStranger(client) && request.headers.get("sec-fetch-site") !== "same-origin")
    throw new OAuthError("invalid_request", "Open this service from the list of your authorizations.", {
      say: ["frame.open_from_list"],
    });
  const hint = parameters.find("login_hint");
  if (hint !== undefined && hint.length > MAX_HINT)
    throw new OAuthError("invalid_request", `The parameter login_hint is longer than ${MAX_HINT} characters.`);
  const target = parameters.find("target_link_uri");
  if (target !== undefined && !isWebAddress(target))
    throw new OAuthError("invalid_request", "The parameter target_link_uri is not a web address.");
  const query = new URLSearchParams({
    iss: deps.config.issuer,
    ...(hint === undefined ? {} : { login_hint: hint }),
    ...(target === undefined ? {} : { target_link_uri: target }),
  });
  return redirect(`${uri}${uri.includes("?") ? "&" : "?"}${query}`);
};

const isWebAddress = (uri: string): boolean =>
  uri.length <= MAX_TARGET && URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
