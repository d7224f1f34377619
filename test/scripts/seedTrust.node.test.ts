import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../../scripts/database.ts";
import { migrate } from "../../scripts/migrations.ts";
import { parseSeed } from "../../scripts/seedFile.ts";
import { applySeed } from "../../scripts/seeding.ts";

const tables = ["identities", "trusted_issuers", "organizations", "clients", "users"];
const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "1" };
const issuer = "https://login.acme.example";
const trust = { issuer, purposes: ["id_jag"], jwks_uri: `${issuer}/jwks`, organization: "acme" };
const bearer = { issuer, purposes: ["jwt_bearer"], jwks: { keys: [jwk] }, clients: ["c"] };
const client = { client_id: "c", client_secret: "s".repeat(32), client_name: "C", redirect_uris: ["https://c.example/cb"] };
const user = { email: "kim@example.com", name: "Kim", identities: [{ issuer, subject: "00u1" }] };
const whole = { users: [user], organizations: [{ name: "acme" }], clients: [client], trusted_issuers: [trust] };

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

const seed = async (file: unknown, at: number) => applySeed(database, parseSeed(file), at);
const dump = () => database.batch(tables.map((table) => `SELECT * FROM ${table} ORDER BY 1, 2`));
const rows = async (sql: string) => (await database.batch([sql]))[0] ?? [];

test("issuers and identities are kept, and seeding them a second time changes nothing", async () => {
  await seed({ ...whole, trusted_issuers: [{ ...trust, match_email: true, tenant: "t1", scopes: ["things.read"] }] }, 1000);
  expect(
    await rows(`SELECT issuer, purposes, jwks, jwks_uri, name, matches_email, tenant, clients, scopes
      FROM trusted_issuers JOIN organizations ON organizations.id = organization_id`),
  ).toEqual([
    {
      issuer,
      purposes: '["id_jag"]',
      jwks: null,
      jwks_uri: `${issuer}/jwks`,
      name: "acme",
      matches_email: 1,
      tenant: "t1",
      clients: null,
      scopes: '["things.read"]',
    },
  ]);
  expect(await rows("SELECT issuer, subject, email FROM identities JOIN users ON users.id = user_id")).toEqual([
    { issuer, subject: "00u1", email: "kim@example.com" },
  ]);
  const before = await dump();
  expect(
    await seed({ ...whole, trusted_issuers: [{ ...trust, match_email: true, tenant: "t1", scopes: ["things.read"] }] }, 2000),
  ).toBe(0);
  expect(await dump()).toEqual(before);
});

test("what an issuer is trusted for may change, and its organization and clients may be older than the file", async () => {
  await seed(whole, 1000);
  expect(await seed({ trusted_issuers: [{ ...trust, clients: ["c", "https://agent.example/client.json"] }] }, 2000)).toBe(1);
  expect(await rows("SELECT clients, created_at, updated_at FROM trusted_issuers")).toEqual([
    { clients: '["c","https://agent.example/client.json"]', created_at: 1000, updated_at: 2000 },
  ]);
});

test.each<[string, object, string]>([
  ["no issuer", { trusted_issuers: [{ ...trust, issuer: undefined }] }, "trusted_issuers[0].issuer: is missing"],
  [
    "an issuer in words",
    { trusted_issuers: [{ ...trust, issuer: "Acme" }] },
    "trusted_issuers[0].issuer: is not an absolute URI",
  ],
  [
    "an issuer that is not https",
    { trusted_issuers: [{ ...trust, issuer: "http://acme.example" }] },
    "trusted_issuers[0].issuer: is not https",
  ],
  [
    "an issuer with a query",
    { trusted_issuers: [{ ...trust, issuer: `${issuer}/?tenant=1` }] },
    "trusted_issuers[0].issuer: has a query or a fragment",
  ],
  ["one issuer twice", { trusted_issuers: [trust, trust] }, `trusted_issuers[1].issuer: is ${issuer}, like`],
  ["no purpose", { trusted_issuers: [{ ...trust, purposes: [] }] }, "trusted_issuers[0].purposes: is empty"],
  [
    "a purpose that we do not know",
    { trusted_issuers: [{ ...trust, purposes: ["saml"] }] },
    "trusted_issuers[0].purposes[0]: is not one of jwt_bearer, id_jag, software_statement",
  ],
  ["no keys", { trusted_issuers: [{ ...trust, jwks_uri: undefined }] }, "trusted_issuers[0].jwks_uri: is missing, or jwks"],
  [
    "keys in two places",
    { trusted_issuers: [{ ...trust, jwks: { keys: [jwk] } }] },
    "trusted_issuers[0].jwks_uri: is given beside jwks",
  ],
  [
    "a private key",
    { trusted_issuers: [{ ...bearer, jwks: { keys: [{ ...jwk, d: "AAAA" }] } }] },
    "trusted_issuers[0].jwks.keys[0]: is not a public key",
  ],
  [
    "keys at an address that only this machine reaches",
    { trusted_issuers: [{ ...trust, jwks_uri: "https://169.254.169.254/jwks" }] },
    "trusted_issuers[0].jwks_uri: has an address that is not public",
  ],
  [
    "id_jag of no organization",
    { trusted_issuers: [{ ...trust, organization: undefined }] },
    "trusted_issuers[0].organization: is missing",
  ],
  [
    "id_jag of an organization that nobody knows",
    { trusted_issuers: [{ ...trust, organization: "umbrella" }] },
    "trusted_issuers[0].organization: there is no organization umbrella",
  ],
  [
    "jwt_bearer without clients",
    { trusted_issuers: [{ ...bearer, clients: undefined }] },
    "trusted_issuers[0].clients: is missing",
  ],
  [
    "a client that nobody knows",
    { trusted_issuers: [{ ...bearer, clients: ["c", "x"] }] },
    "trusted_issuers[0].clients[1]: there is no client x",
  ],
  [
    "addresses matched in no organization",
    { trusted_issuers: [{ ...bearer, match_email: true }] },
    "trusted_issuers[0].match_email: is true without an organization",
  ],
  ["a scope with a space", { trusted_issuers: [{ ...trust, scopes: ["a b"] }] }, "trusted_issuers[0].scopes[0]: is not a text"],
  [
    "a misspelt member",
    { trusted_issuers: [{ ...trust, scope: "a" }] },
    "trusted_issuers[0].scope: is not a member that we know",
  ],
  [
    "a subject of two people",
    { users: [user, { ...user, email: "lee@example.com" }] },
    `users[1].identities[0].subject: is 00u1 at ${issuer}, like users[0].identities[0].subject`,
  ],
  [
    "a subject without an issuer",
    { users: [{ ...user, identities: [{ subject: "1" }] }] },
    "users[0].identities[0].issuer: is missing",
  ],
  [
    "a subject of a kilobyte",
    { users: [{ ...user, identities: [{ issuer, subject: "x".repeat(1024) }] }] },
    "users[0].identities[0].subject: is longer than 255 characters",
  ],
])("a seed with %s is refused whole", async (_, file, message) => {
  await seed(whole, 1000);
  const before = await dump();
  await expect(seed(file, 2000)).rejects.toThrow(message);
  expect(await dump()).toEqual(before);
});
