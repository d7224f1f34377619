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
    const row = rows[0];
    return (
      row && {
        clientId: row.clientId,
        metadata: row.metadata,
        secrets: row.secrets,
        publisher: row.publisher,
        createdAt: row.createdAt,
      }
    );
  });
