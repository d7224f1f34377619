import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Client } from "../model.ts";
import { findRegistration } from "../store/clients.ts";
import { sameText, sha256 } from "../tokens/encoding.ts";

/** The token in the Authorization header (RFC 6750 section 2.1), or undefined where there is no such header. */
export function findBearer(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  if (header === null) return undefined;
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw refuseToken("not the Bearer scheme and one token");
  return token;
}

/** Refuses a request to register or to manage, with a challenge that names no error where no token came (RFC 6750 section 3.1). */
export function refuseToken(reason?: string): OAuthError {
  const description =
    reason === undefined ? "A token is needed here." : "The token is unknown, expired or used up, or not for this client.";
  const error = reason === undefined ? "" : `, error="invalid_token", error_description="${description}"`;
  return new OAuthError("invalid_token", description, {
    reason,
    headers: { "WWW-Authenticate": `Bearer realm="Countersign"${error}` },
  });
}

/** A client that manages its registration (RFC 7592), and the token that it did so with. */
export interface Registrant {
  readonly client: Client;
  readonly token: string;
  readonly tokenSha256: string;
}

/**
 * The client of `/register/{client_id}`, as D1 has it now, known by its registration access token. A client that is gone, or that
 * never registered itself, is refused like a wrong token. One trip.
 * @throws OAuthError invalid_token
 */
export async function loadRegistrant(request: Request, deps: Deps): Promise<Registrant> {
  const token = findBearer(request);
  if (token === undefined) throw refuseToken();
  const clientId = decode(new URL(request.url).pathname.split("/").at(-1) ?? "");
  const [found, tokenSha256] = await Promise.all([findRegistration(deps, clientId), sha256(token)]);
  if (found === undefined || !sameText(found.tokenSha256, tokenSha256)) throw refuseToken("not the token of this client");
  return { client: found.client, token, tokenSha256 };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
