import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import initializeArgon2 from "@phi-ag/argon2/node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Database, openDatabase } from "../../scripts/database.ts";
import { migrate } from "../../scripts/migrations.ts";
import { parseSeed } from "../../scripts/seedFile.ts";
import { applySeed, type SeedTools } from "../../scripts/seeding.ts";
import { argon2Input } from "../../src/rules/passwordHash.ts";
import { sha256 } from "../../src/tokens/encoding.ts";
import { unseal } from "../../src/tokens/secret.ts";

const tables = ["organization_clients", "memberships", "organizations", "clients", "resources", "users"];
const client = { client_id: "c", client_secret: "s".repeat(32), client_name: "C", redirect_uris: ["https://c.example/cb"] };
const user = { email: "kim@example.com", name: "Kim", password: "a long password" };

let persist: string;
let database: Database;

beforeAll(async () => {
  persist = await mkdtemp(join(tmpdir(), "countersign-test-"));
  database = await openDatabase(persist);
  await migrate(database);
});

beforeEach(() => database.batch(tables.map((table) => `DELETE FROM ${table}`)));

afterAll(async () => {
  await database.close();
  await rm(persist, { recursive: true, force: true });
});

const seed = (file: unknown, at: number, tools: SeedTools = {}) => applySeed(database, parseSeed(file), at, tools);
const dump = () => database.batch(tables.map((table) => `SELECT * FROM ${table} ORDER BY 1, 2`));
const rows = async (sql: string) => (await database.batch([sql]))[0] ?? [];

test("migrating a second time applies nothing", async () => {
  expect(await migrate(database)).toEqual([]);
});

test("seeding the demo a second time changes nothing, not even a time or a password's salt", async () => {
  expect(await seed(demo, 1000)).toBeGreaterThan(5);
  const before = await dump();
  expect(await seed(demo, 2000)).toBe(0);
  expect(await dump()).toEqual(before);
});

test("a changed member changes its row and no other", async () => {
  await seed(demo, 1000);
  const changed = structuredClone(demo);
  Object.assign(changed.users[0] ?? {}, { name: "Ada Byron" });
  expect(await seed(changed, 2000)).toBe(1);
  expect(await rows("SELECT name, created_at, updated_at FROM users WHERE updated_at > 1000")).toEqual([
    { name: "Ada Byron", created_at: 1000, updated_at: 2000 },
  ]);
});

test("what the file does not mention stays", async () => {
  await seed({ users: [user], clients: [client] }, 1000);
  const before = await dump();
  expect(await seed({ users: [], clients: [] }, 2000)).toBe(0);
  expect(await dump()).toEqual(before);
});

test("a password is kept as a hash that verifies it, however its letters were composed", async () => {
  await seed({ users: [{ ...user, password: "Cafe\u0301-\u212bngstr\u00f6m" }] }, 1000);
  const [row] = await rows("SELECT password_hash FROM users");
  const hash = String(row?.["password_hash"]);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect((await initializeArgon2()).tryVerify(hash, argon2Input("Caf\u00e9-\u00c5ngstr\u00f6m")).success).toBe(true);
});

test("a new password replaces the hash, and a file without one keeps it", async () => {
  await seed({ users: [user] }, 1000);
  const [first] = await rows("SELECT password_hash FROM users");
  await seed({ users: [{ email: user.email, name: user.name }] }, 2000);
  expect(await rows("SELECT password_hash FROM users")).toEqual([first]);
  expect(await seed({ users: [{ ...user, password: "another password" }] }, 3000)).toBe(1);
  expect(await rows("SELECT password_hash FROM users")).not.toEqual([first]);
});

test("a client's secret is kept as its hash, and a new one ends the old", async () => {
  await seed({ clients: [client] }, 1000);
  expect(await secretsOf()).toEqual([{ sha256: await sha256(client.client_secret), createdAt: 1000, expiresAt: null }]);
  await seed({ clients: [{ ...client, client_secret: "n".repeat(32) }] }, 2000);
  expect(await secretsOf()).toEqual([{ sha256: await sha256("n".repeat(32)), createdAt: 2000, expiresAt: null }]);
});

const masterSecret = "m".repeat(43);
const asserting = { ...client, token_endpoint_auth_method: "client_secret_jwt" };
const secretsOf = async () => JSON.parse(String((await rows("SELECT secrets FROM clients"))[0]?.["secrets"]));

test("a secret that is a key is kept sealed beside its hash, and seeding it again changes nothing", async () => {
  await seed({ clients: [asserting] }, 1000, { masterSecret });
  const [secret] = await secretsOf();
  expect(secret).toMatchObject({ sha256: await sha256(client.client_secret), createdAt: 1000 });
  const opener = { config: { masterSecret }, memory: new Map(), random: () => new Uint8Array() };
  expect(await unseal(opener, "client secret", secret.sealed)).toBe(client.client_secret);
  const before = await dump();
  expect(await seed({ clients: [asserting] }, 2000, { masterSecret })).toBe(0);
  const { client_secret: _, ...withoutSecret } = asserting;
  expect(await seed({ clients: [withoutSecret] }, 2000)).toBe(0);
  expect(await dump()).toEqual(before);
});

test("a client whose secret becomes a key must give it anew, and one whose key becomes a secret keeps nothing sealed", async () => {
  await seed({ clients: [client] }, 1000);
  const { client_secret: _, ...withoutSecret } = asserting;
  await expect(seed({ clients: [withoutSecret] }, 2000, { masterSecret })).rejects.toThrow(
    "clients[0].client_secret: is missing",
  );
  await seed({ clients: [asserting] }, 2000, { masterSecret });
  expect(await secretsOf()).toMatchObject([{ createdAt: 2000, sealed: expect.any(String) }]);
  await seed({ clients: [client] }, 3000);
  expect(await secretsOf()).toEqual([{ sha256: await sha256(client.client_secret), createdAt: 3000, expiresAt: null }]);
});

test("without the server's master secret a secret that is a key is refused, in words that say what to do", async () => {
  await expect(seed({ clients: [asserting] }, 1000)).rejects.toThrow(/^clients\[0\]\.client_secret: .* MASTER_SECRET /);
  expect(await rows("SELECT 1 FROM clients")).toEqual([]);
});

const sector = "https://c.example/sector.json";
const inSector = { ...client, subject_type: "pairwise", sector_identifier_uri: sector };

test("a sector_identifier_uri is loaded, and again only when the client has changed", async () => {
  const asked: string[] = [];
  const tools: SeedTools = {
    fetch: async (input) => {
      asked.push(String(input));
      return Response.json([...client.redirect_uris, "https://other.example/cb"]);
    },
  };
  await seed({ clients: [inSector] }, 1000, tools);
  expect(await seed({ clients: [inSector] }, 2000, tools)).toBe(0);
  expect(asked).toEqual([sector]);
  await seed({ clients: [{ ...inSector, client_name: "D" }] }, 3000, tools);
  expect(asked).toEqual([sector, sector]);
});

test.each<[string, () => Response | Promise<Response>, string]>([
  ["does not list a redirect URI", () => Response.json(["https://c.example/other"]), "does not list https://c.example/cb"],
  ["lists it in another spelling", () => Response.json(["https://c.example/cb/"]), "does not list https://c.example/cb"],
  ["is no array", () => Response.json({ redirect_uris: client.redirect_uris }), "is not a JSON array of redirect URIs"],
  ["is no JSON", () => new Response("<html>"), "is not a JSON array of redirect URIs"],
  ["is not there", () => new Response("no", { status: 404 }), "cannot be loaded: it answered 404"],
  [
    "leads elsewhere",
    () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }),
    "cannot be loaded: it answered 302",
  ],
  ["is too large", () => new Response(" ".repeat(70_000)), "cannot be loaded: the answer is larger than 65536 bytes"],
  ["cannot be reached", () => Promise.reject(new Error("connection refused")), "cannot be loaded: its host cannot be reached"],
])("a sector_identifier_uri that %s is refused with its path", async (_, answer, problem) => {
  await expect(seed({ clients: [inSector] }, 1000, { fetch: async () => answer() })).rejects.toThrow(
    `clients[0].sector_identifier_uri: ${problem}`,
  );
  expect(await rows("SELECT 1 FROM clients")).toEqual([]);
});

const payment = { type: "payment", title: "Pay", description: "Pays.", access: "write", schema: { type: "object" } };

test("a type of authorization_details is kept with its schema, and has one owner", async () => {
  const types = { authorization_details_types: [payment] };
  await seed({ resources: [{ identifier: "https://a.example", name: "A", ...types }] }, 1000);
  const [row] = await rows("SELECT authorization_details_types FROM resources");
  expect(JSON.parse(String(row?.["authorization_details_types"]))).toEqual([{ ...payment, risk: "medium" }]);
  await expect(seed({ resources: [{ identifier: "https://b.example", name: "B", ...types }] }, 2000)).rejects.toThrow(
    "resources[0].authorization_details_types[0].type: is payment, which https://a.example defines already",
  );
});

test("quotes in a name are text and not SQL", async () => {
  await seed({ users: [{ ...user, name: "Robert'); DROP TABLE users;--" }] }, 1000);
  expect(await rows("SELECT name FROM users")).toEqual([{ name: "Robert'); DROP TABLE users;--" }]);
});

test("a member may be a person whom an earlier file made", async () => {
  await seed({ users: [user] }, 1000);
  await seed({ organizations: [{ name: "acme", members: [{ email: "Kim@Example.com", role: "owner" }] }] }, 2000);
  expect(await rows("SELECT role FROM memberships JOIN users ON users.id = user_id WHERE email = 'kim@example.com'")).toEqual([
    { role: "owner" },
  ]);
});

const scopes = [{ name: "things.read", title: "Read", description: "Reads.", access: "read" }];

test.each([
  [
    "a member whom nobody knows",
    { organizations: [{ name: "a", members: [{ email: "no@b.example" }] }] },
    "organizations[0].members[0].email: nobody has no@b.example",
  ],
  [
    "a decision on an unknown client",
    { organizations: [{ name: "a", clients: [{ client_id: "x", status: "approved" }] }] },
    "organizations[0].clients[0].client_id: there is no client x",
  ],
  [
    "a resource of an unknown client",
    { resources: [{ identifier: "https://a.example", name: "A", client_id: "x" }] },
    "resources[0].client_id: there is no client x",
  ],
  [
    "a scope that another resource has",
    { resources: [{ identifier: "https://b.example", name: "B", scopes }] },
    "resources[0].scopes[0].name: is things.read, which https://a.example defines already",
  ],
  [
    "a confidential client without a secret",
    { clients: [{ ...client, client_id: "d", client_secret: undefined }] },
    "clients[0].client_secret: is missing",
  ],
  [
    "another subject for a known person",
    { users: [{ ...user, sub: "other" }] },
    "users[0].sub: is other, but kim@example.com is known as",
  ],
])("a seed with %s is refused whole", async (_, file, message) => {
  await seed({ users: [user], resources: [{ identifier: "https://a.example", name: "A", scopes }] }, 1000);
  const before = await dump();
  const fine = { email: "new@example.com", name: "New" };
  await expect(seed({ ...file, users: [...("users" in file ? file.users : []), fine] }, 2000)).rejects.toThrow(message);
  expect(await dump()).toEqual(before);
});
