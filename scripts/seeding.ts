import { createHash } from "node:crypto";
import initializeArgon2 from "@phi-ag/argon2/node";
import { findSectorProblem } from "../src/clients/sector.ts";
import type { AuthorizationDetailsType, ClientSecret, Publisher, ScopeDescription } from "../src/model.ts";
import { argon2Input, passwordHashOptions } from "../src/rules/passwordHash.ts";
import { translationsOf } from "../src/rules/resource.ts";
import { sealClientSecret } from "../src/tokens/clientSecret.ts";
import type { Database, Row } from "./database.ts";
import { directoryRow } from "./seedDirectory.ts";
import { derivedId, type Seed, type SeedClient, type SeedUser } from "./seedFile.ts";
import { refuse } from "./seedMember.ts";
import { selectExisting, upsert } from "./seedSql.ts";
import { trustRow } from "./seedTrust.ts";

/** What the database has of what the seed speaks of. */
interface Existing {
  readonly users: readonly Row[];
  readonly organizations: readonly Row[];
  readonly clients: readonly Row[];
  readonly resources: readonly Row[];
}

/** What some clients need beside the database. */
export interface SeedTools {
  /** Of the server that will use the data: with it the secret of a client_secret_jwt client is sealed. */
  readonly masterSecret?: string | undefined;
  /** How a `sector_identifier_uri` is loaded. */
  readonly fetch?: typeof fetch;
}

/**
 * Writes the seed in one transaction. What is there as the seed has it stays untouched, times and password hashes included;
 * what the seed does not mention stays as it is.
 * @returns how many rows were written
 * @throws Refusal, and nothing is written, when the seed does not fit what is there
 */
export async function applySeed(database: Database, seed: Seed, at: number, tools: SeedTools = {}): Promise<number> {
  const [users = [], organizations = [], clients = [], resources = [], directories = []] = await database.batch(
    selectExisting(seed),
  );
  const existing = { users, organizations, clients, resources };
  checkOwners(seed, existing);
  const userIds = resolveUsers(seed, existing);
  const organizationIds = new Map(seed.organizations.map(({ name }) => [name, organizationId(name, existing)]));
  const clientIds = new Set([...seed.clients.map(({ clientId }) => clientId), ...clients.map((row) => row["client_id"])]);
  const knownUser = (path: string, email: string) => found(userIds.get(email), `${path}.email`, `nobody has ${email}`);
  const knownClient = (path: string, clientId: string) =>
    found(clientIds.has(clientId) ? clientId : undefined, `${path}.client_id`, `there is no client ${clientId}`);

  const statements = [
    ...(await Promise.all(seed.users.map((user) => userRow(user, knownUser(user.path, user.email), existing, at)))),
    ...seed.organizations.flatMap(({ name, displayName, policy, domains, members, clients: decisions }) => {
      const id = organizationIds.get(name) ?? "";
      return [
        upsert("organizations", { id, name, display_name: displayName, policy, created_at: at }),
        ...domains.map((domain) => upsert("organization_domains", { domain, organization_id: id, created_at: at })),
        ...members.map(({ path, email, role }) =>
          upsert("memberships", { user_id: knownUser(path, email), organization_id: id, role, created_at: at }),
        ),
        ...decisions.map(({ path, clientId, status }) =>
          upsert("organization_clients", {
            organization_id: id,
            client_id: knownClient(path, clientId),
            status,
            decided_by: null,
            decided_at: at,
          }),
        ),
      ];
    }),
    ...(await Promise.all(seed.clients.map((client) => clientRow(client, existing, at, tools)))),
    ...seed.users.flatMap(({ path, email, identities }) =>
      identities.map(({ issuer, subject }) =>
        upsert("identities", { issuer, subject, user_id: knownUser(path, email), created_at: at }),
      ),
    ),
    ...(await Promise.all(
      seed.directories.map((directory) => {
        const id = namedOrganization(directory, existing, organizationIds);
        return directoryRow(directory, directories, id, at, tools.masterSecret);
      }),
    )),
    ...seed.trustedIssuers.map((trust) => trustRow(trust, namedOrganization(trust, existing, organizationIds), clientIds, at)),
    ...seed.resources.map((resource) =>
      upsert("resources", {
        identifier: resource.identifier,
        name: resource.name,
        translations: JSON.stringify(translationsOf(resource)),
        scopes: JSON.stringify(resource.scopes),
        authorization_details_types: JSON.stringify(resource.authorizationDetailsTypes),
        access_token_seconds: resource.accessTokenSeconds,
        client_id: resource.clientId === null ? null : knownClient(resource.path, resource.clientId),
        // What the operator has written down is the operator's, whoever registered it.
        owner_id: null,
        created_at: at,
        updated_at: at,
      }),
    ),
  ];
  return (await database.batch(statements)).flat().length;
}

/** The id of every person that the seed names, by address. */
function resolveUsers(seed: Seed, existing: Existing): ReadonlyMap<string, string> {
  const ids = new Map(existing.users.map((row) => [String(row["email"]), String(row["id"])]));
  for (const { path, sub, email } of seed.users) {
    const present = ids.get(email);
    if (sub !== undefined && present !== undefined && sub !== present)
      throw refuse(`${path}.sub`, `is ${sub}, but ${email} is known as ${present}, and a subject never changes`);
    ids.set(email, sub ?? present ?? derivedId("user", email));
  }
  return ids;
}

async function userRow(user: SeedUser, id: string, existing: Existing, at: number): Promise<string> {
  const present = existing.users.find((row) => row["id"] === id)?.["password_hash"];
  const { email, emailVerified, name, profile, password } = user;
  return upsert("users", {
    id,
    email,
    email_verified: Number(emailVerified),
    name,
    profile: JSON.stringify(profile),
    password_hash: password === undefined ? (present ?? null) : await hashOf(password, present),
    created_at: at,
    updated_at: at,
  });
}

/** The present hash if it is one of this password: a new one would have another salt. */
async function hashOf(password: string, present: Row[string] | undefined): Promise<string> {
  const argon2 = await initializeArgon2();
  const input = argon2Input(password);
  if (typeof present === "string" && argon2.tryVerify(present, input).success) return present;
  return argon2.hash(input, passwordHashOptions).encoded;
}

const organizationId = (name: string, existing: Existing): string =>
  String(existing.organizations.find((row) => row["name"] === name)?.["id"] ?? derivedId("organization", name));

async function clientRow(client: SeedClient, existing: Existing, at: number, tools: SeedTools): Promise<string> {
  const present = existing.clients.find((row) => row["client_id"] === client.clientId);
  const secrets = await secretsOf(client, parse<readonly ClientSecret[]>(present?.["secrets"]) ?? [], at, tools);
  if (present?.["metadata"] !== JSON.stringify(client.metadata)) await checkSector(client, tools);
  const publisher = publisherOf(client, parse<Publisher>(present?.["publisher"]), at);
  return upsert("clients", {
    client_id: client.clientId,
    metadata: JSON.stringify(client.metadata),
    secrets: JSON.stringify(secrets),
    publisher: publisher === null ? null : JSON.stringify(publisher),
    created_at: at,
    updated_at: at,
  });
}

/** A new secret ends the others at once: whoever changes one in the file wants the old one dead. */
async function secretsOf(
  { path, secret, metadata }: SeedClient,
  present: readonly ClientSecret[],
  at: number,
  { masterSecret }: SeedTools,
): Promise<readonly ClientSecret[]> {
  const method = metadata.token_endpoint_auth_method;
  if (!method.startsWith("client_secret_")) return [];
  const usable = present.filter(({ sealed }) => (sealed !== undefined) === (method === "client_secret_jwt"));
  if (secret === undefined) {
    if (usable.length > 0) return usable;
    throw refuse(`${path}.client_secret`, `is missing, and ${method} goes by one`);
  }
  const sha256 = createHash("sha256").update(secret).digest("base64url");
  const same = usable.find((known) => known.sha256 === sha256 && known.expiresAt === null);
  if (same !== undefined) return [same];
  const made = { sha256, createdAt: at, expiresAt: null };
  if (method !== "client_secret_jwt") return [made];
  if (masterSecret === undefined)
    throw refuse(
      `${path}.client_secret`,
      "is the key of client_secret_jwt, which is kept encrypted: set the environment variable MASTER_SECRET to the one of the server",
    );
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  return [{ ...made, sealed: await sealClientSecret({ config: { masterSecret }, random, memory: new Map() }, secret) }];
}

/** The id of the organization that an issuer or a directory names; null where it names none. */
function namedOrganization(
  { path, organization }: { readonly path: string; readonly organization: string | null },
  existing: Existing,
  organizationIds: ReadonlyMap<string, string>,
): string | null {
  if (organization === null) return null;
  const known = existing.organizations.find((row) => row["name"] === organization)?.["id"];
  const id = organizationIds.get(organization) ?? (typeof known === "string" ? known : undefined);
  return found(id, `${path}.organization`, `there is no organization ${organization}`);
}

/** OpenID Connect Registration section 5: the document names every redirect URI, so that nobody joins a sector uninvited. */
async function checkSector({ path, metadata }: SeedClient, tools: SeedTools): Promise<void> {
  const traveller = { fetch: tools.fetch ?? fetch, config: { issuer: "http://localhost", mtlsOrigin: null } };
  const problem = await findSectorProblem(traveller, metadata);
  if (problem !== undefined) throw refuse(`${path}.sector_identifier_uri`, problem);
}

function publisherOf({ publisher }: SeedClient, present: Publisher | null, at: number): Publisher | null {
  if (publisher === null) return null;
  const { name, uri, verified } = publisher;
  const before = present?.name === name ? present.verifiedAt : null;
  return { name, ...(uri === undefined ? {} : { uri }), verifiedAt: verified ? (before ?? at) : null };
}

/** A scope and a type of `authorization_details` have one owner each, also among resources that the seed leaves alone. */
function checkOwners(seed: Seed, existing: Existing): void {
  const others = existing.resources.filter((row) => !seed.resources.some(({ identifier }) => identifier === row["identifier"]));
  const ownersOf = <T>(column: string, nameOf: (item: T) => string) =>
    new Map(others.flatMap((row) => (parse<readonly T[]>(row[column]) ?? []).map((item) => [nameOf(item), row["identifier"]])));
  const scopes = ownersOf<ScopeDescription>("scopes", ({ name }) => name);
  const types = ownersOf<AuthorizationDetailsType>("authorization_details_types", ({ type }) => type);
  const check = (path: string, name: string, owner: Row[string] | undefined) => {
    if (owner !== undefined) throw refuse(path, `is ${name}, which ${owner} defines already`);
  };
  for (const resource of seed.resources) {
    for (const [at, { name }] of resource.scopes.entries())
      check(`${resource.path}.scopes[${at}].name`, name, scopes.get(name));
    for (const [at, { type }] of resource.authorizationDetailsTypes.entries())
      check(`${resource.path}.authorization_details_types[${at}].type`, type, types.get(type));
  }
}

const parse = <T>(json: Row[string] | undefined): T | null => (typeof json === "string" ? (JSON.parse(json) as T) : null);

function found<T>(value: T | undefined, path: string, problem: string): T {
  if (value === undefined) throw refuse(path, problem);
  return value;
}
