import type { ClientMetadata, GrantType } from "../model.ts";
import type { Input, Member } from "./metadataMember.ts";

/** Members of ours that loosen a rule or widen what a client may do: the operator's word, never the client's own. */
const privilegedMembers = [
  "accept_token_endpoint_audience",
  "accept_unsigned_request_object",
  "require_pkce",
  "refresh_overlap_seconds",
  "token_exchange",
] as const satisfies readonly Member[];

/** What the operator has said of a client, by whatever way it came. */
export type Privileges = Partial<Pick<ClientMetadata, (typeof privilegedMembers)[number]>>;

/** Grants in which no person is asked: a client that nobody here has looked at would decide by itself what it may do. */
const reserved: readonly GrantType[] = ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"];

/**
 * What a client says of itself, by registration or by its document, without what only the operator may say of it (RFC 7591
 * section 5: the server replaces what it does not grant). What is left is still to be parsed.
 */
export function withoutPrivileges(input: Input): Input {
  const kept = Object.fromEntries(
    Object.entries(input).filter(([name]) => !privilegedMembers.some((member) => member === name)),
  );
  const types: unknown = input["grant_types"];
  if (!Array.isArray(types)) return kept;
  return { ...kept, grant_types: types.filter((type: unknown) => !reserved.some((one) => one === type)) };
}

/** The members that a client which changes what it says of itself keeps as they are. */
export const privilegesOf = (metadata: ClientMetadata): Privileges =>
  Object.fromEntries(privilegedMembers.flatMap((name) => (metadata[name] === undefined ? [] : [[name, metadata[name]]])));

/** Whether it is an app on people's devices: with a loopback address, where any port will do (RFC 8252 section 7.3), or a scheme of its own. */
export const isApp = (redirectUris: unknown): boolean =>
  Array.isArray(redirectUris) &&
  redirectUris.some((uri: unknown) => typeof uri === "string" && URL.canParse(uri) && new URL(uri).protocol !== "https:");
