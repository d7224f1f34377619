import { gt, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { signingKeys } from "./schema.ts";

/** For how long after its last token has died a key is kept: `id_token_hint` may be an ID token that expired long ago. */
export const HINT_SECONDS = 90 * 24 * 3600;

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** Every key that has yet to sign, signs, or signed an ID token that may come back as a hint; the newest first. */
export async function loadKeyRows(deps: Deps): Promise<readonly SigningKeyRow[]> {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select()
      .from(signingKeys)
      .where(gt(signingKeys.expiresAt, deps.now() - HINT_SECONDS * 1000))
      .orderBy(sql`${signingKeys.activeAt} DESC`),
  ]);
  return rows;
}

/** Stores the key unless the algorithm has one already that signs at `row.activeAt` or begins later: of instances that race, one wins. */
export async function addKey(deps: Deps, row: SigningKeyRow): Promise<void> {
  const { kid, alg, activeAt } = row;
  const missing = sql`
    WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE kid = ${kid} OR (alg = ${alg} AND retires_at > ${activeAt}))`;
  await transact(deps.db, (db) => [
    auditWhen(db, { at: row.createdAt, action: "key.created", actor: "system", detail: { kid, alg } }, missing),
    db.run(sql`
      INSERT INTO signing_keys (kid, alg, public_jwk, sealed_private_jwk, created_at, active_at, retires_at, expires_at)
      SELECT ${kid}, ${alg}, ${JSON.stringify(row.publicJwk)}, ${row.sealedPrivateJwk}, ${row.createdAt},
             ${activeAt}, ${row.retiresAt}, ${row.expiresAt}
      ${missing}`),
  ]);
}
