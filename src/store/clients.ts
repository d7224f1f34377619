import { and, eq, getTableColumns, gt, isNull, or, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId } from "../model.ts";
import { transact } from "./database.ts";
import { remember } from "./memory.ts";
import { clients } from "./schema.ts";

/** That a client is neither disabled nor a registration that ran out unused. */
export const isLive = (at: number) => and(isNull(clients.disabledAt), or(isNull(clients.expiresAt), gt(clients.expiresAt, at)));

/** Of a row of `clients`: which picture of it we have. */
export const logoColumn = sql<string | null>`(
  SELECT sha256 FROM client_logos WHERE client_logos.client_id = ${clients}.client_id)`.as("logo");

/** A registered client that is not disabled, as of `config.cacheSeconds` ago at most; no trip when this isolate knows it. */
export const findClient = (deps: Deps, clientId: ClientId): Promise<Client | undefined> =>
  remember(deps, `client:${clientId}`, async () => {
    const [rows] = await transact(deps.db, (db) => [
      db
        .select({ ...getTableColumns(clients), logo: logoColumn })
        .from(clients)
        .where(and(eq(clients.clientId, clientId), isLive(deps.now()))),
    ]);
    return rows[0] && toClient(rows[0]);
  });

export const toClient = (row: typeof clients.$inferSelect & { readonly logo?: string | null }): Client => ({
  clientId: row.clientId,
  metadata: row.metadata,
  secrets: row.secrets,
  publisher: row.publisher,
  origin: row.origin,
  ownerId: row.ownerId,
  createdAt: row.createdAt,
  ...(row.logo == null ? {} : { logo: row.logo }),
  ...(row.changedAt === null ? {} : { changedAt: row.changedAt }),
  ...(row.documentLoadedAt === null || row.documentFreshUntil === null
    ? {}
    : { document: { loadedAt: row.documentLoadedAt, freshUntil: row.documentFreshUntil } }),
});

/** A client that registered itself and can manage that by a token, and what is kept of the token; straight from D1, one trip. */
export async function findRegistration(
  deps: Deps,
  clientId: ClientId,
): Promise<{ readonly client: Client; readonly tokenSha256: string } | undefined> {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select()
      .from(clients)
      .where(and(eq(clients.clientId, clientId), eq(clients.origin, "registration"), isLive(deps.now()))),
  ]);
  const [row] = rows;
  if (row === undefined || row.registrationTokenSha256 === null) return undefined;
  return { client: toClient(row), tokenSha256: row.registrationTokenSha256 };
}
