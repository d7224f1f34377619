import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { GrantId, Mark, User, Whereabouts } from "../model.ts";
import { type AuditAction, type AuditEntry, auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { markSql, putMarks } from "./revocation.ts";
import { grants, revocations } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What a person makes less of an authorization that goes on. */
export type GrantChange =
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** What is taken away; details by their canonical JSON. Something must be left. */
  | {
      readonly kind: "narrow";
      readonly scopes: readonly string[];
      readonly claims: readonly string[];
      readonly details: readonly string[];
    }
  /** One organization less; where it was all of them, those that the person may enter now are left. */
  | { readonly kind: "leave_organization"; readonly organizationId: string }
  | { readonly kind: "shorten"; readonly expiresAt: number };

/** A change by whoever's session it is. */
export interface ChangeOfGrant {
  readonly sessionId: string;
  readonly grantId: GrantId;
  readonly change: GrantChange;
  /** When the mark that ends what is out is dated (rules/pause.ts). */
  readonly markedAt: number;
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

/** What came of it. `grant` is undefined where the person has no such authorization, or none any more. */
export interface GrantChangeOutcome {
  readonly user: User;
  readonly changed: boolean;
  readonly grant: typeof grants.$inferSelect | undefined;
}

/** How each kind of change is said in SQL. */
interface Step {
  readonly action: AuditAction;
  readonly entry?: Partial<AuditEntry>;
  /** That there is something to change. */
  readonly applies: SQL;
  readonly sets: SQL;
  /** Whether access tokens are out that can do more than is left, or for longer. */
  readonly marks: boolean;
}

/**
 * Changes one authorization of the person whose session it is: one D1 transaction (the row in the log, the mark, the grant), then the
 * mark to KV. When it returns, refresh, redemption and introspection go by what is left. Nothing happens to what is another's, or
 * over, or already so: asking twice changes it once. One trip.
 * @returns undefined when nobody is signed in
 * @throws OAuthError temporarily_unavailable when D1 fails: then nothing has changed, and the caller must say so
 */
export async function changeGrant(deps: Deps, asked: ChangeOfGrant): Promise<GrantChangeOutcome | undefined> {
  const { sessionId, grantId, markedAt, whereabouts, at } = asked;
  const { action, applies, sets, marks, ...step } = stepOf(deps, asked.change, at);
  const owner = sql`(
    SELECT user_id FROM sessions JOIN users ON users.id = user_id
    WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;
  const own = sql`id = ${grantId} AND user_id = ${owner} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${at})`;
  const source = sql`FROM grants WHERE ${own} AND ${applies}`;
  const entry = { at, action, actor: sql`user_id`, userId: sql`user_id`, clientId: sql`client_id`, grantId, whereabouts };
  const [signedIn, , , updated, rows, due] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    auditWhen(db, { ...entry, ...step.entry }, source),
    db.run(markSql(deps, "grant", sql`id`, markedAt, sql`${source} AND ${marks ? 1 : 0} = 1`)),
    db.all<{ id: string }>(sql`
      UPDATE grants SET ${sets} ${marks ? sql`, marked_at = max(coalesce(marked_at, 0), ${markedAt})` : sql``} WHERE ${own} AND ${applies} RETURNING id`),
    db.select().from(grants).where(own),
    db
      .select({ kind: revocations.kind, id: revocations.id, revokedAt: revocations.revokedAt })
      .from(revocations)
      .where(and(eq(revocations.kind, "grant"), eq(revocations.id, grantId), eq(revocations.revokedAt, markedAt))),
  ]);
  await putMarks(deps, due as readonly Mark[]);
  const found = toSignedIn(signedIn);
  return found && { user: found.user, changed: updated.length > 0, grant: rows[0] };
}

function stepOf({ config }: Deps, change: GrantChange, at: number): Step {
  switch (change.kind) {
    case "pause":
      return { action: "grant.paused", applies: sql`paused_at IS NULL`, sets: sql`paused_at = ${at}`, marks: true };
    case "resume":
      return { action: "grant.resumed", applies: sql`paused_at IS NOT NULL`, sets: sql`paused_at = NULL`, marks: false };
    case "narrow": {
      const { scopes, claims, details } = change;
      const taken = [
        ["scopes", scopes],
        ["claims", claims],
        ["authorization_details", details],
      ] as const;
      const holds = sql.join(
        taken.map(([column, values]) => sql`EXISTS (SELECT 1 FROM ${each(column)} WHERE value IN ${listOf(values)})`),
        sql` OR `,
      );
      // Access while nobody is there is no use without something to do.
      const leaves = sql.join(
        taken.map(
          ([column, values]) =>
            sql`EXISTS (SELECT 1 FROM ${each(column)} WHERE value NOT IN ${listOf(values)} AND value <> 'offline_access')`,
        ),
        sql` OR `,
      );
      return {
        action: "grant.narrowed",
        entry: { detail: { scopes, claims, details: details.length } },
        applies: sql`authority IS NULL AND (${holds}) AND (${leaves})`,
        sets: sql`scopes = ${without("scopes", scopes, sql`value`)}, claims = ${without("claims", claims, sql`value`)},
          authorization_details = ${without("authorization_details", details, sql`json(value)`)}`,
        marks: true,
      };
    }
    case "leave_organization": {
      const { organizationId } = change;
      const rest = sql`(
        SELECT json_group_array(organization_id) FROM memberships
        WHERE memberships.user_id = grants.user_id AND organization_id <> ${organizationId}
          AND (grants.organizations IS NULL OR organization_id IN (SELECT value FROM json_each(grants.organizations))))`;
      return {
        action: "grant.narrowed",
        entry: { organizationId, detail: { organization: organizationId } },
        applies: sql`authority IS NULL AND EXISTS (
          SELECT 1 FROM memberships WHERE memberships.user_id = grants.user_id AND organization_id = ${organizationId})
          AND (organizations IS NULL OR EXISTS (SELECT 1 FROM json_each(organizations) WHERE value = ${organizationId}))`,
        sets: sql`organizations = ${rest}`,
        marks: true,
      };
    }
    case "shorten":
      return {
        action: "grant.shortened",
        entry: { detail: { expiresAt: change.expiresAt } },
        applies: sql`authority IS NULL AND (expires_at IS NULL OR expires_at > ${change.expiresAt})`,
        sets: sql`expires_at = ${change.expiresAt}`,
        // What is out may live beyond that otherwise, where nobody asks us.
        marks: change.expiresAt < at + config.maxAccessTokenSeconds * 1000,
      };
  }
}

type Listed = "scopes" | "claims" | "authorization_details";

const each = (column: Listed): SQL => sql`json_each(${sql.raw(`grants.${column}`)})`;
const listOf = (values: readonly string[]): SQL => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

const without = (column: Listed, values: readonly string[], member: SQL): SQL => sql`(
  SELECT json_group_array(${member}) FROM (
    SELECT value FROM ${each(column)} WHERE value NOT IN ${listOf(values)} ORDER BY key))`;
