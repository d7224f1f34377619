import { and, asc, desc, eq, gt, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientMetadata, Grant, Session, User } from "../model.ts";
import { logoColumn, toClient } from "./clients.ts";
import { columns, transact } from "./database.ts";
import { toGrant } from "./grants.ts";
import { clients, families, grants } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

export type AuthorizationFilter = "all" | "unused" | "paused" | "organization" | "unverified";
export type AuthorizationSort = "used" | "name" | "newest";

/** Which part of a person's authorizations to list. */
export interface AuthorizationQuery {
  /** In the names of the service and of its publisher; empty for any. */
  readonly search: string;
  readonly filter: AuthorizationFilter;
  readonly sort: AuthorizationSort;
  /** From 0. */
  readonly page: number;
  /** What was not used since then counts as unused. */
  readonly unusedSince: number;
  /** A grant or a family whose end the caller wants confirmed; only the person's own counts. */
  readonly endedId: string;
}

/** One line of the list. */
export interface ListedAuthorization extends Grant {
  readonly client: Client;
  readonly lastUsedAt: number | null;
  /** Of what a directory let in, whose directory it is. */
  readonly organizationName: string | null;
}

export interface AuthorizationList {
  readonly user: User;
  readonly session: Session;
  readonly authorizations: readonly ListedAuthorization[];
  /** How many there are on all pages, and without search and filter. */
  readonly count: number;
  readonly total: number;
  readonly hasMore: boolean;
  /** What the caller asked about, if it is gone. */
  readonly ended: EndedAuthorization | undefined;
}

/** What one act of the person has ended: consents to services, or one device's authorization (`device`). */
export interface EndedAuthorization {
  readonly serviceNames: readonly string[];
  readonly device: string | null;
  readonly resources: readonly string[];
  /** Whether a directory had let one of them in. */
  readonly vouched: boolean;
  readonly endedAt: number;
}

/** Grants on one page of the list. */
const PAGE_SIZE = 25;
/** Services that are named after all of them were let go. */
const MAX_ENDED = 100;

/** Since when nothing was done with it. */
const usedAt = sql`coalesce(${grants.lastUsedAt}, ${grants.consentedAt})`;
const serviceName = sql`json_extract(${clients.metadata}, '$.client_name')`;

/**
 * A page of the live authorizations of the person whose session it is, in one trip and from one snapshot; undefined when nobody is
 * signed in.
 */
export async function findAuthorizations(
  deps: Deps,
  sessionId: string,
  query: AuthorizationQuery,
): Promise<AuthorizationList | undefined> {
  const at = deps.now();
  const owner = sql`(SELECT user_id FROM sessions WHERE id = ${sessionId})`;
  const live = and(eq(grants.userId, owner), isNull(grants.revokedAt), or(isNull(grants.expiresAt), gt(grants.expiresAt, at)));
  const wanted = and(live, filters[query.filter](query), query.search === "" ? undefined : hasName(query.search));
  const { endedId } = query;
  const [signedIn, rows, counts, endedGrants, endedFamilies] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db
      .select({
        grants: columns(grants),
        clients: columns(clients),
        logo: logoColumn,
        organizationName: sql<string | null>`(
          SELECT display_name FROM organizations
          WHERE ${grants.authority} IS NOT NULL AND organizations.id = json_extract(${grants.organizations}, '$[0]'))`.as(
          "organization_name",
        ),
      })
      .from(grants)
      .innerJoin(clients, eq(clients.clientId, grants.clientId))
      .where(wanted)
      .orderBy(...orders[query.sort], asc(grants.id))
      .limit(PAGE_SIZE + 1)
      .offset(query.page * PAGE_SIZE),
    db
      .select({
        total: sql<number>`count(*)`.as("total"),
        count: sql<number>`coalesce(sum(${wanted}), 0)`.as("count"),
      })
      .from(grants)
      .innerJoin(clients, eq(clients.clientId, grants.clientId))
      .where(live),
    db
      .select({
        metadata: clients.metadata,
        resources: grants.resources,
        authority: grants.authority,
        endedAt: grants.revokedAt,
      })
      .from(grants)
      .innerJoin(clients, eq(clients.clientId, grants.clientId))
      .where(
        and(
          eq(grants.userId, owner),
          sql`${grants.revokedAt} = (SELECT revoked_at FROM grants WHERE id = ${endedId} AND user_id = ${owner})`,
        ),
      )
      .limit(MAX_ENDED),
    db
      .select({
        metadata: clients.metadata,
        resources: families.resources,
        device: families.device,
        authority: grants.authority,
        endedAt: families.revokedAt,
      })
      .from(families)
      .innerJoin(grants, eq(grants.id, families.grantId))
      .innerJoin(clients, eq(clients.clientId, families.clientId))
      .where(and(eq(families.id, endedId), eq(grants.userId, owner), isNotNull(families.revokedAt))),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      authorizations: rows.slice(0, PAGE_SIZE).map(({ grants: grant, clients: client, logo, organizationName }) => ({
        ...toGrant(grant),
        client: toClient({ ...client, logo }),
        lastUsedAt: grant.lastUsedAt,
        organizationName,
      })),
      count: counts[0]?.count ?? 0,
      total: counts[0]?.total ?? 0,
      hasMore: rows.length > PAGE_SIZE,
      ended: toEnded([...endedGrants.map((row) => ({ ...row, device: null })), ...endedFamilies]),
    }
  );
}

const filters: Readonly<Record<AuthorizationFilter, (query: AuthorizationQuery) => SQL | undefined>> = {
  all: () => undefined,
  unused: ({ unusedSince }) => sql`${usedAt} < ${unusedSince}`,
  paused: () => isNotNull(grants.pausedAt),
  organization: () => isNotNull(grants.authority),
  unverified: () => sql`json_extract(${clients.publisher}, '$.verifiedAt') IS NULL`,
};

const orders: Readonly<Record<AuthorizationSort, readonly SQL[]>> = {
  used: [desc(usedAt)],
  name: [sql`lower(${serviceName})`],
  newest: [desc(grants.createdAt)],
};

/** By `instr`, as a pattern of LIKE ends at 50 bytes in D1, and would need escaping. Both sides are lower-cased as far as SQLite can. */
const hasName = (search: string): SQL => sql`(
  instr(lower(json_extract(${clients.publisher}, '$.name')), lower(${search})) > 0 OR EXISTS (
    SELECT 1 FROM json_each(${clients.metadata}) AS member
    WHERE (member.key = 'client_name' OR substr(member.key, 1, 12) = 'client_name#')
      AND instr(lower(member.value), lower(${search})) > 0))`;

/** Rows of one act; undefined without any. */
function toEnded(
  rows: readonly {
    readonly metadata: ClientMetadata;
    readonly resources: readonly string[];
    readonly device: string | null;
    readonly authority: string | null;
    readonly endedAt: number | null;
  }[],
): EndedAuthorization | undefined {
  const [first] = rows;
  if (first === undefined || first.endedAt === null) return undefined;
  return {
    serviceNames: rows.map(({ metadata }) => metadata.client_name),
    device: first.device,
    resources: rows.flatMap(({ resources }) => resources),
    vouched: rows.some(({ authority }) => authority !== null),
    endedAt: first.endedAt,
  };
}
