import { and, desc, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, FamilyId, Grant, GrantId, OrganizationReach, OwnRequest, Session, User, UserId } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { accessRequests, grants, memberships, organizationClients, organizations } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What /authorize looks at. `grant` is the live consent, `organizations` all that the person may enter. */
export interface Situation {
  readonly session: Session;
  readonly user: User;
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
  /** How many people have a live consent to the client, up to `COUNTED`. */
  readonly approvers: number;
  /** What the person has asked of their organizations for the client. */
  readonly requests: readonly OwnRequest[];
}

/** Nobody needs to know more exactly how many people approved a service, and D1 need not read more rows for it. */
const COUNTED = 1000;

/** Which of a person's grants to a client a request is about. */
export interface WantedGrant {
  /** A certain one; null for the one that requests without grant management go by. */
  readonly grantId: GrantId | null;
  /** Of the request: a consent for this time alone bears its id, and stands for no other request. */
  readonly interactionId: FamilyId;
}

/** A signed-in person's standing towards one client, in one trip; undefined when the session is not alive. */
export async function findSituation(
  deps: Deps,
  sessionId: string,
  clientId: ClientId,
  wanted: WantedGrant,
): Promise<Situation | undefined> {
  return toSituation(await transact(deps.db, (db) => situationStatements(db, sessionId, clientId, wanted, deps.now())));
}

/** The statements of `findSituation`, for a batch that looks at more; `toSituation` reads what they select. */
export function situationStatements(
  db: Database,
  sessionId: string,
  clientId: ClientId,
  { grantId, interactionId }: WantedGrant,
  at: number,
) {
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
          grantId === null
            ? or(eq(grants.separate, false), and(eq(grants.id, interactionId), eq(grants.once, true)))
            : eq(grants.id, grantId),
          // What a directory let in is no consent, and no consent adds to it.
          isNull(grants.authority),
          isNull(grants.revokedAt),
          or(isNull(grants.expiresAt), gt(grants.expiresAt, at)),
        ),
      )
      .orderBy(desc(grants.consentedAt)),
    selectReach(db, owner, clientId),
    db.all<{ readonly count: number }>(sql`
      SELECT count(*) AS count FROM (
        SELECT 1 FROM grants INDEXED BY grants_to_count
        WHERE client_id = ${clientId} AND revoked_at IS NULL AND separate = 0 AND authority IS NULL LIMIT ${COUNTED})`),
    db
      .select({ organizationId: accessRequests.organizationId, requestedAt: accessRequests.createdAt })
      .from(accessRequests)
      .where(and(eq(accessRequests.userId, owner), eq(accessRequests.clientId, clientId))),
  ] as const;
}

export function toSituation([signedIn, live, reach, counted, requests]: readonly [
  Parameters<typeof toSignedIn>[0],
  readonly (typeof grants.$inferSelect)[],
  readonly OrganizationReach[],
  readonly { readonly count: number }[],
  readonly OwnRequest[],
]): Situation | undefined {
  const found = toSignedIn(signedIn);
  if (found === undefined) return undefined;
  const grant = live[0] === undefined ? null : toGrant(live[0]);
  return { ...found, grant, organizations: reach, approvers: counted[0]?.count ?? 0, requests };
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
  declined: row.declined,
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
