/** What a person's own developer pages show: their services, how these are used, and what went wrong with them. */
import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId, Session, User, UserId } from "../model.ts";
import { logoColumn, toClient } from "./clients.ts";
import { type Database, transact } from "./database.ts";
import type { Permit } from "./registry.ts";
import { clientErrors, clients } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** Who may act as a service, and since when. */
export interface Usage {
  /** People whose approval stands. */
  readonly people: number;
  /** Runs that began in the last 30 days: times that somebody let the service in. */
  readonly recentStarts: number;
  readonly lastUsedAt: number | null;
}

export interface OwnService {
  readonly client: Client;
  /** Since when the operator keeps it from working. */
  readonly disabledAt: number | null;
  readonly usage: Usage;
}

/** One kind of error, with how often it was written down and when. */
export interface ToldError {
  readonly endpoint: string;
  readonly error: string;
  readonly text: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

interface Visitor {
  readonly session: Session;
  readonly user: User;
}

/** Services that one person may register. */
export const MAX_SERVICES = 50;
const RECENT_SECONDS = 30 * 24 * 3600;

/** Services that the person behind the session registered. */
const ownedBy = (sessionId: string, at: number): SQL => sql`
  origin = 'developer' AND owner_id = (SELECT user_id FROM sessions WHERE id = ${sessionId} AND expires_at > ${at})`;

/** How often each service is used, by the people's approvals of it. */
const usageStatement = (db: Database, owned: SQL, at: number) =>
  db
    .select({
      clientId: sql<ClientId>`client_id`.as("usage_client"),
      people:
        sql<number>`count(DISTINCT CASE WHEN revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${at}) THEN user_id END)`.as(
          "people",
        ),
      recentStarts: sql<number>`sum((
      SELECT count(*) FROM families WHERE families.grant_id = grants.id AND families.created_at > ${at - RECENT_SECONDS * 1000}))`.as(
        "starts",
      ),
      lastUsedAt: sql<number | null>`max(last_used_at)`.as("used"),
    })
    .from(sql`grants`)
    .where(sql`client_id IN (SELECT client_id FROM clients WHERE ${owned})`)
    .groupBy(sql`client_id`);

const ownedStatement = (db: Database, owned: SQL) =>
  db
    .select({ ...getTableColumns(clients), logo: logoColumn })
    .from(clients)
    .where(owned)
    .orderBy(desc(clients.createdAt), clients.clientId);

const unused: Usage = { people: 0, recentStarts: 0, lastUsedAt: null };

function toServices(
  rows: Awaited<ReturnType<typeof ownedStatement>>,
  usages: Awaited<ReturnType<typeof usageStatement>>,
): readonly OwnService[] {
  return rows.map((row) => {
    const { people, recentStarts, lastUsedAt } = usages.find(({ clientId }) => clientId === row.clientId) ?? unused;
    return { client: toClient(row), disabledAt: row.disabledAt, usage: { people, recentStarts, lastUsedAt } };
  });
}

/** Whose session it is, and the services that they registered, the newest first; undefined for nobody. One trip. */
export async function findOwnServices(
  deps: Deps,
  sessionId: string,
): Promise<(Visitor & { readonly services: readonly OwnService[] }) | undefined> {
  const at = deps.now();
  const owned = ownedBy(sessionId, at);
  const [signedIn, rows, usages] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    ownedStatement(db, owned),
    usageStatement(db, owned, at),
  ]);
  const visitor = toSignedIn(signedIn);
  return visitor && { ...visitor, services: toServices(rows, usages) };
}

/**
 * Whose session it is, and one of their services with its errors, the latest first; undefined for nobody. One trip.
 * @returns `service` undefined where it is not theirs, or there is none
 */
export async function findOwnService(
  deps: Deps,
  sessionId: string,
  clientId: ClientId,
): Promise<(Visitor & { readonly service: (OwnService & { readonly errors: readonly ToldError[] }) | undefined }) | undefined> {
  const at = deps.now();
  const owned = sql`client_id = ${clientId} AND ${ownedBy(sessionId, at)}`;
  const [signedIn, rows, usages, errors] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    ownedStatement(db, owned),
    usageStatement(db, owned, at),
    db
      .select()
      .from(clientErrors)
      .where(and(eq(clientErrors.clientId, clientId), sql`EXISTS (SELECT 1 FROM clients WHERE ${owned})`))
      .orderBy(desc(clientErrors.lastAt), clientErrors.key),
  ]);
  const visitor = toSignedIn(signedIn);
  const [service] = toServices(rows, usages);
  return visitor && { ...visitor, service: service && { ...service, errors } };
}

/** Lets a person register a service as long as they have not too many. */
export const underLimit = (ownerId: UserId): Permit => ({
  holds: sql`(SELECT count(*) FROM clients WHERE owner_id = ${ownerId} AND origin = 'developer') < ${MAX_SERVICES}`,
  takes: [],
  detail: {},
});
