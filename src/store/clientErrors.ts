import { and, eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId } from "../model.ts";
import { transact } from "./database.ts";
import { keep } from "./memory.ts";
import { clientErrors } from "./schema.ts";

/** One kind of error of one client. */
export interface ClientError {
  readonly clientId: ClientId;
  /** SHA-256 (base64url) over endpoint, error and text. */
  readonly key: string;
  readonly endpoint: string;
  readonly error: string;
  readonly text: string;
}

/** Kinds that are kept for one client, the latest. */
const MAX_KINDS = 50;
/** One isolate writes each kind once in this time, and so many kinds of one client: strangers can name a public client as well. */
const QUIET_SECONDS = 10;
const MAX_WRITES = 5;

/**
 * Whether this isolate should write the error down now, which it then must: it counts as written. What is left out was the same a
 * moment ago, or comes in such numbers that the first of them tell enough.
 */
export function claimError(deps: Deps, { clientId, key }: ClientError): boolean {
  const now = deps.now();
  const place = `client errors:${clientId}`;
  const known = deps.memory.get(place);
  const written = known !== undefined && now < known.expiresAt ? (known.value as Set<string>) : new Set<string>();
  if (written.has(key) || written.size >= MAX_WRITES) return false;
  if (written.size === 0) keep(deps, place, written, now + QUIET_SECONDS * 1000);
  written.add(key);
  return true;
}

/** Writes an error down, or counts it once more; keeps the latest kinds of the client. One trip. A retry may count twice. */
export async function countError(deps: Deps, { clientId, key, endpoint, error, text }: ClientError): Promise<void> {
  const at = deps.now();
  await transact(deps.db, (db) => [
    db
      .insert(clientErrors)
      .values({ clientId, key, endpoint, error, text, count: 1, firstAt: at, lastAt: at })
      .onConflictDoUpdate({
        target: [clientErrors.clientId, clientErrors.key],
        set: { count: sql`${clientErrors.count} + 1`, lastAt: at },
      }),
    db.delete(clientErrors).where(
      and(
        eq(clientErrors.clientId, clientId),
        sql`${clientErrors.key} NOT IN (
          SELECT key FROM client_errors WHERE client_id = ${clientId} ORDER BY last_at DESC, rowid DESC LIMIT ${MAX_KINDS})`,
      ),
    ),
  ]);
}
