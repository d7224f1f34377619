import { eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Once } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { seen } from "./schema.ts";

/**
 * Uses up what a request brought, where it has nothing else to do in D1; no trip when it brought nothing of the kind. Who has
 * other work there passes `once` along with it instead.
 * @throws OAuthError invalid_client or invalid_dpop_proof for what was used before
 */
export async function spend(deps: Deps, once: Once): Promise<void> {
  if (once.uses.length === 0) return;
  await transact(deps.db, (db) => [db.select({ rid: seen.rid }).from(seen).where(eq(seen.rid, once.rid))], once);
}

/** Something that counts once, of which the request goes on where it was used before: it then tells so in its own words. */
export interface Claim {
  /** SHA-256 (base64url) over what it is and which one. */
  readonly key: string;
  /** Of the request, so that a repeat by ourselves is none. */
  readonly rid: string;
  /** From then on it would be refused as too old anyway. */
  readonly expiresAt: number;
}

/** The statement that claims it, if nobody has; it stands before what `isClaimed` guards in the same batch. */
export const claimStatement = (db: Database, { key, rid, expiresAt }: Claim) =>
  db.run(sql`INSERT INTO seen (key, rid, expires_at) VALUES (${key}, ${rid}, ${expiresAt}) ON CONFLICT (key) DO NOTHING`);

/** Whether it is this request's: of parallel ones, of one alone. */
export const isClaimed = ({ key, rid }: Claim): SQL => sql`EXISTS (SELECT 1 FROM seen WHERE key = ${key} AND rid = ${rid})`;
