import { eq } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Once } from "../model.ts";
import { transact } from "./database.ts";
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
