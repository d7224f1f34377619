import { and, asc, eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import type { Permit } from "./registry.ts";
import { initialAccessTokens } from "./schema.ts";

/** A token that lets a client register (RFC 7591 section 3), and what whoever made it vouches for. */
export type InitialAccessToken = Pick<
  typeof initialAccessTokens.$inferSelect,
  "id" | "label" | "createdBy" | "grantTypes" | "scopes"
>;

const usable = (at: number) => sql`(uses_left IS NULL OR uses_left > 0) AND (expires_at IS NULL OR expires_at > ${at})`;

/** The token, if it is still good for a registration. One trip. @param id SHA-256 (base64url) of its text */
export async function findInitialAccessToken(deps: Deps, id: string): Promise<InitialAccessToken | undefined> {
  const { label, createdBy, grantTypes, scopes } = initialAccessTokens;
  const [rows] = await transact(deps.db, (db) => [
    db
      .select({ id: initialAccessTokens.id, label, createdBy, grantTypes, scopes })
      .from(initialAccessTokens)
      .where(and(eq(initialAccessTokens.id, id), usable(deps.now()))),
  ]);
  return rows[0];
}

/** That the token is good for one registration more, which it then is used up by. */
export const permitOf = ({ id, label }: InitialAccessToken, at: number): Permit => ({
  holds: sql`EXISTS (SELECT 1 FROM initial_access_tokens WHERE id = ${id} AND ${usable(at)})`,
  takes: [sql`UPDATE initial_access_tokens SET uses_left = uses_left - 1 WHERE id = ${id}`],
  detail: { initial_access_token: label },
});

/** One as it is kept: `id` is all that is left of the token itself. */
export type StoredInitialAccessToken = typeof initialAccessTokens.$inferSelect;

/** Those that are there, the oldest first; one trip. */
export async function listInitialAccessTokens(deps: Deps): Promise<readonly StoredInitialAccessToken[]> {
  const { createdAt, id } = initialAccessTokens;
  const [rows] = await transact(deps.db, (db) => [db.select().from(initialAccessTokens).orderBy(asc(createdAt), asc(id))]);
  return rows;
}

/** Keeps a new one, with its row in the log; one trip. */
export async function addInitialAccessToken(deps: Deps, token: StoredInitialAccessToken): Promise<void> {
  const { id, label, createdBy, createdAt: at } = token;
  const missing = sql`NOT EXISTS (SELECT 1 FROM initial_access_tokens WHERE id = ${id})`;
  const entry = { at, action: "initial_access_token.created", actor: createdBy, detail: { id, label } } as const;
  await transact(deps.db, (db) => [
    auditWhen(db, entry, sql`WHERE ${missing}`),
    db.insert(initialAccessTokens).values(token).onConflictDoNothing(),
  ]);
}

/** Removes one, with its row in the log; one trip. @returns whether it was there */
export async function removeInitialAccessToken(deps: Deps, id: string, by: string): Promise<boolean> {
  const at = deps.now();
  const action = "initial_access_token.removed";
  const [, , rows] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action, actor: by, detail: sql`json_object('id', id, 'label', label)` },
      sql`FROM initial_access_tokens WHERE id = ${id}`,
    ),
    db.delete(initialAccessTokens).where(eq(initialAccessTokens.id, id)),
    // The log tells whether it was there, also when a retry of ours found it gone.
    db.all<unknown>(sql`
      SELECT 1 FROM audit WHERE at = ${at} AND actor = ${by} AND action = ${action} AND json_extract(detail, '$.id') = ${id}`),
  ]);
  return rows.length > 0;
}
