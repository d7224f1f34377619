/** Issuers that an operator comes to trust, and no longer trusts. */
import { asc, eq, gte, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { TrustPurpose } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { columns, type Database, selectOne, transact } from "./database.ts";
import { forget } from "./memory.ts";
import { met, type Precondition } from "./precondition.ts";
import { organizations, trustedIssuers } from "./schema.ts";
import { TRUSTED_ISSUERS_KEY } from "./trustedIssuers.ts";

/** An issuer as an operator writes it; `organization` is a name. */
export interface Trust {
  readonly issuer: string;
  readonly purposes: readonly TrustPurpose[];
  readonly jwks: (typeof trustedIssuers.$inferSelect)["jwks"];
  readonly jwksUri: string | null;
  readonly organization: string | null;
  readonly matchesEmail: boolean;
  readonly tenant: string | null;
  readonly clients: readonly string[] | null;
  readonly scopes: readonly string[] | null;
}

export interface StoredTrust {
  readonly trust: Trust;
  /** Another one after each change. */
  readonly version: number;
}

/** What became of it; everything but `stored` has changed nothing. */
export type TrustOutcome =
  | { readonly kind: "stored"; readonly stored: StoredTrust; readonly isNew: boolean }
  | { readonly kind: "unmet" }
  | { readonly kind: "no_organization" }
  /** Of `clients`, which are given by their place; one whose id is the address of its document may come later. */
  | { readonly kind: "no_client"; readonly index: number };

const select = (db: Database) =>
  db
    .select({ trust: columns(trustedIssuers), organization: organizations.name })
    .from(trustedIssuers)
    .leftJoin(organizations, eq(organizations.id, trustedIssuers.organizationId));

type Row = Awaited<ReturnType<typeof select>>[number];

const toStored = ({ trust: row, organization }: Row): StoredTrust => ({
  trust: {
    issuer: row.issuer,
    purposes: row.purposes,
    jwks: row.jwks,
    jwksUri: row.jwksUri,
    organization,
    matchesEmail: row.matchesEmail,
    tenant: row.tenant,
    clients: row.clients,
    scopes: row.scopes,
  },
  version: row.updatedAt,
});

/** Every issuer that we trust, as D1 has it; one trip. */
export async function listTrust(deps: Deps): Promise<readonly StoredTrust[]> {
  const [rows] = await transact(deps.db, (db) => [
    select(db).where(gte(trustedIssuers.issuer, "")).orderBy(asc(trustedIssuers.issuer)),
  ]);
  return rows.map(toStored);
}

/** The trust in this issuer; one trip. */
export async function findTrust(deps: Deps, issuer: string): Promise<StoredTrust | undefined> {
  const [rows] = await transact(deps.db, (db) => [select(db).where(eq(trustedIssuers.issuer, issuer))]);
  return rows[0] && toStored(rows[0]);
}

/**
 * Trusts the issuer as it is given, if the precondition holds and what it names is there; one trip. Written as it stands already,
 * nothing changes and nothing is logged. This isolate goes by it at once, others within `config.cacheSeconds`.
 */
export async function putTrust(deps: Deps, trust: Trust, precondition: Precondition, by: string): Promise<TrustOutcome> {
  const { issuer, organization, clients } = trust;
  const at = deps.now();
  const row = sql`SELECT 1 FROM trusted_issuers WHERE issuer = ${issuer}`;
  const organizationId = sql`(SELECT id FROM organizations WHERE name = ${organization})`;
  const missing = sql`
    SELECT key FROM json_each(${JSON.stringify(clients ?? [])})
    WHERE value NOT LIKE 'https://%' AND value NOT IN (SELECT client_id FROM clients)`;
  const stands = sql`${met(precondition, row)} AND (${organization} IS NULL OR ${organizationId} IS NOT NULL) AND NOT EXISTS (${missing})`;
  const values = [
    ["purposes", JSON.stringify(trust.purposes)],
    ["jwks", trust.jwks && JSON.stringify(trust.jwks)],
    ["jwks_uri", trust.jwksUri],
    ["organization_id", organizationId],
    ["matches_email", Number(trust.matchesEmail)],
    ["tenant", trust.tenant],
    ["clients", clients && JSON.stringify(clients)],
    ["scopes", trust.scopes && JSON.stringify(trust.scopes)],
  ] as const;
  const names = sql.join(
    values.map(([name]) => sql.identifier(name)),
    sql`, `,
  );
  const given = sql.join(
    values.map(([, value]) => sql`${value}`),
    sql`, `,
  );
  const set = sql.join(
    values.map(([name]) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`),
    sql`, `,
  );
  const alike = sql.join(
    values.map(([name, value]) => sql`${sql.identifier(name)} IS ${value}`),
    sql` AND `,
  );
  const same = sql`EXISTS (${row} AND ${alike})`;
  const entry = { at, actor: by, detail: { issuer, purposes: trust.purposes } };
  const [, , , rows, [matches], [found], [unknown]] = await transact(deps.db, (db) => [
    auditWhen(db, { ...entry, action: "issuer.trusted" }, sql`WHERE NOT EXISTS (${row}) AND ${stands}`),
    auditWhen(db, { ...entry, action: "issuer.updated" }, sql`WHERE EXISTS (${row}) AND NOT ${same} AND ${stands}`),
    db.run(sql`
      INSERT INTO trusted_issuers (issuer, ${names}, created_at, updated_at)
      SELECT ${issuer}, ${given}, ${at}, ${at} WHERE NOT ${same} AND ${stands}
      ON CONFLICT (issuer) DO UPDATE SET ${set}, updated_at = max(excluded.updated_at, trusted_issuers.updated_at + 1)`),
    select(db).where(eq(trustedIssuers.issuer, issuer)),
    selectOne(db, sql`${same}`),
    selectOne(db, organizationId),
    selectOne(db, sql`(${missing})`),
  ]);
  forget(deps, TRUSTED_ISSUERS_KEY);
  const [stored] = rows;
  const isNew = stored?.trust.createdAt === at && stored.trust.updatedAt === at;
  if (organization !== null && found?.value === null) return { kind: "no_organization" };
  if (unknown?.value !== null) return { kind: "no_client", index: Number(unknown?.value) };
  if (stored !== undefined && matches?.value === 1 && (isNew || precondition.kind !== "absent"))
    return { kind: "stored", stored: toStored(stored), isNew };
  return { kind: "unmet" };
}

/**
 * Trusts the issuer no more, if the precondition holds; one trip. This isolate takes nothing of it at once, others within
 * `config.cacheSeconds`. What it brought about before has no refresh token, and ends with its access token.
 */
export async function removeTrust(
  deps: Deps,
  issuer: string,
  precondition: Precondition,
  by: string,
): Promise<"removed" | "none" | "unmet"> {
  const at = deps.now();
  const row = sql`SELECT 1 FROM trusted_issuers WHERE issuer = ${issuer}`;
  const goes = sql`FROM trusted_issuers WHERE issuer = ${issuer} AND ${met(precondition, row)}`;
  const entry = { at, action: "issuer.distrusted", actor: by, detail: { issuer } } as const;
  const [, , [done], [left]] = await transact(deps.db, (db) => [
    auditWhen(db, entry, goes),
    db.run(sql`DELETE ${goes}`),
    selectOne(
      db,
      sql`EXISTS (SELECT 1 FROM audit WHERE at = ${at} AND actor = ${by} AND action = ${entry.action}
        AND json_extract(detail, '$.issuer') = ${issuer})`,
    ),
    selectOne(db, sql`EXISTS (${row})`),
  ]);
  forget(deps, TRUSTED_ISSUERS_KEY);
  if (left?.value === 1) return "unmet";
  return done?.value === 1 ? "removed" : "none";
}
