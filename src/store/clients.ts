import { and, eq, gt, isNull, or } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId } from "../model.ts";
import { transact } from "./database.ts";
import { remember } from "./memory.ts";
import { clients } from "./schema.ts";

/** That a client is neither disabled nor a registration that ran out unused. */
export const isLive = (at: number) => and(isNull(clients.disabledAt), or(isNull(clients.expiresAt), gt(clients.expiresAt, at)));

/** A registered client that is not disabled, as of `config.cacheSeconds` ago at most; no trip when this isolate knows it. */
export const findClient = (deps: Deps, clientId: ClientId): Promise<Client | undefined> =>
  remember(deps, `client:${clientId}`, async () => {
    const [rows] = await transact(deps.db, (db) => [
      db
        .select()
        .from(clients)
        .where(and(eq(clients.clientId, clientId), isLive(deps.now()))),
    ]);
    return rows[0] && toClient(rows[0]);
  });

export const toClient = (row: typeof clients.$inferSelect): Client => ({
  clientId: row.clientId,
  metadata: row.metadata,
  secrets: row.secrets,
  publisher: row.publisher,
  origin: row.origin,
  ownerId: row.ownerId,
  createdAt: row.createdAt,
});
