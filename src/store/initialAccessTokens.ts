import { and, eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
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
