/** A seed file, read whole into typed rows or refused with the path of the member that is wrong. Pure; README has the format. */
import { createHash } from "node:crypto";
import { OAuthError } from "../src/errors.ts";
import type { ClientMetadata, OrganizationPolicy, ProfileClaims } from "../src/model.ts";
import { personalClaims } from "../src/rules/claims.ts";
import { clientMetadataMembers, localizedMembers, parseClientMetadata } from "../src/rules/clientMetadata.ts";
import { parseDomains } from "../src/rules/directory.ts";
import { normalizeEmail } from "../src/rules/email.ts";
import { taggedMembers } from "../src/rules/language.ts";
import { MAX_PASSWORD_LENGTH } from "../src/rules/passwordHash.ts";
import { parsePublisher } from "../src/rules/publisher.ts";
import { parseResource, type ResourceDefinition } from "../src/rules/resource.ts";
import { parseDirectory, type SeedDirectory } from "./seedDirectory.ts";
import { list, type Place, parsedBy, place, refuse, refuseTwice } from "./seedMember.ts";
import { parseIdentity, parseTrustedIssuer, type SeedIdentity, type SeedTrustedIssuer } from "./seedTrust.ts";

export interface SeedUser {
  readonly path: string;
  /** Absent: the present one of whoever has the address, else one made from it, so that a second run finds the same. */
  readonly sub: string | undefined;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly profile: ProfileClaims;
  readonly password: string | undefined;
  /** Accounts at other issuers. */
  readonly identities: readonly SeedIdentity[];
}

interface SeedOrganization {
  readonly path: string;
  readonly name: string;
  readonly displayName: string;
  readonly policy: OrganizationPolicy;
  readonly domains: readonly string[];
  readonly members: readonly { readonly path: string; readonly email: string; readonly role: "owner" | "member" }[];
  readonly clients: readonly { readonly path: string; readonly clientId: string; readonly status: "approved" | "denied" }[];
}

type SeedResource = ResourceDefinition & { readonly path: string };

export interface SeedClient {
  readonly path: string;
  readonly clientId: string;
  readonly secret: string | undefined;
  readonly metadata: ClientMetadata;
  readonly publisher: { readonly name: string; readonly uri: string | undefined; readonly verified: boolean } | null;
}

export interface Seed {
  readonly users: readonly SeedUser[];
  readonly organizations: readonly SeedOrganization[];
  readonly resources: readonly SeedResource[];
  readonly clients: readonly SeedClient[];
  readonly trustedIssuers: readonly SeedTrustedIssuer[];
  readonly directories: readonly SeedDirectory[];
}

const MIN_PASSWORD_LENGTH = 8;
/** Kept as a plain SHA-256, which hides a random secret and no other: make yours with `openssl rand -hex 32`. */
const MIN_SECRET_LENGTH = 16;
/** As a key it must be as long as the digest of HS256 (RFC 7518 section 3.2). */
const MIN_KEY_LENGTH = 32;

/** Claims with a column or an origin of their own. */
const ownClaims = ["name", "email", "email_verified", "updated_at"];
const profileClaims = personalClaims.filter((claim) => !ownClaims.includes(claim));
const addressMembers = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/** @throws Refusal whose message begins with the path of the offending member, such as `clients[2].redirect_uris[0]` */
export function parseSeed(input: unknown): Seed {
  const file = place(input, "", ["users", "organizations", "resources", "clients", "trusted_issuers", "directories"]);
  const seed = {
    users: list(file, "users", parseUser),
    organizations: list(file, "organizations", parseOrganization),
    resources: list(file, "resources", (value, path): SeedResource => ({ path, ...parsedBy(parseResource, value, path) })),
    clients: list(file, "clients", parseClient),
    trustedIssuers: list(file, "trusted_issuers", parseTrustedIssuer),
    directories: list(file, "directories", parseDirectory),
  };
  refuseTwice(seed.users.map(({ path, email }) => [`${path}.email`, email]));
  refuseTwice(seed.users.flatMap(({ path, sub }) => (sub === undefined ? [] : [[`${path}.sub`, sub]])));
  refuseTwice(seed.organizations.map(({ path, name }) => [`${path}.name`, name]));
  refuseTwice(seed.resources.map(({ path, identifier }) => [`${path}.identifier`, identifier]));
  refuseTwice(seed.resources.flatMap(({ path, scopes }) => scopes.map(({ name }, at) => [`${path}.scopes[${at}].name`, name])));
  refuseTwice(
    seed.resources.flatMap(({ path, authorizationDetailsTypes }) =>
      authorizationDetailsTypes.map(({ type }, at) => [`${path}.authorization_details_types[${at}].type`, type]),
    ),
  );
  refuseTwice(seed.clients.map(({ path, clientId }) => [`${path}.client_id`, clientId]));
  refuseTwice(
    seed.users.flatMap(({ identities }) =>
      identities.map(({ path, issuer, subject }) => [`${path}.subject`, `${subject} at ${issuer}`]),
    ),
  );
  refuseTwice(seed.trustedIssuers.map(({ path, issuer }) => [`${path}.issuer`, issuer]));
  refuseTwice(seed.directories.map(({ path, id }) => [`${path}.id`, id]));
  for (const owners of [seed.organizations, seed.directories.map(({ path, settings }) => ({ path, ...settings }))])
    refuseTwice(owners.flatMap(({ path, domains }) => domains.map((domain, at) => [`${path}.domains[${at}]`, domain])));
  for (const { members, clients } of seed.organizations) {
    refuseTwice(members.map(({ path, email }) => [`${path}.email`, email]));
    refuseTwice(clients.map(({ path, clientId }) => [`${path}.client_id`, clientId]));
  }
  return seed;
}

/** Of a person or an organization that has none yet: the shape of `tokens/id.ts`, made from what names it. */
export const derivedId = (noun: "user" | "organization", name: string): string =>
  `aa${createHash("sha256").update(`${noun} ${name}`).digest().subarray(0, 15).toString("base64url")}`;

function parseUser(value: unknown, path: string): SeedUser {
  const user = place(value, path, ["sub", "email", "email_verified", "name", "password", "identities", ...profileClaims]);
  const password = user.optionalText("password");
  if (password !== undefined && [...password].length < MIN_PASSWORD_LENGTH)
    throw refuse(`${path}.password`, `is shorter than ${MIN_PASSWORD_LENGTH} characters`);
  if (password !== undefined && password.length > MAX_PASSWORD_LENGTH)
    throw refuse(`${path}.password`, `is longer than ${MAX_PASSWORD_LENGTH} characters`);
  return {
    path,
    sub: user.optionalText("sub", /^[\x21-\x7e]{1,255}$/, "is not 1 to 255 visible ASCII characters"),
    email: parseEmail(user),
    emailVerified: user.flag("email_verified"),
    name: user.text("name"),
    profile: parseProfile(user),
    password,
    identities: list(user, "identities", parseIdentity),
  };
}

function parseProfile(user: Place): ProfileClaims {
  const entries = profileClaims.flatMap((claim): [string, unknown][] => {
    if (!user.has(claim)) return [];
    if (claim === "phone_number_verified") return [[claim, user.flag(claim)]];
    if (claim !== "address") return [[claim, user.text(claim)]];
    const address = place(user.value(claim), user.pathOf(claim), addressMembers);
    return [[claim, Object.fromEntries(addressMembers.filter(address.has).map((part) => [part, address.text(part)]))]];
  });
  return Object.fromEntries(entries);
}

function parseEmail(owner: Place): string {
  const email = normalizeEmail(owner.text("email"));
  if (email === undefined) throw refuse(owner.pathOf("email"), "is not an email address");
  return email;
}

function parseOrganization(value: unknown, path: string): SeedOrganization {
  const organization = place(value, path, ["name", "display_name", "policy", "domains", "members", "clients"]);
  const name = organization.text("name", /^[a-z0-9][a-z0-9-]{0,62}$/, "is not 1 to 63 of a-z, 0-9 and -");
  return {
    path,
    name,
    displayName: organization.optionalText("display_name") ?? name,
    policy: organization.choice("policy", ["all", "verified", "approved", "none"], "all"),
    domains: parsedBy(() => parseDomains(organization), value, path),
    members: list(organization, "members", (item, at) => {
      const member = place(item, at, ["email", "role"]);
      return { path: at, email: parseEmail(member), role: member.choice("role", ["owner", "member"], "member") };
    }),
    clients: list(organization, "clients", (item, at) => {
      const client = place(item, at, ["client_id", "status"]);
      return { path: at, clientId: client.text("client_id"), status: client.choice("status", ["approved", "denied"]) };
    }),
  };
}

function parseClient(value: unknown, path: string): SeedClient {
  const metadataMembers = [...clientMetadataMembers, ...inOtherLanguages(value)];
  const client = place(value, path, ["client_id", "client_secret", "publisher", ...metadataMembers]);
  const metadata = parseMetadata(client, metadataMembers);
  const secret = client.optionalText("client_secret", /^[\x20-\x7e]+$/, "holds characters outside ASCII");
  const method = metadata.token_endpoint_auth_method;
  if (secret !== undefined && !method.startsWith("client_secret_"))
    throw refuse(`${path}.client_secret`, `is given, but token_endpoint_auth_method is ${method}`);
  const min = method === "client_secret_jwt" ? MIN_KEY_LENGTH : MIN_SECRET_LENGTH;
  if (secret !== undefined && (secret.length < min || secret.length > 256))
    throw refuse(`${path}.client_secret`, `is not ${min} to 256 characters long`);
  return {
    path,
    clientId: client.text("client_id", /^[\x21-\x7e]{1,255}$/, "is not 1 to 255 visible ASCII characters"),
    secret,
    metadata,
    publisher: client.has("publisher")
      ? parsedBy((value, at) => parsePublisher(value, at, false), client.value("publisher"), `${path}.publisher`)
      : null,
  };
}

/** Names and pages such as `client_name#de`, whichever of them the client has. */
const inOtherLanguages = (value: unknown): readonly string[] =>
  typeof value === "object" && value !== null ? taggedMembers(value, localizedMembers).map(({ name }) => name) : [];

/** `parseClientMetadata` begins its descriptions with the path inside the client. */
function parseMetadata(client: Place, members: readonly string[]): ClientMetadata {
  try {
    return parseClientMetadata(Object.fromEntries(members.filter(client.has).map((name) => [name, client.value(name)])));
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const [member = "", ...problem] = error.description.split(": ");
    throw refuse(client.pathOf(member), problem.join(": "));
  }
}
