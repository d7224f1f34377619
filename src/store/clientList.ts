/** Clients as an operator looks at them: those that are disabled too. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId, ClientOrigin } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { toClient } from "./clients.ts";
import { transact } from "./database.ts";
import { forget } from "./memory.ts";
import { revoke } from "./revocation.ts";
import { clients } from "./schema.ts";

export interface ListedClient {
  readonly client: Client;
  readonly disabledAt: number | null;
  readonly expiresAt: number | null;
  readonly updatedAt: number;
}

const toListed = (row: typeof clients.$inferSelect): ListedClient => ({
  client: toClient(row),
  disabledAt: row.disabledAt,
  expiresAt: row.expiresAt,
  updatedAt: row.updatedAt,
});

/**
 * Clients in the order of their ids, so many at most; one trip.
 * @param after the last id of the page before; empty for the first page
 */
export async function listClients(
  deps: Deps,
  { origin, after, limit }: { readonly origin: ClientOrigin | undefined; readonly after: string; readonly limit: number },
): Promise<readonly ListedClient[]> {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select()
      .from(clients)
      .where(and(gt(clients.clientId, after), origin === undefined ? undefined : eq(clients.origin, origin)))
      .orderBy(asc(clients.clientId))
      .limit(limit),
  ]);
  return rows.map(toListed);
}

/** One client, disabled or not; one trip. */
export async function findListedClient(deps: Deps, clientId: ClientId): Promise<ListedClient | undefined> {
  const [rows] = await transact(deps.db, (db) => [db.select().from(clients).where(eq(clients.clientId, clientId))]);
  return rows[0] && toListed(rows[0]);
}

/**
 * Disables a client: what people allowed it stays, and nothing of it works. Its access tokens fall under a mark in D1 and KV; this
 * isolate knows at once, and what others mint for it within `config.cacheSeconds` falls under the mark too. One trip, and one to KV.
 */
export async function disableClient(deps: Deps, clientId: ClientId, by: string): Promise<void> {
  await revoke(deps, { kind: "client_use", clientId, by });
  forget(deps, `client:${clientId}`);
}

/** Lets a disabled client go on with what it had; its tokens of before stay dead. One trip. */
export async function enableClient(deps: Deps, clientId: ClientId, by: string): Promise<void> {
  const at = deps.now();
  const disabled = sql`client_id = ${clientId} AND disabled_at IS NOT NULL`;
  await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "client.enabled", actor: by, userId: sql`owner_id`, clientId },
      sql`FROM clients WHERE ${disabled}`,
    ),
    db.run(sql`UPDATE clients SET disabled_at = NULL WHERE ${disabled}`),
  ]);
  forget(deps, `client:${clientId}`);
}
