import { OAuthError } from "../errors.ts";
import type { GrantType } from "../model.ts";
import { invalidMember, readers } from "./member.ts";
import { vouchedGrantTypes } from "./registration.ts";
import { ADMIN_SCOPE, parseScope } from "./scope.ts";

const { place, list } = readers(invalidMember);

/** Ten years, in seconds. */
const MAX_SECONDS = 10 * 365 * 24 * 3600;

/** An initial access token (RFC 7591 section 3) as an operator asks for it. */
export interface TokenOrder {
  readonly label: string;
  /** Null for any number of registrations. */
  readonly uses: number | null;
  /** Null for no end. */
  readonly expiresInSeconds: number | null;
  /** What is vouched for beyond what a stranger gets: grants in which no person is asked, and what for at most. */
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
}

/** @throws OAuthError invalid_request, its description the path of the offending member, a colon, and what is wrong with it */
export function parseTokenOrder(value: unknown): TokenOrder {
  const order = place(value, "", ["label", "uses", "expires_in", "grant_types", "scope"]);
  const grantTypes = list(order, "grant_types", (item, path) => {
    const type = vouchedGrantTypes.find((known) => known === item);
    if (type === undefined) throw invalidMember(path, `is not one of ${vouchedGrantTypes.join(", ")}, which alone need a word`);
    return type;
  });
  const scopes = parseScopes(order.optionalText("scope") ?? "");
  if (grantTypes.length > 0 && scopes.length === 0)
    throw invalidMember("scope", "is missing: a client that asks nobody must be told how far it goes");
  return {
    label: order.texts("label", 200).label,
    uses: order.has("uses") ? order.integer("uses", 1, 1_000_000) : 1,
    expiresInSeconds: order.integer("expires_in", 60, MAX_SECONDS),
    grantTypes: [...new Set(grantTypes)],
    scopes,
  };
}

function parseScopes(text: string): readonly string[] {
  try {
    const scopes = parseScope(text);
    if (scopes.includes(ADMIN_SCOPE)) throw invalidMember("scope", `has ${ADMIN_SCOPE}, which no client can register for`);
    return scopes;
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_scope")
      throw invalidMember("scope", "is not a list of scopes as RFC 6749 section 3.3 writes it");
    throw error;
  }
}
