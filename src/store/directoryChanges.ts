/** Directories that an operator connects, and takes away. */
import { asc, eq, gte, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { DirectorySettings } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { columns, type Database, selectOne, transact } from "./database.ts";
import { DIRECTORIES_KEY } from "./directories.ts";
import { forget } from "./memory.ts";
import { met, type Precondition } from "./precondition.ts";
import { directories, organizations } from "./schema.ts";

/** A directory as an operator writes it; `organization` is a name. */
export interface WrittenDirectory {
  readonly id: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: the present one stays; null: none. */
  readonly sealedSecret: string | null | undefined;
  readonly organization: string | null;
  readonly settings: DirectorySettings;
}

export interface StoredDirectory {
  readonly directory: Omit<WrittenDirectory, "sealedSecret">;
  readonly hasSecret: boolean;
  /** Another one after each change. */
  readonly version: number;
}

/** What became of it; everything but `stored` has changed nothing. */
export type DirectoryOutcome =
  | { readonly kind: "stored"; readonly stored: StoredDirectory; readonly isNew: boolean }
  | { readonly kind: "unmet" }
  | { readonly kind: "no_organization" }
  /** Of `domains`, by its place: people with such an address are sent to another directory already. */
  | { readonly kind: "taken_domain"; readonly index: number };

const select = (db: Database) =>
  db
    .select({ directory: columns(directories), organization: organizations.name })
    .from(directories)
    .leftJoin(organizations, eq(organizations.id, directories.organizationId));

type Row = Awaited<ReturnType<typeof select>>[number];

const toStored = ({ directory: row, organization }: Row): StoredDirectory => ({
  directory: {
    id: row.id,
    displayName: row.displayName,
    issuer: row.issuer,
    clientId: row.clientId,
    organization,
    settings: row.settings,
  },
  hasSecret: row.sealedSecret !== null,
  version: row.updatedAt,
});

/** Every directory, as D1 has it; one trip. */
export async function listDirectories(deps: Deps): Promise<readonly StoredDirectory[]> {
  const [rows] = await transact(deps.db, (db) => [select(db).where(gte(directories.id, "")).orderBy(asc(directories.id))]);
  return rows.map(toStored);
}

/** The directory of that id, as D1 has it; one trip. */
export async function findStoredDirectory(deps: Deps, id: string): Promise<StoredDirectory | undefined> {
  const [rows] = await transact(deps.db, (db) => [select(db).where(eq(directories.id, id))]);
  return rows[0] && toStored(rows[0]);
}

/**
 * Connects the directory as it is given, if the precondition holds, what it names is there, and no other directory has one of its
 * domains; one trip. Written as it stands already, nothing changes and nothing is logged. This isolate goes by it at once, others
 * within `config.cacheSeconds`.
 */
export async function putDirectory(
  deps: Deps,
  written: WrittenDirectory,
  precondition: Precondition,
  by: string,
): Promise<DirectoryOutcome> {
  const { id, displayName, issuer, clientId, sealedSecret, organization, settings } = written;
  const at = deps.now();
  const row = sql`SELECT 1 FROM directories WHERE id = ${id}`;
  const organizationId = sql`(SELECT id FROM organizations WHERE name = ${organization})`;
  const taken = sql`
    SELECT mine.key FROM json_each(${JSON.stringify(settings.domains)}) AS mine, directories AS other,
      json_each(other.settings, '$.domains') AS theirs
    WHERE other.id <> ${id} AND theirs.value = mine.value ORDER BY mine.key LIMIT 1`;
  const stands = sql`${met(precondition, row)} AND (${organization} IS NULL OR ${organizationId} IS NOT NULL) AND NOT EXISTS (${taken})`;
  const settingsText = JSON.stringify(settings);
  const secret =
    sealedSecret === undefined ? sql`(SELECT sealed_secret FROM directories WHERE id = ${id})` : sql`${sealedSecret}`;
  const same = sql`EXISTS (${row} AND display_name = ${displayName} AND issuer = ${issuer} AND client_id = ${clientId}
    AND sealed_secret IS ${secret} AND settings = ${settingsText} AND organization_id IS ${organizationId})`;
  const entry = { at, actor: by, organizationId, detail: { directory: id, issuer } };
  const [, , , rows, [matches], [found], [other]] = await transact(deps.db, (db) => [
    auditWhen(db, { ...entry, action: "directory.connected" }, sql`WHERE NOT EXISTS (${row}) AND ${stands}`),
    auditWhen(db, { ...entry, action: "directory.updated" }, sql`WHERE EXISTS (${row}) AND NOT ${same} AND ${stands}`),
    db.run(sql`
      INSERT INTO directories
        (id, display_name, issuer, client_id, sealed_secret, settings, organization_id, created_at, updated_at)
      SELECT ${id}, ${displayName}, ${issuer}, ${clientId}, ${secret}, ${settingsText}, ${organizationId}, ${at}, ${at}
      WHERE NOT ${same} AND ${stands}
      ON CONFLICT (id) DO UPDATE SET
        display_name = excluded.display_name, issuer = excluded.issuer, client_id = excluded.client_id,
        sealed_secret = excluded.sealed_secret, settings = excluded.settings, organization_id = excluded.organization_id,
        updated_at = max(excluded.updated_at, directories.updated_at + 1)`),
    select(db).where(eq(directories.id, id)),
    selectOne(db, same),
    selectOne(db, organizationId),
    selectOne(db, sql`(${taken})`),
  ]);
  forget(deps, DIRECTORIES_KEY);
  const [stored] = rows;
  const isNew = stored?.directory.createdAt === at && stored.directory.updatedAt === at;
  if (organization !== null && found?.value === null) return { kind: "no_organization" };
  if (other?.value !== null) return { kind: "taken_domain", index: Number(other?.value) };
  if (stored !== undefined && matches?.value === 1 && (isNew || precondition.kind !== "absent"))
    return { kind: "stored", stored: toStored(stored), isNew };
  return { kind: "unmet" };
}

/**
 * Takes the directory away, if the precondition holds; one trip. Nobody signs in there any more: at once by this isolate, by others
 * within `config.cacheSeconds`. Who came by it stays: accounts, memberships, sessions.
 */
export async function removeDirectory(
  deps: Deps,
  id: string,
  precondition: Precondition,
  by: string,
): Promise<"removed" | "none" | "unmet"> {
  const at = deps.now();
  const row = sql`SELECT 1 FROM directories WHERE id = ${id}`;
  const goes = sql`FROM directories WHERE id = ${id} AND ${met(precondition, row)}`;
  const entry = {
    at,
    action: "directory.removed",
    actor: by,
    organizationId: sql`organization_id`,
    detail: { directory: id },
  } as const;
  const [, , [done], [left]] = await transact(deps.db, (db) => [
    auditWhen(db, entry, goes),
    db.run(sql`DELETE ${goes}`),
    selectOne(
      db,
      sql`EXISTS (SELECT 1 FROM audit WHERE at = ${at} AND actor = ${by} AND action = ${entry.action}
        AND json_extract(detail, '$.directory') = ${id})`,
    ),
    selectOne(db, sql`EXISTS (${row})`),
  ]);
  forget(deps, DIRECTORIES_KEY);
  if (left?.value === 1) return "unmet";
  return done?.value === 1 ? "removed" : "none";
}
