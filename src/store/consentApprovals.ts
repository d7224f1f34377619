import { type SQL, sql } from "drizzle-orm";
import type { ClientId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import type { Database } from "./database.ts";

/** What an owner says of a service for the whole of an organization, beside their own consent. */
export interface Approval {
  readonly clientId: ClientId;
  /** Whose word it is; only where they are an owner does it count. */
  readonly owner: SQL;
  readonly organizationIds: readonly string[];
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

/**
 * Approves the client for organizations whose policy waits for that: not where it is denied, and not where no service is let in. The
 * members' requests are thereby answered. For a batch that stores the consent under the same condition.
 * @param holds what must hold besides
 */
export function approvalStatements(db: Database, { clientId, owner, organizationIds, whereabouts, at }: Approval, holds: SQL) {
  const source = sql`
    FROM memberships JOIN organizations ON organizations.id = memberships.organization_id
    LEFT JOIN organization_clients
      ON organization_clients.organization_id = organizations.id AND organization_clients.client_id = ${clientId}
    WHERE memberships.user_id = ${owner} AND memberships.role = 'owner' AND organizations.policy IN ('verified', 'approved')
      AND organizations.id IN (SELECT value FROM json_each(${JSON.stringify(organizationIds)}))
      AND (organization_clients.status IS NULL OR organization_clients.status = 'requested') AND ${holds}`;
  return [
    auditWhen(
      db,
      { at, action: "access.approved", actor: owner, clientId, organizationId: sql`organizations.id`, whereabouts },
      source,
    ),
    db.run(sql`
      INSERT INTO organization_clients (organization_id, client_id, status, decided_by, decided_at)
      SELECT organizations.id, ${clientId}, 'approved', ${owner}, ${at} ${source}
      ON CONFLICT (organization_id, client_id) DO UPDATE SET
        status = 'approved', decided_by = excluded.decided_by, decided_at = excluded.decided_at
      WHERE organization_clients.status = 'requested'`),
    db.run(sql`
      DELETE FROM access_requests WHERE client_id = ${clientId} AND organization_id IN (
        SELECT organization_id FROM organization_clients
        WHERE client_id = ${clientId} AND status = 'approved' AND decided_at = ${at} AND decided_by = ${owner})`),
  ] as const;
}
