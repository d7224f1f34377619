import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, OrganizationPolicy, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { forget } from "./memory.ts";
import { type OrganizationVisitState, ownedBy, personOf, selectPlace } from "./organizationPlace.ts";
import { aliveSince, cutUses, dueMarks, markStatements } from "./organizationUses.ts";
import { putMarks } from "./revocation.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What an owner does to their organization. */
export interface OwnerAct {
  readonly sessionId: string;
  /** Of the organization. */
  readonly name: string;
  /** When the marks that end what is out are dated (rules/pause.ts). */
  readonly markedAt: number;
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

export interface PolicyState extends OrganizationVisitState {
  /** How many services each policy would cut off from what they have now. */
  readonly cuts: Readonly<Record<OrganizationPolicy, number>>;
}

const policies = ["all", "verified", "approved", "none"] as const;

/** The policy, and what each other one would end at once; the numbers for owners alone. One trip; undefined when nobody is signed in. */
export async function findPolicy(deps: Deps, sessionId: string, name: string): Promise<PolicyState | undefined> {
  const at = deps.now();
  const counts = sql.join(
    policies.map(
      (policy) => sql`(
        SELECT count(DISTINCT used_by) ${cutUses(ownedBy(sessionId, name, at), { policy }, at, aliveSince(deps, at))}) AS ${sql.identifier(policy)}`,
    ),
    sql`, `,
  );
  const [signedIn, places, cuts] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db.all<Record<OrganizationPolicy, number>>(sql`SELECT ${counts}`),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, place: places[0], cuts: cuts[0] ?? { all: 0, verified: 0, approved: 0, none: 0 } };
}

/**
 * Sets which services an organization lets in, if the person owns it; what the new policy keeps out ends there at once: introspection
 * and refresh go by it, and tokens that are out fall under marks, in D1 and then in KV. One batch, one trip. Asking twice changes it once.
 * @returns undefined when nobody is signed in
 */
export async function changePolicy(
  deps: Deps,
  { sessionId, name, markedAt, whereabouts, at }: OwnerAct,
  policy: OrganizationPolicy,
): Promise<OrganizationVisitState | undefined> {
  const owned = ownedBy(sessionId, name, at);
  const other = sql`organizations.id = ${owned} AND organizations.policy <> ${policy}`;
  const cut = sql`SELECT grant_id AS id, used_at ${cutUses(owned, { policy }, at, aliveSince(deps, at))} AND ${other}`;
  const [signedIn, , , , , places, due] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    auditWhen(
      db,
      {
        at,
        action: "policy.changed",
        actor: personOf(sessionId, at),
        organizationId: sql`id`,
        whereabouts,
        detail: sql`json_object('from', policy, 'to', ${policy})`,
      },
      sql`FROM organizations WHERE ${other}`,
    ),
    ...markStatements(deps, db, markedAt, cut),
    db.run(sql`UPDATE organizations SET policy = ${policy} WHERE ${other}`),
    selectPlace(db, sessionId, name, at),
    dueMarks(db, markedAt),
  ]);
  await putMarks(deps, due);
  const found = toSignedIn(signedIn);
  return found && { ...found, place: places[0] };
}

/** What an owner says of a service for everybody. */
export interface Decision {
  readonly clientId: ClientId;
  /** Null takes back what was said before. */
  readonly status: "approved" | "denied" | null;
  /** Whether the service had access, which ends for everybody. */
  readonly revokes: boolean;
  /** Of the e-mail to those who asked. */
  readonly sealedValues: string;
}

/**
 * Decides about a service for all members, if the person owns the organization. People's consents stay theirs: it is this
 * organization that they no longer reach, and tokens that are out end. Those who had asked are told. One batch, one trip; asking
 * twice decides once.
 * @returns undefined when nobody is signed in
 */
export async function decideService(
  deps: Deps,
  { sessionId, name, markedAt, whereabouts, at }: OwnerAct,
  { clientId, status, revokes, sealedValues }: Decision,
): Promise<OrganizationVisitState | undefined> {
  const here = ownedBy(sessionId, name, at);
  const said = sql`(SELECT status FROM organization_clients WHERE organization_id = organizations.id AND client_id = ${clientId})`;
  const isNew =
    status === null
      ? sql`${said} IN ('approved', 'denied')`
      : sql`${said} IS NOT ${status} AND EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId})`;
  const source = sql`FROM organizations WHERE organizations.id = ${here} AND ${isNew}`;
  const cut = cutUses(here, { clientId, decision: status }, at, aliveSince(deps, at));
  const action =
    status === null
      ? "access.undone"
      : status === "approved"
        ? "access.approved"
        : revokes
          ? "access.revoked_for_all"
          : "access.denied";
  const me = personOf(sessionId, at);
  const [signedIn, , , , , , , places, due] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    auditWhen(
      db,
      {
        at,
        action,
        actor: me,
        clientId,
        organizationId: sql`organizations.id`,
        whereabouts,
        detail: sql`json_object('before', ${said}, 'people', (
          SELECT count(DISTINCT uses.user_id) ${cut}))`,
      },
      source,
    ),
    ...markStatements(deps, db, markedAt, sql`SELECT grant_id AS id, used_at ${cut} AND ${isNew}`),
    queueWhen(
      db,
      { kind: status === "approved" ? "access_approved" : "access_denied", ...toUserRow, sealedValues, at },
      sql`FROM users JOIN access_requests ON access_requests.user_id = users.id
        WHERE client_id = ${clientId} AND users.disabled_at IS NULL AND ${status === null ? 0 : 1} = 1
          AND organization_id IN (SELECT organizations.id ${source})`,
    ),
    db.run(sql`
      DELETE FROM access_requests
      WHERE client_id = ${clientId} AND organization_id IN (SELECT organizations.id ${source})`),
    status === null
      ? db.run(sql`
          DELETE FROM organization_clients
          WHERE client_id = ${clientId} AND organization_id IN (SELECT organizations.id ${source})`)
      : db.run(sql`
          INSERT INTO organization_clients (organization_id, client_id, status, decided_by, decided_at)
          SELECT organizations.id, ${clientId}, ${status}, ${me}, ${at} ${source}
          ON CONFLICT DO UPDATE SET status = excluded.status, decided_by = excluded.decided_by, decided_at = excluded.decided_at`),
    selectPlace(db, sessionId, name, at),
    dueMarks(db, markedAt),
  ]);
  forget(deps, `approvals:${clientId}`);
  await putMarks(deps, due);
  const found = toSignedIn(signedIn);
  return found && { ...found, place: places[0] };
}
