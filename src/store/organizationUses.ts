/** Which grants let which services into an organization, and how its policy decides about them, in SQL. */
import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { OrganizationPolicy } from "../model.ts";
import type { Database } from "./database.ts";
import { markSql } from "./revocation.ts";

/** Grants whose tokens are ended at once where a service is kept out; of what lies beyond, tokens run out by themselves. */
const MAX_CUT = 20_000;
/** Marks that one request puts to KV itself; the cron delivers the others. */
const MAX_PUT = 500;

/** Members' grants that reach an organization now. `organizationId` is a column or a value. */
export const reachingGrants = (organizationId: SQL | string, at: number): SQL => sql`
  FROM memberships JOIN grants ON grants.user_id = memberships.user_id
  WHERE memberships.organization_id = ${organizationId} AND grants.revoked_at IS NULL
    AND (grants.expires_at IS NULL OR grants.expires_at > ${at})
    AND (grants.organizations IS NULL
      OR EXISTS (SELECT 1 FROM json_each(grants.organizations) WHERE value = ${organizationId}))`;

/** The same grants, each with a client that uses it: the one that it was given to, and those that exchanged a token of it since then. */
export const usesOf = (organizationId: SQL | string, at: number, since: number): SQL => sql`(
  SELECT grants.id AS grant_id, grants.user_id AS user_id, grants.client_id AS used_by, grants.created_at AS created_at,
    grants.authority IS NOT NULL AND grants.organizations IS NOT NULL AS vouched,
    coalesce(grants.last_used_at, grants.consented_at) AS used_at ${reachingGrants(organizationId, at)}
  UNION ALL
  SELECT grants.id, grants.user_id, audit.actor, audit.at, 0, audit.at
  FROM audit CROSS JOIN grants ON grants.id = audit.grant_id
    JOIN memberships ON memberships.user_id = grants.user_id AND memberships.organization_id = ${organizationId}
  WHERE audit.at >= ${since} AND audit.action = 'token.exchanged' AND audit.actor <> grants.client_id
    AND grants.revoked_at IS NULL)`;

/** `decideAccess` (rules/organizations.ts) in SQL: 1 where the service is let in. */
export const letsIn = (policy: SQL, decision: SQL, vouched: SQL, publisher: SQL): SQL => sql`(CASE
  WHEN ${policy} = 'none' OR ${decision} = 'denied' THEN 0
  WHEN ${policy} = 'all' OR ${decision} = 'approved' OR ${vouched} THEN 1
  WHEN ${policy} = 'verified' AND json_extract(${publisher}, '$.verifiedAt') IS NOT NULL THEN 1
  ELSE 0 END)`;

/** What keeps services out: another policy, or another word about one client. */
export type Narrowing =
  | { readonly policy: OrganizationPolicy }
  | { readonly clientId: string; readonly decision: "approved" | "denied" | null };

/**
 * Uses that are let in now and are not under what is to be.
 * @param organizationId yields one, or none
 */
export const cutUses = (organizationId: SQL, narrowing: Narrowing, at: number, since: number): SQL => {
  const policy = "policy" in narrowing ? sql`${narrowing.policy}` : sql`organizations.policy`;
  const decision =
    "policy" in narrowing
      ? sql`said.status`
      : sql`(CASE WHEN used_by = ${narrowing.clientId} THEN ${narrowing.decision} ELSE said.status END)`;
  const publisher = sql`clients.publisher`;
  return sql`
    FROM organizations JOIN ${usesOf(organizationId, at, since)} AS uses
      JOIN clients ON clients.client_id = used_by
      LEFT JOIN organization_clients AS said ON said.organization_id = organizations.id AND said.client_id = used_by
    WHERE organizations.id = ${organizationId} AND ${letsIn(sql`organizations.policy`, sql`said.status`, sql`vouched`, publisher)} = 1
      AND ${letsIn(policy, decision, sql`vouched`, publisher)} = 0`;
};

/**
 * Uses of a client, of any organization, that its publisher's verification alone lets in; for the day on which that is lost.
 * @returns a SELECT of grants with `used_at`
 */
export const usesByVerification = (clientId: string, at: number, since: number): SQL => {
  const verdict = (publisher: SQL) => letsIn(sql`organizations.policy`, sql`said.status`, sql`vouched`, publisher);
  return sql`
    SELECT uses.id AS id, used_at FROM (
      SELECT id, user_id, organizations AS chosen, authority IS NOT NULL AND organizations IS NOT NULL AS vouched,
        coalesce(last_used_at, consented_at) AS used_at
      FROM grants WHERE client_id = ${clientId} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${at})
      UNION ALL
      SELECT grants.id, grants.user_id, grants.organizations, 0, audit.at
      FROM audit CROSS JOIN grants ON grants.id = audit.grant_id
      WHERE audit.at >= ${since} AND audit.action = 'token.exchanged' AND audit.actor = ${clientId}
        AND grants.client_id <> ${clientId} AND grants.revoked_at IS NULL) AS uses
      JOIN clients ON clients.client_id = ${clientId}
      JOIN memberships ON memberships.user_id = uses.user_id
      JOIN organizations ON organizations.id = memberships.organization_id
      LEFT JOIN organization_clients AS said ON said.organization_id = organizations.id AND said.client_id = ${clientId}
    WHERE (chosen IS NULL OR EXISTS (SELECT 1 FROM json_each(chosen) WHERE value = organizations.id))
      AND ${verdict(sql`clients.publisher`)} = 1 AND ${verdict(sql`NULL`)} = 0`;
};

/** No access token from before it is alive. */
export const aliveSince = ({ config }: Deps, at: number): number => at - config.maxAccessTokenSeconds * 1000;

/**
 * The statements that end the tokens of these grants, which themselves go on: marks, and the date that later tokens have. The last
 * used go first. They stand before the change that is the reason.
 * @param grantIds yields ids of grants with `used_at`
 */
export const markStatements = (deps: Deps, db: Database, markedAt: number, grantIds: SQL) => {
  const chosen = sql`FROM (SELECT id FROM (${grantIds}) GROUP BY id ORDER BY max(used_at) DESC LIMIT ${MAX_CUT}) WHERE true`;
  return [
    db.run(markSql(deps, "grant", sql`id`, markedAt, chosen)),
    db.run(sql`
      UPDATE grants SET marked_at = max(coalesce(marked_at, 0), ${markedAt})
      WHERE id IN (SELECT id ${chosen})`),
  ] as const;
};

/** The marks of just now, for KV. */
export const dueMarks = (db: Database, markedAt: number) =>
  db.all<{ kind: "grant"; id: string; revokedAt: number }>(sql`
    SELECT kind, id, revoked_at AS revokedAt FROM revocations
    WHERE delivered_at IS NULL AND revoked_at = ${markedAt} AND kind = 'grant' LIMIT ${MAX_PUT}`);
