/** Rows of a seed as SQL. Literals instead of parameters: `wrangler d1 execute` takes none. */
import type { Seed } from "./seedFile.ts";

type Value = string | number | null;

/** How a row meets the one that is there: `key` tells that it is the same, `kept` is never overwritten. */
const tables = {
  users: { key: "id", kept: ["created_at"] },
  organizations: { key: "name", kept: ["id", "created_at"] },
  memberships: { key: "user_id, organization_id", kept: ["created_at"] },
  organization_clients: { key: "organization_id, client_id", kept: [] },
  clients: { key: "client_id", kept: ["created_at"] },
  resources: { key: "identifier", kept: ["created_at"] },
  identities: { key: "issuer, subject", kept: ["created_at"] },
  trusted_issuers: { key: "issuer", kept: ["created_at"] },
  organization_domains: { key: "domain", kept: ["created_at"] },
  directories: { key: "id", kept: ["created_at"] },
} as const;

/** When a row last changed, which is no change by itself. */
const times = ["updated_at", "decided_at"];

/** Writes the row unless it is there as it is, times included; yields one row if it wrote. */
export function upsert(table: keyof typeof tables, row: Readonly<Record<string, Value>>): string {
  const { key, kept } = tables[table];
  const columns = Object.keys(row);
  const set = columns.filter((column) => !key.split(", ").includes(column) && !kept.some((name) => name === column));
  const compared = set.filter((column) => !times.includes(column));
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${Object.values(row).map(literal).join(", ")})
ON CONFLICT (${key}) DO UPDATE SET ${set.map((column) => `${column} = excluded.${column}`).join(", ")}
WHERE ${compared.map((column) => `${table}.${column} IS NOT excluded.${column}`).join(" OR ")} RETURNING 1 AS written`;
}

/** What the database has of the people, organizations and clients that the seed speaks of, and of all resources. */
export function selectExisting(seed: Seed): readonly string[] {
  const { users, organizations, resources, clients, trustedIssuers, directories } = seed;
  const emails = [...users, ...organizations.flatMap(({ members }) => members)].map(({ email }) => email);
  const clientIds = [...clients, ...resources, ...organizations.flatMap((organization) => organization.clients)].map(
    ({ clientId }) => clientId,
  );
  const trusted = trustedIssuers.flatMap((trust) => trust.clients ?? []);
  const named = [...trustedIssuers, ...directories].map(({ organization }) => organization);
  const names = [...organizations.map(({ name }) => name), ...named];
  return [
    `SELECT id, email, password_hash FROM users WHERE email IN ${among(emails)} OR id IN ${among(users.map(({ sub }) => sub ?? null))}`,
    `SELECT id, name FROM organizations WHERE name IN ${among(names)}`,
    `SELECT client_id, metadata, secrets, publisher FROM clients WHERE client_id IN ${among([...clientIds, ...trusted])}`,
    "SELECT identifier, scopes, authorization_details_types FROM resources",
    "SELECT id, sealed_secret, settings FROM directories",
  ];
}

const among = (values: readonly Value[]): string => `(SELECT value FROM json_each(${literal(JSON.stringify(values))}))`;

const literal = (value: Value): string => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value));
