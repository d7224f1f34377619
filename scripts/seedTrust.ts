/** The issuers that a seed file trusts, and what it calls people by at other issuers. Pure. */
import { OAuthError } from "../src/errors.ts";
import type { ClientMetadata, TrustPurpose } from "../src/model.ts";
import { parseJwks } from "../src/rules/clientJwks.ts";
import { publicUrlProblem } from "../src/rules/publicUrl.ts";
import { list, type Place, place, refuse } from "./seedMember.ts";

export interface SeedIdentity {
  readonly path: string;
  readonly issuer: string;
  readonly subject: string;
}

export interface SeedTrustedIssuer {
  readonly path: string;
  readonly issuer: string;
  readonly purposes: readonly TrustPurpose[];
  readonly jwks: ClientMetadata["jwks"] | null;
  readonly jwksUri: string | null;
  readonly organization: string | null;
  readonly matchesEmail: boolean;
  readonly tenant: string | null;
  readonly clients: readonly string[] | null;
  readonly scopes: readonly string[] | null;
}

const purposes: readonly TrustPurpose[] = ["jwt_bearer", "id_jag", "software_statement"];

export function parseIdentity(value: unknown, path: string): SeedIdentity {
  const identity = place(value, path, ["issuer", "subject"]);
  return {
    path,
    issuer: parseIssuer(identity),
    subject: identity.text("subject", /^.{1,255}$/u, "is longer than 255 characters"),
  };
}

export function parseTrustedIssuer(value: unknown, path: string): SeedTrustedIssuer {
  const trust = place(value, path, [
    "issuer",
    "purposes",
    "jwks",
    "jwks_uri",
    "organization",
    "match_email",
    "tenant",
    "clients",
    "scopes",
  ]);
  const parsed = {
    path,
    issuer: parseIssuer(trust),
    purposes: list(trust, "purposes", (item, at) => {
      const purpose = purposes.find((known) => known === item);
      if (purpose === undefined) throw refuse(at, `is not one of ${purposes.join(", ")}`);
      return purpose;
    }),
    ...parseKeys(trust),
    organization: trust.optionalText("organization") ?? null,
    matchesEmail: trust.flag("match_email"),
    tenant: trust.optionalText("tenant") ?? null,
    clients: texts(trust, "clients"),
    scopes: texts(trust, "scopes"),
  };
  checkTrust(parsed);
  return parsed;
}

/** What would give an issuer more than anybody meant. */
function checkTrust({ path, purposes: given, organization, matchesEmail, clients }: SeedTrustedIssuer): void {
  if (given.length === 0) throw refuse(`${path}.purposes`, "is empty: it would be trusted for nothing");
  if (given.includes("id_jag") && organization === null)
    throw refuse(`${path}.organization`, "is missing: id_jag is the word of one organization's directory");
  if (given.includes("jwt_bearer") && clients === null)
    throw refuse(`${path}.clients`, "is missing: an assertion of jwt_bearer does not say which client it is for");
  if (matchesEmail && organization === null)
    throw refuse(`${path}.match_email`, "is true without an organization, among whose members the address is looked for");
}

/** Exactly one of the two, since nobody could say which of them counts. */
function parseKeys(trust: Place): Pick<SeedTrustedIssuer, "jwks" | "jwksUri"> {
  const jwksUri = trust.optionalText("jwks_uri") ?? null;
  if (trust.has("jwks") === (jwksUri !== null))
    throw refuse(trust.pathOf("jwks_uri"), jwksUri === null ? "is missing, or jwks" : "is given beside jwks");
  const problem = jwksUri === null ? undefined : publicUrlProblem(jwksUri, "");
  if (problem !== undefined) throw refuse(trust.pathOf("jwks_uri"), problem);
  try {
    return { jwksUri, jwks: parseJwks({ jwks: trust.value("jwks") }) ?? null };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const [member = "", ...rest] = error.description.split(": ");
    throw refuse(trust.pathOf(member), rest.join(": "));
  }
}

/** Absent, which means any, is not the same as empty, which means none. */
function texts(trust: Place, name: "clients" | "scopes"): readonly string[] | null {
  if (!trust.has(name)) return null;
  return list(trust, name, (item, at) => {
    if (typeof item !== "string" || !/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(item))
      throw refuse(at, "is not a text of 1 to 255 visible ASCII characters");
    return item;
  });
}

/** As assertions name themselves: compared letter by letter (RFC 8414 section 2). */
function parseIssuer(owner: Place): string {
  const issuer = owner.text("issuer", /^[\x21-\x7e]{1,255}$/, "is not an absolute URI");
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined) throw refuse(owner.pathOf("issuer"), "is not an absolute URI");
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback))
    throw refuse(owner.pathOf("issuer"), "is not https");
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(issuer))
    throw refuse(owner.pathOf("issuer"), "has a query or a fragment");
  return issuer;
}
