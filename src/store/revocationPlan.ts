import { type SQL, sql } from "drizzle-orm";
import type { Mark } from "../model.ts";
import type { AuditAction, AuditEntry } from "./audit.ts";
import { goesWithClient, removalDetail } from "./clientEnd.ts";
import type { QueuedEmail } from "./emails.ts";
import type { Revocation } from "./revocation.ts";

/** Consents that end with a resource in one batch: their marks go to KV, and a Worker may call that a thousand times. */
const MAX_ENDED = 500;

/** How each kind of revocation is said in SQL; `live` yields the rows that it ends, as long as they are alive. */
interface Plan {
  readonly action: AuditAction;
  readonly entry: Partial<AuditEntry>;
  readonly live: SQL;
  readonly ends: readonly SQL[];
  /** What else is logged: rows of other things that end with it. */
  readonly logged?: readonly (readonly [Pick<AuditEntry, "action"> & Partial<AuditEntry>, source: SQL])[];
  readonly marked: { readonly kind: Mark["kind"]; readonly id: SQL; readonly among: SQL };
  /** Who hears of it by e-mail: rows of `users`. */
  readonly told?: { readonly email: Pick<QueuedEmail, "kind" | "sealedValues">; readonly source: SQL };
  /** Grants of which other clients may hold tokens, got by exchange, which the mark does not name: the cron delivers theirs. */
  readonly exchanged?: SQL;
}

/** @param since no access token from before it is alive */
export function planOf(revocation: Revocation, at: number, since: number): Plan {
  const { by } = revocation;
  switch (revocation.kind) {
    case "grants": {
      const { userId, grantIds, whereabouts } = revocation;
      const named = grantIds === null ? sql`` : sql`AND id IN (SELECT value FROM json_each(${JSON.stringify(grantIds)}))`;
      const live = sql`FROM grants WHERE user_id = ${userId} AND revoked_at IS NULL ${named}`;
      return {
        action: "grant.revoked",
        entry: { userId, clientId: sql`client_id`, grantId: sql`id`, whereabouts },
        live,
        ends: endOfGrants(live, at, by),
        marked: {
          kind: "grant",
          id: sql`id`,
          among: sql`SELECT id FROM grants WHERE user_id = ${userId} AND revoked_at = ${at}`,
        },
      };
    }
    case "family": {
      const { familyId, clientId, userId, whereabouts, tells } = revocation;
      const theirs = userId === undefined ? sql`` : sql`AND grant_id IN (SELECT id FROM grants WHERE user_id = ${userId})`;
      const owned = clientId === null ? theirs : sql`AND client_id = ${clientId} ${theirs}`;
      const live = sql`FROM families WHERE id = ${familyId} AND revoked_at IS NULL ${owned}`;
      const owner = sql`(SELECT user_id FROM grants WHERE grants.id = grant_id)`;
      return {
        action: "family.revoked",
        entry: { userId: owner, clientId: sql`client_id`, grantId: sql`grant_id`, familyId, whereabouts },
        ...(tells && { told: { email: tells, source: sql`FROM users WHERE id = (SELECT ${owner} ${live})` } }),
        live,
        ends: [sql`UPDATE families SET revoked_at = ${at}, revoked_by = ${by} WHERE id IN (SELECT id ${live})`],
        marked: { kind: "family", id: sql`id`, among: sql`${familyId}` },
      };
    }
    case "client": {
      const { clientId, guard } = revocation;
      const live = sql`FROM clients WHERE client_id = ${clientId} AND ${guard}`;
      const theirs = sql`client_id IN (SELECT client_id ${live})`;
      const grants = sql`FROM grants WHERE revoked_at IS NULL AND ${theirs}`;
      return {
        action: "client.removed",
        entry: { userId: sql`owner_id`, clientId, detail: removalDetail },
        logged: [[{ action: "grant.revoked", userId: sql`user_id`, clientId, grantId: sql`id` }, grants]],
        live,
        ends: [
          sql`UPDATE families SET revoked_at = ${at}, revoked_by = ${by} WHERE revoked_at IS NULL AND grant_id IN (SELECT id ${grants})`,
          sql`UPDATE grants SET revoked_at = ${at}, revoked_by = ${by} WHERE revoked_at IS NULL AND ${theirs}`,
          ...goesWithClient.map((table) => sql`DELETE FROM ${sql.identifier(table)} WHERE ${theirs}`),
          sql`DELETE ${live}`,
        ],
        marked: { kind: "client", id: sql`client_id`, among: sql`${clientId}` },
        exchanged: sql`${grants} AND id IN (SELECT grant_id FROM audit WHERE at >= ${since} AND action = 'token.exchanged')`,
      };
    }
    case "client_use": {
      const { clientId } = revocation;
      const live = sql`FROM clients WHERE client_id = ${clientId} AND disabled_at IS NULL`;
      return {
        action: "client.disabled",
        entry: { userId: sql`owner_id`, clientId },
        live,
        ends: [sql`UPDATE clients SET disabled_at = ${at} WHERE client_id IN (SELECT client_id ${live})`],
        marked: { kind: "client", id: sql`client_id`, among: sql`${clientId}` },
      };
    }
    case "resource": {
      const { identifier, guard } = revocation;
      const held = sql`revoked_at IS NULL AND EXISTS (SELECT 1 FROM json_each(grants.resources) WHERE value = ${identifier})`;
      const live = sql`FROM grants WHERE id IN (SELECT id FROM grants WHERE ${held} AND ${guard} ORDER BY id LIMIT ${MAX_ENDED})`;
      return {
        action: "grant.revoked",
        entry: { userId: sql`user_id`, clientId: sql`client_id`, grantId: sql`id`, detail: { resource: identifier } },
        live,
        ends: endOfGrants(live, at, by),
        marked: {
          kind: "grant",
          id: sql`id`,
          among: sql`SELECT id FROM grants WHERE revoked_at = ${at} AND revoked_by = ${by}`,
        },
      };
    }
    case "token": {
      const { jti, client_id, grant_id = null, sid = null } = revocation.claims;
      // Its `sub` may be a pseudonym.
      const owner = sql`(SELECT user_id FROM grants WHERE id = ${grant_id})`;
      return {
        action: "token.revoked",
        entry: { userId: owner, clientId: client_id, grantId: grant_id, familyId: sid, detail: { jti } },
        live: sql`WHERE NOT EXISTS (SELECT 1 FROM revocations WHERE kind = 'token' AND id = ${jti})`,
        ends: [],
        marked: { kind: "token", id: sql`${jti}`, among: sql`${jti}` },
      };
    }
  }
}

/** What runs under the grants that `live` yields goes first: afterwards it yields them no more. */
const endOfGrants = (live: SQL, at: number, by: string | SQL): readonly SQL[] => [
  sql`UPDATE families SET revoked_at = ${at}, revoked_by = ${by} WHERE revoked_at IS NULL AND grant_id IN (SELECT id ${live})`,
  sql`UPDATE grants SET revoked_at = ${at}, revoked_by = ${by} WHERE id IN (SELECT id ${live})`,
];
