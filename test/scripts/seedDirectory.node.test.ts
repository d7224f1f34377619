import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../../scripts/database.ts";
import { migrate } from "../../scripts/migrations.ts";
import { parseSeed } from "../../scripts/seedFile.ts";
import { applySeed } from "../../scripts/seeding.ts";
import { unseal } from "../../src/tokens/secret.ts";

const tables = ["directories", "organization_domains", "organizations"];
const masterSecret = "a-secret-for-tests-of-43-characters-or-more-";
const directory = {
  id: "acme",
  display_name: "Acme",
  issuer: "https://login.acme.example",
  client_id: "countersign",
  client_secret: "a-secret-of-theirs",
  organization: "acme",
  domains: ["acme.example"],
  creates_accounts: true,
};
const whole = { organizations: [{ name: "acme", domains: ["acme.example", "acme.test"] }], directories: [directory] };

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

const seed = async (file: unknown, at: number, tools = { masterSecret } as { masterSecret?: string }) =>
  applySeed(database, parseSeed(file), at, tools);
const dump = () => database.batch(tables.map((table) => `SELECT * FROM ${table} ORDER BY 1, 2`));
const rows = async (sql: string) => (await database.batch([sql]))[0] ?? [];
const secret = async () => {
  const [row] = await rows("SELECT sealed_secret FROM directories");
  const sealer = { config: { masterSecret }, random: () => new Uint8Array(), memory: new Map() };
  return unseal(sealer, "directory", String(row?.["sealed_secret"]));
};

test("directories and domains are kept, the secret sealed, and seeding them a second time changes nothing", async () => {
  await seed(whole, 1000);
  expect(
    await rows(`SELECT directories.id, directories.display_name, issuer, client_id, settings, name
      FROM directories JOIN organizations ON organizations.id = organization_id`),
  ).toEqual([
    {
      id: "acme",
      display_name: "Acme",
      issuer: "https://login.acme.example",
      client_id: "countersign",
      settings: '{"domains":["acme.example"],"creates_accounts":true,"matches_email":false}',
      name: "acme",
    },
  ]);
  expect(await rows("SELECT domain, name FROM organization_domains JOIN organizations ON id = organization_id")).toEqual([
    { domain: "acme.example", name: "acme" },
    { domain: "acme.test", name: "acme" },
  ]);
  expect(await secret()).toBe("a-secret-of-theirs");
  const before = await dump();
  expect(await seed(whole, 2000)).toBe(0);
  expect(await dump()).toEqual(before);
});

test("a secret may change, and stays where the file leaves it out", async () => {
  await seed(whole, 1000);
  const { client_secret: _, ...without } = directory;
  expect(await seed({ directories: [without] }, 2000, {})).toBe(0);
  expect(await secret()).toBe("a-secret-of-theirs");
  expect(await seed({ directories: [{ ...directory, client_secret: "another-secret" }] }, 3000)).toBe(1);
  expect(await secret()).toBe("another-secret");
});

test.each<[string, object, string]>([
  ["no id", { directories: [{ ...directory, id: undefined }] }, "directories[0].id: is missing"],
  [
    "the same id twice",
    { ...whole, directories: [directory, { ...directory, domains: [], creates_accounts: false }] },
    "directories[1].id: is acme, like directories[0].id",
  ],
  [
    "one domain of two directories",
    { ...whole, directories: [directory, { ...directory, id: "b" }] },
    "directories[1].domains[0]: is acme.example, like directories[0].domains[0]",
  ],
  [
    "one domain of two organizations",
    { organizations: [...whole.organizations, { name: "b", domains: ["acme.test"] }] },
    "organizations[1].domains[0]: is acme.test, like organizations[0].domains[1]",
  ],
  [
    "a domain with a scheme",
    { organizations: [{ name: "acme", domains: ["https://acme.example"] }] },
    "organizations[0].domains[0]: is not a domain",
  ],
  [
    "an organization that there is not",
    { directories: [directory] },
    "directories[0].organization: there is no organization acme",
  ],
  [
    "a flag in words",
    { ...whole, directories: [{ ...directory, matches_email: "yes" }] },
    "directories[0].matches_email: is not true or false",
  ],
])("a seed with %s is refused whole, with the path of the member", async (_, file, message) => {
  await expect(seed(file, 1000)).rejects.toThrow(message);
  expect((await dump()).flat()).toEqual([]);
});

test("a secret needs the master secret to be sealed with", async () => {
  await expect(seed(whole, 1000, {})).rejects.toThrow("directories[0].client_secret: is kept encrypted");
});

test("a domain that another directory of the database has is refused", async () => {
  await seed(whole, 1000);
  const before = await dump();
  const other = { ...directory, id: "b", organization: undefined };
  await expect(seed({ directories: [other] }, 2000)).rejects.toThrow(
    "directories[0].domains[0]: is acme.example, which the directory acme has",
  );
  expect(await dump()).toEqual(before);
});
