import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, Grant, GrantId, OrganizationReach, Session, User } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { families, grants, memberships, organizationClients, organizations } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What /authorize looks at. `grant` is the live consent, `organizations` all that the person may enter. */
export interface Situation {
  readonly session: Session;
  readonly user: User;
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
}

/** A signed-in person's standing towards one client, in one trip; undefined when the session is not alive. */
export async function findSituation(deps: Deps, sessionId: string, clientId: ClientId): Promise<Situation | undefined> {
  const now = deps.now();
  const owner = sql`(SELECT user_id FROM sessions WHERE id = ${sessionId})`;
  const [signedIn, live, reach] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, now),
    db
      .select()
      .from(grants)
      .where(
        and(
          eq(grants.userId, owner),
          eq(grants.clientId, clientId),
          isNull(grants.revokedAt),
          or(isNull(grants.expiresAt), gt(grants.expiresAt, now)),
        ),
      ),
    selectReach(db, owner, clientId),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, grant: live[0] === undefined ? null : toGrant(live[0]), organizations: reach };
}

/** The organizations that a person may enter, and how each stands to the client. */
export const selectReach = (db: Database, userId: SQL, clientId: ClientId) =>
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
  createdAt: row.createdAt,
  consentedAt: row.consentedAt,
  expiresAt: row.expiresAt,
});

/** What was asked for, as the person answered. What is declined is taken away if an earlier consent gave it. */
export interface Answer {
  readonly given: readonly string[];
  readonly declined: readonly string[];
}

/** A person's answer on the approval page; who the person is, the session says. */
export interface Consent {
  /** The grant's, if there is none yet. */
  readonly newGrantId: GrantId;
  readonly interactionId: string;
  readonly sessionId: string;
  readonly clientId: ClientId;
  readonly scopes: Answer;
  readonly claims: Answer;
  readonly resources: readonly string[];
  /**
   * Ids, of which those of the person's organizations count; null for every organization, now and later; undefined when the
   * page did not ask: as it was before, and none in a new consent.
   */
  readonly organizations: readonly string[] | null | undefined;
  readonly at: number;
}

/**
 * Stores a consent: a new grant, or the live one widened, in one transaction. Nothing is stored when the session has ended,
 * the person or the client was disabled, or the interaction has yielded its code: an old form sent again after a revocation
 * grants nothing. Sending the same form twice before that stores the same thing twice, which is once.
 * @returns `stored`; `used` when the interaction has had its code; `ended` when the session or the client is no more
 */
export async function storeConsent(deps: Deps, consent: Consent): Promise<"stored" | "used" | "ended"> {
  const { clientId, scopes, claims, resources, at } = consent;
  const owner = sql`(
    SELECT sessions.user_id FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE sessions.id = ${consent.sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;
  const allowed = sql`
    ${owner} IS NOT NULL
    AND EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND disabled_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM families WHERE id = ${consent.interactionId})`;
  const own = sql`user_id = ${owner} AND client_id = ${clientId} AND revoked_at IS NULL`;
  const entry = { at, actor: owner, userId: owner, clientId, detail: { scopes: scopes.given } };
  const [, , , , stored, codes] = await transact(deps.db, (db) => [
    db.run(sql`
      UPDATE grants SET revoked_at = ${at}, revoked_by = 'expiry' WHERE ${own} AND expires_at <= ${at}`),
    auditWhen(
      db,
      { ...entry, action: "grant.widened", grantId: sql`id` },
      sql`FROM grants WHERE ${own} AND consented_at < ${at} AND ${allowed}`,
    ),
    auditWhen(
      db,
      { ...entry, action: "grant.consented", grantId: consent.newGrantId },
      sql`WHERE NOT EXISTS (SELECT 1 FROM grants WHERE ${own}) AND ${allowed}`,
    ),
    db.run(sql`
      INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, organizations, created_at, consented_at)
      SELECT ${consent.newGrantId}, ${owner}, ${clientId}, ${json(scopes.given)}, ${json(claims.given)}, ${json(resources)},
             ${chosen(consent.organizations, owner)}, ${at}, ${at}
      WHERE ${allowed}
      ON CONFLICT (user_id, client_id) WHERE revoked_at IS NULL AND separate = 0 DO UPDATE SET
        scopes = ${merged("scopes", scopes.declined)}, claims = ${merged("claims", claims.declined)}, resources = ${merged("resources")},
        organizations = ${sql.raw(consent.organizations === undefined ? "grants" : "excluded")}.organizations,
        consented_at = excluded.consented_at, expires_at = NULL`),
    db
      .select({ id: grants.id })
      .from(grants)
      .where(
        and(eq(grants.userId, owner), eq(grants.clientId, clientId), isNull(grants.revokedAt), eq(grants.consentedAt, at)),
      ),
    db.select({ id: families.id }).from(families).where(eq(families.id, consent.interactionId)),
  ]);
  if (codes.length > 0) return "used";
  return stored.length > 0 ? "stored" : "ended";
}

const json = (value: readonly string[]): string => JSON.stringify(value);

/** What the grant had and what is given now, without what is declined. */
const merged = (column: "scopes" | "claims" | "resources", declined: readonly string[] = []): SQL => sql`(
  SELECT json_group_array(value) FROM (
    SELECT value FROM json_each(${sql.raw(`grants.${column}`)}) UNION SELECT value FROM json_each(${sql.raw(`excluded.${column}`)}))
  WHERE value NOT IN (SELECT value FROM json_each(${json(declined)})))`;

function chosen(organizations: Consent["organizations"], owner: SQL): SQL {
  if (organizations === null) return sql`NULL`;
  return sql`(
    SELECT json_group_array(organization_id) FROM memberships
    WHERE user_id = ${owner} AND organization_id IN (SELECT value FROM json_each(${json(organizations ?? [])})))`;
}
