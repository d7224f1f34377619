import { eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Resource, UserId } from "../model.ts";
import { transact } from "./database.ts";
import { remember } from "./memory.ts";
import { resources } from "./schema.ts";

/** What this isolate remembers them under. */
export const RESOURCES_KEY = "resources";

/** Every registered resource, as of `config.cacheSeconds` ago at most; no trip when this isolate knows them. */
export const loadResources = (deps: Deps): Promise<readonly Resource[]> =>
  remember(deps, RESOURCES_KEY, async () => (await listResources(deps)).map(({ resource }) => resource));

/** A resource as D1 has it. */
export interface StoredResource {
  readonly resource: Resource;
  /** Another one after each change. */
  readonly version: number;
}

/** Every resource, or those of one person on the developer pages, in the order of their identifiers; one trip. */
export async function listResources(deps: Deps, ownerId?: UserId): Promise<readonly StoredResource[]> {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select()
      .from(resources)
      .where(ownerId === undefined ? undefined : eq(resources.ownerId, ownerId))
      .orderBy(resources.identifier),
  ]);
  return rows.map(toStoredResource);
}

/** The resource of that identifier; one trip. */
export async function findResource(deps: Deps, identifier: string): Promise<StoredResource | undefined> {
  const [rows] = await transact(deps.db, (db) => [db.select().from(resources).where(eq(resources.identifier, identifier))]);
  return rows[0] && toStoredResource(rows[0]);
}

/** How many live consents reach the resource; one trip. */
export async function countConsents(deps: Deps, identifier: string): Promise<number> {
  const [[row]] = await transact(deps.db, (db) => [
    db.all<{ readonly count: number }>(sql`
      SELECT count(*) AS count FROM grants WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${deps.now()})
        AND EXISTS (SELECT 1 FROM json_each(grants.resources) WHERE value = ${identifier})`),
  ]);
  return row?.count ?? 0;
}

export const toStoredResource = (row: typeof resources.$inferSelect): StoredResource => ({
  resource: {
    identifier: row.identifier,
    name: row.name,
    ...row.translations,
    scopes: row.scopes,
    authorizationDetailsTypes: row.authorizationDetailsTypes,
    accessTokenSeconds: row.accessTokenSeconds,
    clientId: row.clientId,
    ownerId: row.ownerId,
  },
  version: row.updatedAt,
});
