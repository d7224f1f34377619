import { type SQL, sql } from "drizzle-orm";
import type { ClientId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import type { Database } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";

/** An organization that an owner approves a service for, and what the e-mail to the members who asked says. */
export interface ApprovedFor {
  readonly organizationId: string;
  readonly sealedValues: string;
}

/** What an owner says of a service for the whole of organizations, beside their own consent. */
export interface Approval {
  readonly clientId: ClientId;
  /** Whose word it is; only where they are an owner does it count. */
  readonly owner: SQL;
  readonly approvedFor: readonly ApprovedFor[];
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

/**
 * Approves the client for organizations whose policy waits for that: not where it is denied, and not where no service is let in. The
 * members' requests are thereby answered, and they are told. For a batch that stores the consent under the same condition.
 * @param holds what must hold besides
 */
export function approvalStatements(db: Database, { clientId, owner, approvedFor, whereabouts, at }: Approval, holds: SQL) {
  const organizationIds = approvedFor.map(({ organizationId }) => organizationId);
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
    ...approvedFor.map(({ organizationId, sealedValues }) =>
      queueWhen(
        db,
        { kind: "access_approved", ...toUserRow, sealedValues, at },
        sql`FROM access_requests JOIN users ON users.id = access_requests.user_id
          WHERE access_requests.client_id = ${clientId} AND access_requests.organization_id = ${organizationId}
            AND users.id <> ${owner} AND EXISTS (SELECT 1 ${source} AND organizations.id = ${organizationId})`,
      ),
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
