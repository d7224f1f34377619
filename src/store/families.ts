import { eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Deps } from "../config.ts";
import type {
  AuthorizationDetail,
  ClientId,
  Confirmation,
  FamilyId,
  FamilyState,
  Once,
  OrganizationReach,
  Whereabouts,
} from "../model.ts";
import { auditWhen } from "./audit.ts";
import { toClient } from "./clients.ts";
import { columns, type Database, transact } from "./database.ts";
import { selectReach, toGrant } from "./grants.ts";
import { clients, families, grants, users } from "./schema.ts";
import { toUser } from "./sessions.ts";

/** A code presented at the token endpoint. */
export interface CodeRedemption {
  readonly familyId: FamilyId;
  readonly clientId: ClientId;
  /** Null when the request left it out, which only a code with a challenge allows. */
  readonly redirectUri: string | null;
  /** S256 of the `code_verifier`; null without one. */
  readonly codeChallenge: string | null;
  /** What the request asks for; empty for all that was authorized. */
  readonly resources: readonly string[];
  readonly details: readonly AuthorizationDetail[];
  /** The key that the request proves to hold. */
  readonly confirmation: Confirmation | null;
  /** Whether the family is bound to that key from now on: a public client's, which proves nothing else. */
  readonly binds: boolean;
  readonly whereabouts: Whereabouts;
  readonly once: Once;
  readonly at: number;
}

/**
 * Redeems generation 0 if everything stands: one conditional update, so of parallel attempts one wins. The state that comes
 * back bears the winner's `rid`; `rules/family.ts` reads from it what happened. One trip.
 */
export const redeemCode = async (deps: Deps, redemption: CodeRedemption): Promise<FamilyState | undefined> =>
  stateOf(await transact(deps.db, (db) => codeStatements(deps, db, redemption), redemption.once));

/** The statements of `redeemCode`, for a batch that does more; they come last in it, and `stateOf` reads its results. */
export function codeStatements(deps: Deps, db: Database, redemption: CodeRedemption) {
  const { familyId, clientId, redirectUri, codeChallenge, at } = redemption;
  return redemptionStatements(deps, db, redemption, {
    next: sql`1`,
    binds: redemption.binds ? redemption.confirmation : null,
    condition: sql`generation = 0 AND client_id = ${clientId} AND code_expires_at > ${at}
      AND code_challenge IS ${codeChallenge} AND ${heldBy(redemption.confirmation)}
      AND (redirect_uri = ${redirectUri} OR (${redirectUri} IS NULL AND code_challenge IS NOT NULL))
      AND ${within(redemption.resources, sql`families.resources`)} AND ${detailsWithin(redemption.details)}`,
    first: (stands) => {
      const { whereabouts } = redemption;
      const entry = { at, actor: clientId, clientId, whereabouts, grantId: sql`grant_id`, userId: ownerOf(familyId) };
      // A grant that was merged or replaced ends what ran under it before (Grant Management for OAuth 2.0, draft 03, section 5.1).
      const others = sql`revoked_at IS NULL AND id <> ${familyId} AND grant_id IN (
        SELECT grant_id FROM families WHERE ${stands} AND grant_management IN ('merge', 'replace'))`;
      return [
        auditWhen(db, { ...entry, action: "code.redeemed", familyId }, sql`FROM families WHERE ${stands}`),
        auditWhen(db, { ...entry, action: "family.revoked", familyId: sql`id` }, sql`FROM families WHERE ${others}`),
        db.run(sql`UPDATE families SET revoked_at = ${at}, revoked_by = ${clientId} WHERE ${others}`),
      ];
    },
  });
}

/** A refresh token presented at the token endpoint. */
export interface RefreshRedemption {
  readonly familyId: FamilyId;
  readonly generation: number;
  readonly clientId: ClientId;
  /** What the request asks for; empty for all that was authorized. */
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly details: readonly AuthorizationDetail[];
  /** The key that the request proves to hold. */
  readonly confirmation: Confirmation | null;
  /** Whether the family's key, if it has one, guards the refresh token: a public client's, which proves nothing else. */
  readonly bound: boolean;
  /** False where another key of the client's guards the token. What a key guards stays as it is (FAPI 2.0 section 5.3.2.1). */
  readonly rotates: boolean;
  readonly whereabouts: Whereabouts;
  readonly once: Once;
  readonly at: number;
}

/**
 * Rotates the family if `generation` is its present one and everything stands, the scopes and resources asked for included: a
 * request that asks for too much leaves the token as it was. One conditional update, one trip.
 */
export async function redeemRefreshToken(deps: Deps, redemption: RefreshRedemption): Promise<FamilyState | undefined> {
  const { generation, clientId, at } = redemption;
  const step: Step = {
    next: sql`generation + (${redemption.rotates ? 1 : 0} AND (${redemption.bound ? 0 : 1} OR confirmation IS NULL))`,
    binds: null,
    condition: sql`generation = ${generation} AND generation > 0 AND client_id = ${clientId}
      AND ${redemption.bound ? heldBy(redemption.confirmation) : sql`1`}
      AND idle_expires_at > ${at} AND expires_at > ${at}
      AND ${within(redemption.scopes, sql`families.scopes`)} AND ${within(redemption.resources, sql`families.resources`)}
      AND ${detailsWithin(redemption.details)}`,
  };
  return stateOf(await transact(deps.db, (db) => redemptionStatements(deps, db, redemption, step), redemption.once));
}

/** What a redemption of either kind adds to the common part. */
interface Step {
  readonly next: SQL;
  readonly binds: Confirmation | null;
  readonly condition: SQL;
  /** What is done in the same batch, before the redemption and under its condition. */
  readonly first?: (stands: SQL) => readonly BatchItem<"sqlite">[];
}

function redemptionStatements(
  deps: Deps,
  db: Database,
  { familyId, clientId, whereabouts, once, at }: Pick<CodeRedemption, "familyId" | "clientId" | "whereabouts" | "once" | "at">,
  step: Step,
) {
  const { rid } = once;
  const idleExpiresAt = at + deps.config.refreshIdleSeconds * 1000;
  const stands = sql`id = ${familyId} AND revoked_at IS NULL AND ${step.condition} AND EXISTS (
    SELECT 1 FROM grants JOIN users ON users.id = grants.user_id JOIN clients ON clients.client_id = grants.client_id
    WHERE grants.id = families.grant_id AND grants.revoked_at IS NULL AND grants.paused_at IS NULL
      AND (grants.expires_at IS NULL OR grants.expires_at > ${at})
      AND users.disabled_at IS NULL AND clients.disabled_at IS NULL)`;
  const write = [
    db.run(sql`
      UPDATE families SET generation = ${step.next}, rotated_at = ${at}, rid = ${rid},
        confirmation = coalesce(${step.binds && JSON.stringify(step.binds)}, confirmation),
        idle_expires_at = min(expires_at, ${idleExpiresAt})
      WHERE ${stands}`),
    db.run(sql`
      UPDATE grants SET last_used_at = ${at}, last_used_from = ${JSON.stringify(whereabouts)}
      WHERE id = (SELECT grant_id FROM families WHERE id = ${familyId} AND rid = ${rid})`),
  ] as const;
  const read = [selectState(db, familyId), selectReach(db, ownerOf(familyId), clientId)] as const;
  const [first, ...others] = [...(step.first?.(stands) ?? []), ...write, ...read] as const;
  if (first === undefined) throw new Error("nothing to redeem");
  return [first, ...others] as const;
}

/** What a batch that ends with the statements of a redemption has come to. */
export function stateOf(results: readonly unknown[]): FamilyState | undefined {
  const [rows, organizations] = results.slice(-2) as [StateRows, readonly OrganizationReach[]];
  return toState(rows, organizations);
}

/** That the family is bound to no key, or to the one that the request proves to hold. Both are written by `JSON.stringify`. */
const heldBy = (confirmation: Confirmation | null): SQL =>
  sql`(families.confirmation IS NULL OR families.confirmation IS ${confirmation && JSON.stringify(confirmation)})`;

/** That everything asked for stands in the JSON array of the column. */
export const within = (asked: readonly string[], column: SQL): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(asked)}) WHERE value NOT IN (SELECT value FROM json_each(${column})))`;

/**
 * The same for details, whose texts are canonical on both sides (rules/authorizationDetails.ts), and for the organizations that one
 * of them may name instead.
 */
function detailsWithin(asked: readonly AuthorizationDetail[]): SQL {
  const isLimit = ({ type }: AuthorizationDetail) => type === "organization_access";
  const names = asked.filter(isLimit).flatMap(({ organizations }) => organizations as readonly string[]);
  const texts = asked.filter((detail) => !isLimit(detail)).map((detail) => JSON.stringify(detail));
  return sql`${within(texts, sql`families.authorization_details`)} AND NOT EXISTS (
    SELECT 1 FROM json_each(${JSON.stringify(names)}) AS name, json_each(families.authorization_details) AS detail
    WHERE json_extract(detail.value, '$.type') = 'organization_access'
      AND json_type(detail.value, '$.organizations') = 'array'
      AND name.value NOT IN (SELECT value FROM json_each(detail.value, '$.organizations')))`;
}

export const ownerOf = (familyId: FamilyId): SQL =>
  sql`(SELECT grants.user_id FROM families JOIN grants ON grants.id = families.grant_id WHERE families.id = ${familyId})`;

/** A family with all that stands behind it. */
export const selectState = (db: Database, familyId: FamilyId | SQL) =>
  db
    .select({ families: columns(families), grants: columns(grants), users: columns(users), clients: columns(clients) })
    .from(families)
    .innerJoin(grants, eq(grants.id, families.grantId))
    .innerJoin(users, eq(users.id, grants.userId))
    .innerJoin(clients, eq(clients.clientId, families.clientId))
    .where(eq(families.id, familyId));

type StateRows = Awaited<ReturnType<typeof selectState>>;

export function toState(rows: StateRows, organizations: readonly OrganizationReach[]): FamilyState | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    family: { ...row.families, authAt: row.families.authAt || null, acr: row.families.acr || null },
    grant: { ...toGrant(row.grants), revokedAt: row.grants.revokedAt },
    user: toUser(row.users),
    userDisabledAt: row.users.disabledAt,
    clientDisabledAt: row.clients.disabledAt,
    client: toClient(row.clients),
    organizations,
  };
}
