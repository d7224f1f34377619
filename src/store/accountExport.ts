import { desc, eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import {
  accessRequests,
  audit,
  authenticators,
  clients,
  families,
  grants,
  identities,
  memberships,
  organizations,
  passkeys,
  recoveryCodes,
  reports,
  resources,
  sessions,
  users,
} from "./schema.ts";

/** Rows of each kind that one export holds, the newest first. */
export const EXPORTED = 5000;

/**
 * Everything that we know about a person, in one trip, and a row of the log that it was given out: no secret is among it, nor what
 * only a secret's hash is. Times are milliseconds since the epoch here.
 */
export async function findPersonalData(deps: Deps, userId: UserId, whereabouts: Whereabouts) {
  const at = deps.now();
  const [, people, work, keys, apps, codes, places, member, asked, consents, runs, owned, apis, reported, events] =
    await transact(deps.db, (db) => [
      auditWhen(
        db,
        { at, action: "user.exported", actor: userId, userId, whereabouts },
        sql`WHERE NOT EXISTS (SELECT 1 FROM audit WHERE user_id = ${userId} AND at = ${at} AND action = 'user.exported')`,
      ),
      db
        .select({
          id: users.id,
          email: users.email,
          emailVerified: users.emailVerified,
          name: users.name,
          profile: users.profile,
          hasPassword: sql<boolean>`password_hash IS NOT NULL`.mapWith(Boolean),
          language: users.language,
          timeZone: users.timeZone,
          notices: users.notices,
          createdAt: users.createdAt,
          updatedAt: users.updatedAt,
        })
        .from(users)
        .where(eq(users.id, userId)),
      db.select().from(identities).where(eq(identities.userId, userId)),
      db
        .select({
          id: passkeys.id,
          name: passkeys.name,
          aaguid: passkeys.aaguid,
          backedUp: passkeys.backedUp,
          createdAt: passkeys.createdAt,
          lastUsedAt: passkeys.lastUsedAt,
        })
        .from(passkeys)
        .where(eq(passkeys.userId, userId)),
      db
        .select({ name: authenticators.name, createdAt: authenticators.createdAt, lastUsedAt: authenticators.lastUsedAt })
        .from(authenticators)
        .where(eq(authenticators.userId, userId)),
      db
        .select({ createdAt: recoveryCodes.createdAt, usedAt: recoveryCodes.usedAt })
        .from(recoveryCodes)
        .where(eq(recoveryCodes.userId, userId)),
      db
        .select({
          device: sessions.device,
          whereabouts: sessions.whereabouts,
          amr: sessions.amr,
          authAt: sessions.authAt,
          seenAt: sessions.seenAt,
          createdAt: sessions.createdAt,
          expiresAt: sessions.expiresAt,
        })
        .from(sessions)
        .where(eq(sessions.userId, userId))
        .limit(EXPORTED),
      db
        .select({ organization: organizations.name, role: memberships.role, since: memberships.createdAt })
        .from(memberships)
        .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
        .where(eq(memberships.userId, userId))
        .limit(EXPORTED),
      db.select().from(accessRequests).where(eq(accessRequests.userId, userId)).limit(EXPORTED),
      db
        .select({
          id: grants.id,
          clientId: grants.clientId,
          scopes: grants.scopes,
          claims: grants.claims,
          resources: grants.resources,
          organizations: grants.organizations,
          authorizationDetails: grants.authorizationDetails,
          createdAt: grants.createdAt,
          consentedAt: grants.consentedAt,
          lastUsedAt: grants.lastUsedAt,
          lastUsedFrom: grants.lastUsedFrom,
          expiresAt: grants.expiresAt,
          pausedAt: grants.pausedAt,
          revokedAt: grants.revokedAt,
        })
        .from(grants)
        .where(eq(grants.userId, userId))
        .orderBy(desc(grants.createdAt))
        .limit(EXPORTED),
      db
        .select({
          grantId: families.grantId,
          device: families.device,
          createdAt: families.createdAt,
          rotatedAt: families.rotatedAt,
          expiresAt: families.expiresAt,
          revokedAt: families.revokedAt,
        })
        .from(families)
        .where(sql`grant_id IN (SELECT id FROM grants WHERE user_id = ${userId})`)
        .orderBy(desc(families.createdAt))
        .limit(EXPORTED),
      db
        .select({ clientId: clients.clientId, createdAt: clients.createdAt })
        .from(clients)
        .where(eq(clients.ownerId, userId))
        .limit(EXPORTED),
      db
        .select({ identifier: resources.identifier, name: resources.name, createdAt: resources.createdAt })
        .from(resources)
        .where(eq(resources.ownerId, userId))
        .limit(EXPORTED),
      db
        .select({ clientId: reports.clientId, reason: reports.reason, text: reports.text, createdAt: reports.createdAt })
        .from(reports)
        .where(eq(reports.userId, userId))
        .orderBy(desc(reports.createdAt))
        .limit(EXPORTED),
      db
        .select({
          at: audit.at,
          action: audit.action,
          clientId: audit.clientId,
          grantId: audit.grantId,
          whereabouts: audit.whereabouts,
          detail: audit.detail,
        })
        .from(audit)
        .where(eq(audit.userId, userId))
        .orderBy(desc(audit.at))
        .limit(EXPORTED),
    ]);
  return {
    person: people[0],
    work_accounts: work.map(({ userId: _, ...identity }) => identity),
    passkeys: keys,
    authenticators: apps,
    recovery_codes: codes,
    sessions: places,
    organizations: member,
    access_requests: asked.map(({ userId: _, ...request }) => request),
    authorizations: consents,
    devices: runs,
    own_services: owned,
    own_apis: apis,
    reports: reported,
    events,
  };
}
