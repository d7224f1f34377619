import type { Deps } from "../config.ts";
import { json } from "../http/respond.ts";
import type { Client } from "../model.ts";

/** What a client is told of its registration beside what stands in D1. */
export interface Told {
  /** Its registration access token, of which we keep a hash alone. */
  readonly token: string;
  /** A secret that was made just now: it is told once. */
  readonly secret: string | undefined;
}

/** The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3): everything that is registered, defaults included. */
export function clientInformation(deps: Deps, { clientId, createdAt, metadata }: Client, told: Told, status = 200): Response {
  const hasSecret = metadata.token_endpoint_auth_method.startsWith("client_secret_");
  const information = {
    client_id: clientId,
    client_id_issued_at: Math.floor(createdAt / 1000),
    ...(told.secret === undefined ? {} : { client_secret: told.secret }),
    ...(hasSecret ? { client_secret_expires_at: 0 } : {}),
    registration_access_token: told.token,
    registration_client_uri: `${deps.config.issuer}/register/${clientId}`,
    ...metadata,
  };
  return json(information, status);
}
