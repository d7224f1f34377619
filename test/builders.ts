/** What stands in D1 before a test begins: people, organizations, resources and clients, as a seed file would put them there. */
import { env } from "cloudflare:workers";
import Argon2 from "@phi-ag/argon2";
import wasm from "@phi-ag/argon2/argon2.wasm";
import { eq } from "drizzle-orm";
import type { ClientMetadata, OrganizationPolicy, ProfileClaims, Publisher } from "../src/model.ts";
import { argon2Input, passwordHashOptions } from "../src/rules/passwordHash.ts";
import { open } from "../src/store/database.ts";
import {
  clients,
  initialAccessTokens,
  memberships,
  organizationClients,
  organizations,
  resources,
  users,
} from "../src/store/schema.ts";
import { sha256 } from "../src/tokens/encoding.ts";

export const PASSWORD = "correct-horse-battery-9";
export const SECRET = "secret-of-the-client-with-43-characters-0000";
export const API = "https://devops.contoso.example";
export const CALLBACK = "https://buildboard.example/callback";

const at = Date.UTC(2026, 0, 1);

const hash = async (password: string): Promise<string> => {
  const argon2 = new Argon2(await WebAssembly.instantiate(wasm));
  return argon2.hash(argon2Input(password), { ...passwordHashOptions, salt: new Uint8Array(16) }).encoded;
};

let passwordHash: Promise<string> | undefined;
const hashPassword = (): Promise<string> => {
  passwordHash ??= hash(PASSWORD);
  return passwordHash;
};

/** Gives the person another password than `PASSWORD`; null for none. */
export async function setPassword(userId: string, password: string | null): Promise<void> {
  const passwordHash = password === null ? null : await hash(password);
  await open(env.DB).update(users).set({ passwordHash }).where(eq(users.id, userId));
}

/** A person who signs in with `PASSWORD`; the id is what tokens call `sub`. */
export async function addUser(name: string, profile: ProfileClaims = {}): Promise<{ userId: string; email: string }> {
  const userId = `aa${name.toLowerCase().padEnd(20, "0")}`;
  const email = `${name.toLowerCase()}@contoso.example`;
  const values = { id: userId, email, emailVerified: true, name: `${name} Example`, profile, createdAt: at, updatedAt: at };
  await open(env.DB)
    .insert(users)
    .values({ ...values, passwordHash: await hashPassword() });
  return { userId, email };
}

/** An organization and its members' user ids. */
export async function addOrganization(
  name: string,
  policy: OrganizationPolicy,
  ...members: readonly string[]
): Promise<string> {
  const id = `aa${name.padEnd(20, "0")}`;
  const db = open(env.DB);
  await db
    .insert(organizations)
    .values({ id, name, displayName: name[0]?.toUpperCase() + name.slice(1), policy, createdAt: at });
  for (const userId of members)
    await db.insert(memberships).values({ userId, organizationId: id, role: "member", createdAt: at });
  return id;
}

export async function decideClient(organizationId: string, clientId: string, status: "approved" | "denied"): Promise<void> {
  await open(env.DB)
    .insert(organizationClients)
    .values({ organizationId, clientId, status, decidedAt: at })
    .onConflictDoUpdate({ target: [organizationClients.organizationId, organizationClients.clientId], set: { status } });
}

/** A client that may do everything, unless `metadata` says otherwise; confidential ones have `SECRET`. */
export async function addClient(
  clientId: string,
  metadata: Partial<ClientMetadata> = {},
  publisher: Publisher | null = null,
): Promise<string> {
  const full: ClientMetadata = {
    client_name: "Buildboard",
    application_type: "web",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
    id_token_signed_response_alg: "RS256",
    authorization_signed_response_alg: "RS256",
    introspection_signed_response_alg: "RS256",
    subject_type: "public",
    require_pkce: true,
    refresh_overlap_seconds: 90,
    ...metadata,
  };
  const hasSecret = full.token_endpoint_auth_method.startsWith("client_secret_");
  const secrets = !hasSecret ? [] : [{ sha256: await sha256(SECRET), createdAt: at, expiresAt: null }];
  await open(env.DB).insert(clients).values({ clientId, metadata: full, secrets, publisher, createdAt: at, updatedAt: at });
  return clientId;
}

/** Makes the client one that this person registered on the developer pages. */
export async function giveClient(clientId: string, ownerId: string): Promise<void> {
  await open(env.DB).update(clients).set({ ownerId, origin: "developer" }).where(eq(clients.clientId, clientId));
}

/** Contoso DevOps, whose resource server introspects as the client `contoso-devops`. */
export async function addResource(identifier = API, prefix = "", accessTokenSeconds: number | null = null): Promise<string> {
  const scope = (name: string, access: "read" | "write", risk: "low" | "high") => ({
    name: prefix + name,
    title: `${access === "read" ? "See" : "Change"} ${name}`,
    description: `All that is in ${name}.`,
    access,
    risk,
  });
  await open(env.DB)
    .insert(resources)
    .values({
      identifier,
      name: `${prefix}Contoso DevOps`,
      scopes: [
        scope("workitems.read", "read", "low"),
        scope("workitems.write", "write", "high"),
        scope("builds.read", "read", "low"),
      ],
      authorizationDetailsTypes: [
        {
          type: `${prefix}repository_access`,
          title: "Use certain repositories",
          description: "Only those that are named, and only for what is said.",
          access: "write",
          risk: "high",
          schema: {
            type: "object",
            required: ["type", "repositories", "actions"],
            properties: {
              type: { const: `${prefix}repository_access` },
              repositories: { type: "array", minItems: 1, items: { type: "string" } },
              actions: { type: "array", items: { enum: ["read", "push"] } },
              until: { type: "string" },
            },
            additionalProperties: false,
          },
        },
      ],
      accessTokenSeconds,
      clientId: "contoso-devops",
      createdAt: at,
      updatedAt: at,
    });
  return identifier;
}

/** Makes a resource another in some respect: whose server it is, who registered it, what it defines. */
export async function changeResource(identifier: string, changes: Partial<typeof resources.$inferInsert>): Promise<void> {
  await open(env.DB).update(resources).set(changes).where(eq(resources.identifier, identifier));
}

export const INITIAL_ACCESS_TOKEN = "csi_of-the-operator-with-43-characters-00000000";

/** A token that lets a client register; good for one registration and for nothing but what a stranger gets, unless `changes` say so. */
export async function addInitialAccessToken(
  changes: Partial<typeof initialAccessTokens.$inferInsert> = {},
  token = INITIAL_ACCESS_TOKEN,
): Promise<string> {
  const values = { id: await sha256(token), label: "for tests", createdBy: "system", usesLeft: 1, createdAt: at };
  await open(env.DB)
    .insert(initialAccessTokens)
    .values({ ...values, ...changes });
  return token;
}
