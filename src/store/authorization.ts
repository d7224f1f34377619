import { and, desc, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, FamilyId, Grant, GrantId, OrganizationReach, Session, User, Whereabouts } from "../model.ts";
import { logoColumn, toClient } from "./clients.ts";
import { columns, type Database, transact } from "./database.ts";
import { selectReach, toGrant } from "./grants.ts";
import { audit, clients, families, grants, organizations } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** A device on which a service holds an authorization: one token family. */
export interface AuthorizedDevice {
  readonly familyId: FamilyId;
  readonly device: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** When it can get no new access tokens any more, unless it is used again. */
  readonly endsAt: number;
}

/** One line of a log, with what it is about. */
export interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  /** Of the family that it is about; null where it is about none, or one that is forgotten. */
  readonly device: string | null;
  readonly organizationName: string | null;
  readonly whereabouts: Whereabouts | null;
}

/** What a person has allowed one service, with everything that its page says. */
export interface Authorization extends Grant {
  readonly client: Client;
  readonly lastUsedAt: number | null;
  readonly lastUsedFrom: Whereabouts | null;
  readonly devices: readonly AuthorizedDevice[];
  readonly hasMoreDevices: boolean;
  /** Every organization of the person, as it stands to this service. */
  readonly reach: readonly OrganizationReach[];
  /** The latest first. */
  readonly history: readonly HistoryEntry[];
  readonly hasMoreHistory: boolean;
  /** The device that the caller asked about, if it was ended. */
  readonly endedDevice: { readonly device: string; readonly endedAt: number } | undefined;
}

export interface AuthorizationSight {
  readonly user: User;
  readonly session: Session;
  /** Undefined where the person has no such authorization, or none any more. */
  readonly authorization: Authorization | undefined;
}

/** The log of one authorization; `client` is undefined where the person has no such. */
export interface HistorySight {
  readonly user: User;
  readonly session: Session;
  readonly client: Client | undefined;
  readonly history: readonly HistoryEntry[];
}

/** A service may have made any number of token families. */
const MAX_DEVICES = 100;
const HISTORY_PAGE = 20;
/** More than happens to one authorization in the time that the log is kept (store/retention.ts). */
const MAX_HISTORY = 5000;

const ownerOf = (sessionId: string) => sql`(SELECT user_id FROM sessions WHERE id = ${sessionId})`;

/** One live authorization of the person whose session it is, in one trip; undefined when nobody is signed in. */
export async function findAuthorization(
  deps: Deps,
  sessionId: string,
  asked: { readonly grantId: GrantId; readonly historyPage: number; readonly endedId: FamilyId },
): Promise<AuthorizationSight | undefined> {
  const at = deps.now();
  const { grantId, historyPage, endedId } = asked;
  const own = and(eq(grants.id, grantId), eq(grants.userId, ownerOf(sessionId)));
  const isOwn = sql`EXISTS (SELECT 1 FROM grants WHERE grants.id = ${grantId} AND grants.user_id = ${ownerOf(sessionId)})`;
  const [signedIn, rows, devices, reach, history, ended] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db
      .select({ grants: columns(grants), clients: columns(clients), logo: logoColumn })
      .from(grants)
      .innerJoin(clients, eq(clients.clientId, grants.clientId))
      .where(and(own, isNull(grants.revokedAt), or(isNull(grants.expiresAt), gt(grants.expiresAt, at)))),
    db
      .select()
      .from(families)
      .where(
        and(
          eq(families.grantId, grantId),
          isOwn,
          isNull(families.revokedAt),
          gt(families.generation, 0),
          gt(families.expiresAt, at),
          gt(families.idleExpiresAt, at),
        ),
      )
      .orderBy(desc(families.rotatedAt))
      .limit(MAX_DEVICES + 1),
    selectReach(db, ownerOf(sessionId), sql`(SELECT client_id FROM grants WHERE id = ${grantId})`),
    selectHistory(db, sessionId, grantId, HISTORY_PAGE + 1, historyPage * HISTORY_PAGE),
    db
      .select({ device: families.device, endedAt: families.revokedAt })
      .from(families)
      .where(and(eq(families.id, endedId), eq(families.grantId, grantId), isOwn, isNotNull(families.revokedAt))),
  ]);
  const found = toSignedIn(signedIn);
  if (found === undefined) return undefined;
  const [row] = rows;
  if (row === undefined) return { ...found, authorization: undefined };
  const [gone] = ended;
  return {
    ...found,
    authorization: {
      ...toGrant(row.grants),
      client: toClient({ ...row.clients, logo: row.logo }),
      lastUsedAt: row.grants.lastUsedAt,
      lastUsedFrom: row.grants.lastUsedFrom,
      devices: devices.slice(0, MAX_DEVICES).map((family) => ({
        familyId: family.id,
        device: family.device,
        createdAt: family.createdAt,
        lastUsedAt: family.rotatedAt,
        endsAt: Math.min(family.idleExpiresAt, family.expiresAt),
      })),
      hasMoreDevices: devices.length > MAX_DEVICES,
      reach,
      history: history.slice(0, HISTORY_PAGE),
      hasMoreHistory: history.length > HISTORY_PAGE,
      endedDevice: gone === undefined || gone.endedAt === null ? undefined : { device: gone.device, endedAt: gone.endedAt },
    },
  };
}

/** What happened to an authorization of the person's, also after its end, in one trip; undefined when nobody is signed in. */
export async function findHistory(deps: Deps, sessionId: string, grantId: GrantId): Promise<HistorySight | undefined> {
  const [signedIn, rows, history] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, deps.now()),
    db
      .select({ clients: columns(clients) })
      .from(grants)
      .innerJoin(clients, eq(clients.clientId, grants.clientId))
      .where(and(eq(grants.id, grantId), eq(grants.userId, ownerOf(sessionId)))),
    selectHistory(db, sessionId, grantId, MAX_HISTORY, 0),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, client: rows[0] && toClient(rows[0].clients), history };
}

const selectHistory = (db: Database, sessionId: string, grantId: GrantId, limit: number, offset: number) =>
  db
    .select({
      id: audit.id,
      at: audit.at,
      action: audit.action,
      actor: audit.actor,
      device: families.device,
      organizationName: organizations.displayName,
      whereabouts: audit.whereabouts,
    })
    .from(audit)
    .leftJoin(families, eq(families.id, audit.familyId))
    .leftJoin(organizations, eq(organizations.id, audit.organizationId))
    .where(and(eq(audit.grantId, grantId), eq(audit.userId, ownerOf(sessionId))))
    .orderBy(desc(audit.at), desc(sql`audit.rowid`))
    .limit(limit)
    .offset(offset);
