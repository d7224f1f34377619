import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { countFailure, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import type { Client, ClientAuthenticationMethod } from "../model.ts";
import { findClient } from "../store/clients.ts";
import { sameText, sha256 } from "../tokens/encoding.ts";

/** How a request says which client it comes from. */
interface Presented {
  readonly method: ClientAuthenticationMethod;
  readonly clientId: string;
  readonly secret: string;
}

/** No client has it: what the secret of an unknown client is compared with. */
const NOBODYS_SHA256 = "A".repeat(43);

const challenge = { "WWW-Authenticate": 'Basic realm="Countersign", charset="UTF-8"' };

/**
 * The client that sent the request, authenticated by the one method that it registered (RFC 6749 section 2.3). Wrong secrets
 * are counted per client and network, so that guessing is slowed down and nobody can lock a client out.
 * @throws OAuthError invalid_request for two methods at once, invalid_client, slow_down
 */
export async function authenticateClient(request: Request, form: Parameters, deps: Deps): Promise<Client> {
  const presented = parsePresented(request, form);
  const client = await findClient(deps, presented.clientId);
  const reason = await refusalOf(presented, client, deps.now());
  if (client !== undefined && reason === undefined) return client;
  if (presented.method !== "none")
    await countFailure(deps, await limitOf("client_secret", presented.clientId, networkOfRequest(request)));
  throw invalidClient(reason ?? "unknown client");
}

/** As `authenticateClient`, for endpoints that answer to nobody who cannot prove who they are. */
export async function authenticateConfidentialClient(request: Request, form: Parameters, deps: Deps): Promise<Client> {
  const client = await authenticateClient(request, form, deps);
  if (client.metadata.token_endpoint_auth_method === "none") throw invalidClient("a public client");
  return client;
}

/** Why it is not the client, or undefined if it is. An unknown client costs the same work as a wrong secret. */
async function refusalOf(presented: Presented, client: Client | undefined, now: number): Promise<string | undefined> {
  const digest = await sha256(presented.secret);
  const live = (client?.secrets ?? []).filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
  const digests = live.length === 0 ? [NOBODYS_SHA256] : live.map((secret) => secret.sha256);
  const matches = digests.map((known) => sameText(known, digest)).includes(true);
  if (client === undefined) return "unknown client";
  const registered = client.metadata.token_endpoint_auth_method;
  if (presented.method !== registered) return `sent ${presented.method}, registered ${registered}`;
  return registered === "none" || matches ? undefined : "wrong secret";
}

function parsePresented(request: Request, form: Parameters): Presented {
  const header = request.headers.get("authorization");
  const clientId = form.find("client_id");
  const secret = form.find("client_secret");
  if (header !== null) {
    if (secret !== undefined) throw new OAuthError("invalid_request", "The client authenticated in two ways at once.");
    const basic = parseBasic(header);
    if (clientId !== undefined && clientId !== basic.clientId)
      throw new OAuthError("invalid_request", "client_id is not the one of the Authorization header.");
    return { method: "client_secret_basic", ...basic };
  }
  if (clientId === undefined) throw invalidClient("no client_id");
  return { method: secret === undefined ? "none" : "client_secret_post", clientId, secret: secret ?? "" };
}

/** The Basic scheme, with both halves form-encoded (RFC 6749 section 2.3.1). */
function parseBasic(header: string): { readonly clientId: string; readonly secret: string } {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) throw invalidClient("not the Basic scheme");
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const colon = text.indexOf(":");
    if (colon > 0) return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    // Base64, UTF-8 or percent-encoding: all the same to whoever sent it.
  }
  throw invalidClient("a malformed Basic header");
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));

const invalidClient = (reason: string): OAuthError =>
  new OAuthError("invalid_client", "Client authentication failed.", { reason, headers: challenge });
