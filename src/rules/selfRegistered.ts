import type { GrantType } from "../model.ts";
import type { Input, Member } from "./metadataMember.ts";

/** Members of ours that loosen a rule or widen what a client may do: the operator's word, never the client's own. */
const privileged: readonly Member[] = [
  "accept_token_endpoint_audience",
  "require_pkce",
  "refresh_overlap_seconds",
  "token_exchange",
];

/** Grants in which no person is asked: a client that nobody here has looked at would decide by itself what it may do. */
const reserved: readonly GrantType[] = ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"];

/**
 * What a client says of itself, by registration or by its document, without what only the operator may say of it (RFC 7591
 * section 5: the server replaces what it does not grant). What is left is still to be parsed.
 */
export function withoutPrivileges(input: Input): Input {
  const kept = Object.fromEntries(Object.entries(input).filter(([name]) => !privileged.some((member) => member === name)));
  const types: unknown = input["grant_types"];
  if (!Array.isArray(types)) return kept;
  return { ...kept, grant_types: types.filter((type: unknown) => !reserved.some((one) => one === type)) };
}
