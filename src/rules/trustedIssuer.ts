import { OAuthError } from "../errors.ts";
import type { ClientMetadata, TrustPurpose } from "../model.ts";
import { parseJwks } from "./clientJwks.ts";
import { invalidMember, type Place, readers } from "./member.ts";
import { publicUrlProblem } from "./publicUrl.ts";

/** An issuer that we trust, as an operator writes it: the organization by its name. */
export interface TrustDefinition {
  readonly issuer: string;
  readonly purposes: readonly TrustPurpose[];
  readonly jwks: NonNullable<ClientMetadata["jwks"]> | null;
  readonly jwksUri: string | null;
  readonly organization: string | null;
  readonly matchesEmail: boolean;
  readonly tenant: string | null;
  readonly clients: readonly string[] | null;
  readonly scopes: readonly string[] | null;
}

const purposes: readonly TrustPurpose[] = ["jwt_bearer", "id_jag", "software_statement"];

const members = ["issuer", "purposes", "jwks", "jwks_uri", "organization", "match_email", "tenant", "clients", "scopes"];

const { place, list } = readers(invalidMember);

/**
 * An issuer that we trust as a seed file and the admin API write it.
 * @param path of it in the document that it stands in
 * @throws OAuthError invalid_request, its description the path of the offending member, a colon, and what is wrong with it
 */
export function parseTrustedIssuer(value: unknown, path = ""): TrustDefinition {
  const trust = place(value, path, members);
  const parsed = {
    issuer: parseIssuer(trust),
    purposes: list(trust, "purposes", (item, at) => {
      const purpose = purposes.find((known) => known === item);
      if (purpose === undefined) throw invalidMember(at, `is not one of ${purposes.join(", ")}`);
      return purpose;
    }),
    ...parseKeys(trust),
    organization: trust.optionalText("organization") ?? null,
    matchesEmail: trust.flag("match_email"),
    tenant: trust.optionalText("tenant") ?? null,
    clients: texts(trust, "clients"),
    scopes: texts(trust, "scopes"),
  };
  checkTrust(parsed, trust);
  return parsed;
}

/** What would give an issuer more than anybody meant. */
function checkTrust({ purposes: given, organization, matchesEmail, clients }: TrustDefinition, { pathOf }: Place): void {
  if (given.length === 0) throw invalidMember(pathOf("purposes"), "is empty: it would be trusted for nothing");
  if (given.includes("id_jag") && organization === null)
    throw invalidMember(pathOf("organization"), "is missing: id_jag is the word of one organization's directory");
  if (given.includes("jwt_bearer") && clients === null)
    throw invalidMember(pathOf("clients"), "is missing: an assertion of jwt_bearer does not say which client it is for");
  if (matchesEmail && organization === null)
    throw invalidMember(
      pathOf("match_email"),
      "is true without an organization, among whose members the address is looked for",
    );
}

/** Exactly one of the two, since nobody could say which of them counts. */
function parseKeys(trust: Place): Pick<TrustDefinition, "jwks" | "jwksUri"> {
  const jwksUri = trust.optionalText("jwks_uri") ?? null;
  if (trust.has("jwks") === (jwksUri !== null))
    throw invalidMember(trust.pathOf("jwks_uri"), jwksUri === null ? "is missing, or jwks" : "is given beside jwks");
  const problem = jwksUri === null ? undefined : publicUrlProblem(jwksUri, "");
  if (problem !== undefined) throw invalidMember(trust.pathOf("jwks_uri"), problem);
  try {
    return { jwksUri, jwks: parseJwks({ jwks: trust.value("jwks") }) ?? null };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const [member = "", ...rest] = error.description.split(": ");
    throw invalidMember(trust.pathOf(member), rest.join(": "));
  }
}

/** Absent, which means any, is not the same as empty, which means none. */
function texts(trust: Place, name: "clients" | "scopes"): readonly string[] | null {
  if (!trust.has(name)) return null;
  return list(trust, name, (item, at) => {
    if (typeof item !== "string" || !/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(item))
      throw invalidMember(at, "is not a text of 1 to 255 visible ASCII characters");
    return item;
  });
}

/** The name of an issuer, as assertions name themselves: compared letter by letter (RFC 8414 section 2). */
export function parseIssuer(owner: Place): string {
  const refused = (problem: string) => invalidMember(owner.pathOf("issuer"), problem);
  const issuer = owner.text("issuer", /^[\x21-\x7e]{1,255}$/, "is not an absolute URI");
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined) throw refused("is not an absolute URI");
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) throw refused("is not https");
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(issuer)) throw refused("has a query or a fragment");
  return issuer;
}
