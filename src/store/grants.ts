import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, Grant, GrantId, OrganizationReach, Session, User, UserId } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { grants, memberships, organizationClients, organizations } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What /authorize looks at. `grant` is the live consent, `organizations` all that the person may enter. */
export interface Situation {
  readonly session: Session;
  readonly user: User;
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
}

/**
 * A signed-in person's standing towards one client, in one trip; undefined when the session is not alive.
 * @param grantId a certain grant of theirs; null for the one that requests without grant management go by
 */
export async function findSituation(
  deps: Deps,
  sessionId: string,
  clientId: ClientId,
  grantId: GrantId | null,
): Promise<Situation | undefined> {
  return toSituation(await transact(deps.db, (db) => situationStatements(db, sessionId, clientId, grantId, deps.now())));
}

/** The statements of `findSituation`, for a batch that looks at more; `toSituation` reads what they select. */
export function situationStatements(db: Database, sessionId: string, clientId: ClientId, grantId: GrantId | null, at: number) {
  const owner = sql`(SELECT user_id FROM sessions WHERE id = ${sessionId})`;
  return [
    signedInStatement(db, sessionId, at),
    db
      .select()
      .from(grants)
      .where(
        and(
          eq(grants.userId, owner),
          eq(grants.clientId, clientId),
          grantId === null ? eq(grants.separate, false) : eq(grants.id, grantId),
          // What a directory let in is no consent, and no consent adds to it.
          isNull(grants.authority),
          isNull(grants.revokedAt),
          or(isNull(grants.expiresAt), gt(grants.expiresAt, at)),
        ),
      ),
    selectReach(db, owner, clientId),
  ] as const;
}

export function toSituation([signedIn, live, reach]: readonly [
  Parameters<typeof toSignedIn>[0],
  readonly (typeof grants.$inferSelect)[],
  readonly OrganizationReach[],
]): Situation | undefined {
  const found = toSignedIn(signedIn);
  return found && { ...found, grant: live[0] === undefined ? null : toGrant(live[0]), organizations: reach };
}

/** The organizations that a person may enter, and how each stands to the client. */
export const selectReach = (db: Database, userId: SQL, clientId: ClientId | SQL) =>
  db
    .select({
      organizationId: organizations.id,
      name: organizations.name,
      displayName: organizations.displayName,
      role: memberships.role,
      policy: organizations.policy,
      decision: organizationClients.status,
    })
    .from(memberships)
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .leftJoin(
      organizationClients,
      and(eq(organizationClients.organizationId, organizations.id), eq(organizationClients.clientId, clientId)),
    )
    .where(eq(memberships.userId, userId))
    .orderBy(organizations.displayName);

export const toGrant = (row: typeof grants.$inferSelect): Grant => ({
  grantId: row.id,
  scopes: row.scopes,
  claims: row.claims,
  resources: row.resources,
  organizations: row.organizations,
  authorizationDetails: row.authorizationDetails,
  authority: row.authority,
  createdAt: row.createdAt,
  consentedAt: row.consentedAt,
  expiresAt: row.expiresAt,
  pausedAt: row.pausedAt,
  markedAt: row.markedAt,
  once: row.once,
  publisherName: row.publisherName,
});

/** A grant that a client holds, and whose it is. */
export interface HeldGrant {
  readonly grant: Grant;
  readonly userId: UserId;
  readonly organizations: readonly OrganizationReach[];
}

/**
 * A live grant by which this client acts for somebody, and when it last changed; undefined for any other. One trip.
 * @param userId whose it must be; null for anybody's
 */
export async function findGrant(
  deps: Deps,
  grantId: GrantId,
  clientId: ClientId,
  userId: UserId | null,
): Promise<HeldGrant | undefined> {
  const now = deps.now();
  const [rows, organizations] = await transact(deps.db, (db) => [
    db
      .select()
      .from(grants)
      .where(
        and(
          eq(grants.id, grantId),
          eq(grants.clientId, clientId),
          userId === null ? undefined : eq(grants.userId, userId),
          isNull(grants.revokedAt),
          or(isNull(grants.expiresAt), gt(grants.expiresAt, now)),
        ),
      ),
    selectReach(db, sql`(SELECT user_id FROM grants WHERE id = ${grantId} AND client_id = ${clientId})`, clientId),
  ]);
  return rows[0] && { grant: toGrant(rows[0]), userId: rows[0].userId, organizations };
}
