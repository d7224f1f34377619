import { and, eq, isNull } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId } from "../model.ts";
import { transact } from "./database.ts";
import { remember } from "./memory.ts";
import { clients } from "./schema.ts";

/** A registered client that is not disabled, as of `config.cacheSeconds` ago at most; no trip when this isolate knows it. */
export const findClient = (deps: Deps, clientId: ClientId): Promise<Client | undefined> =>
  remember(deps, `client:${clientId}`, async () => {
    const [rows] = await transact(deps.db, (db) => [
      db
        .select()
        .from(clients)
        .where(and(eq(clients.clientId, clientId), isNull(clients.disabledAt))),
    ]);
    return rows[0] && toClient(rows[0]);
  });

export const toClient = ({ clientId, metadata, secrets, publisher, createdAt }: typeof clients.$inferSelect): Client => ({
  clientId,
  metadata,
  secrets,
  publisher,
  createdAt,
});
