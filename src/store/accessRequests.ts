import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId, User, UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { toClient } from "./clients.ts";
import { transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { clients } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** A member asks their organization to let a service in. */
export interface AccessRequest {
  readonly organizationId: string;
  readonly clientId: ClientId;
  /** Of whoever asks. */
  readonly sessionId: string;
  /** Why, in their words; may be empty. */
  readonly reason: string;
  readonly scopes: readonly string[];
  readonly at: number;
  readonly whereabouts: Whereabouts;
}

/** `not_needed`: the organization lets the service in, or has refused it, or no service; or the person is no member of it. */
export type AccessRequestOutcome = "requested" | "not_needed" | "ended";

/** What the e-mail to the owners names. */
export interface Requester {
  readonly user: User;
  readonly client: Client | undefined;
  readonly organization: { readonly name: string; readonly displayName: string } | undefined;
}

/** Who asks, for which service and in which organization of theirs, in one trip; undefined when nobody is signed in. */
export async function findRequester(
  deps: Deps,
  { sessionId, organizationId, clientId, at }: AccessRequest,
): Promise<Requester | undefined> {
  const [signedIn, found, places] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db.select().from(clients).where(sql`client_id = ${clientId} AND disabled_at IS NULL`),
    db.all<{ name: string; displayName: string }>(sql`
      SELECT name, display_name AS displayName ${memberSource(sessionId, organizationId, at)}`),
  ]);
  const person = toSignedIn(signedIn);
  return person && { user: person.user, client: found[0] && toClient(found[0]), organization: places[0] };
}

/**
 * Puts the request into the organization's queue, in one trip: only for a member, only where the policy asks for approval of this
 * service, and only where nobody has decided. The owners are told of the first request for a service alone. Repeats change nothing.
 * @param sealedValues of the e-mail to the owners
 */
export async function insertAccessRequest(
  deps: Deps,
  asked: AccessRequest,
  sealedValues: string,
): Promise<AccessRequestOutcome> {
  const { organizationId, clientId, sessionId, reason, scopes, at, whereabouts } = asked;
  const own = sql`organization_id = ${organizationId} AND client_id = ${clientId}`;
  const me = sql`(SELECT user_id FROM sessions WHERE id = ${sessionId})`;
  const mine = sql`SELECT 1 FROM access_requests WHERE ${own} AND user_id = ${me}`;
  const source = sql`${memberSource(sessionId, organizationId, at)}
    AND (organizations.policy = 'approved' OR organizations.policy = 'verified')
    AND EXISTS (
      SELECT 1 FROM clients WHERE client_id = ${clientId} AND disabled_at IS NULL
        AND (organizations.policy = 'approved' OR json_extract(publisher, '$.verifiedAt') IS NULL))
    AND NOT EXISTS (SELECT 1 FROM organization_clients WHERE ${own} AND status IN ('approved', 'denied'))
    AND NOT EXISTS (${mine})`;
  const userId = sql`memberships.user_id`;
  const [signedIn, , , , , made] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    auditWhen(
      db,
      {
        at,
        action: "access.requested",
        actor: userId,
        userId,
        clientId,
        organizationId,
        whereabouts,
        detail: { reason, scopes },
      },
      source,
    ),
    queueWhen(
      db,
      { kind: "access_requested", ...toUserRow, sealedValues, at },
      sql`FROM users WHERE disabled_at IS NULL
        AND id IN (SELECT user_id FROM memberships WHERE organization_id = ${organizationId} AND role = 'owner')
        AND EXISTS (SELECT 1 ${source}) AND NOT EXISTS (SELECT 1 FROM organization_clients WHERE ${own})`,
    ),
    db.run(sql`
      INSERT INTO organization_clients (organization_id, client_id, status, decided_by, decided_at)
      SELECT ${organizationId}, ${clientId}, 'requested', NULL, ${at} ${source} ON CONFLICT DO NOTHING`),
    db.run(sql`
      INSERT INTO access_requests (organization_id, client_id, user_id, reason, scopes, created_at)
      SELECT ${organizationId}, ${clientId}, ${userId}, ${reason}, ${JSON.stringify(scopes)}, ${at} ${source} ON CONFLICT DO NOTHING`),
    db.all(mine),
  ]);
  if (toSignedIn(signedIn) === undefined) return "ended";
  return made.length > 0 ? "requested" : "not_needed";
}

/** Withdraws what a person asked, of the organizations that the condition on `organization_id` allows; what nobody asks any more leaves the queue. */
export const withdrawals = (userId: UserId, condition: SQL): readonly [queued: SQL, asked: SQL] => [
  sql`DELETE FROM organization_clients WHERE status = 'requested' AND ${condition}
    AND EXISTS (
      SELECT 1 FROM access_requests AS own WHERE own.organization_id = organization_clients.organization_id
        AND own.client_id = organization_clients.client_id AND own.user_id = ${userId})
    AND NOT EXISTS (
      SELECT 1 FROM access_requests AS other WHERE other.organization_id = organization_clients.organization_id
        AND other.client_id = organization_clients.client_id AND other.user_id <> ${userId})`,
  sql`DELETE FROM access_requests WHERE user_id = ${userId} AND ${condition}`,
];

/** The organization, if whoever's session it is belongs to it. */
const memberSource = (sessionId: string, organizationId: string, at: number): SQL => sql`
  FROM memberships JOIN organizations ON organizations.id = memberships.organization_id
  WHERE organizations.id = ${organizationId} AND memberships.user_id = (
    SELECT user_id FROM sessions JOIN users ON users.id = user_id
    WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;
