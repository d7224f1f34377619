/** Requests that a developer copies into a shell, with everything filled in but what only they have. */
import type { Deps } from "../../config.ts";
import type { Client } from "../../model.ts";

/**
 * A request of the client's, as a line for `curl`. Every value is percent-encoded, so that a shell takes none of it for more than
 * text.
 * @param path an endpoint that authenticates clients
 */
export function curlLine({ config }: Deps, client: Client, path: string, fields: Readonly<Record<string, string>>): string {
  const parts = [
    `curl ${config.issuer}${path}`,
    ...proofOf(client),
    ...Object.entries(fields).map(([name, value]) => `-d ${name}=${encode(value)}`),
  ];
  return parts.join(" \\\n  ");
}

/** How the client proves who it is; a secret or an assertion is for the developer to put in. */
function proofOf({ clientId, metadata }: Client): readonly string[] {
  const id = `-d client_id=${encode(clientId)}`;
  switch (metadata.token_endpoint_auth_method) {
    case "none":
      return [id];
    case "client_secret_basic":
      return [`-u '${encode(clientId)}:YOUR_SECRET'`];
    case "client_secret_post":
      return [id, "-d client_secret=YOUR_SECRET"];
    default:
      return [
        id,
        "-d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "-d client_assertion=YOUR_ASSERTION",
      ];
  }
}

/** `encodeURIComponent` leaves what a shell reads. */
const encode = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
