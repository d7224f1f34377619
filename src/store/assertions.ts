import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type {
  AuthorizationDetail,
  ClientId,
  FamilyId,
  FamilyState,
  GrantId,
  Once,
  TrustPurpose,
  UserId,
  Whereabouts,
} from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { selectState, stateOf } from "./families.ts";
import { selectReach } from "./grants.ts";

/** An assertion of an issuer that we trust, verified, and what it comes to. */
export interface AssertionRedemption {
  readonly issuer: string;
  readonly purpose: TrustPurpose;
  readonly subject: string;
  /** By which a member of the organization may be found who has no subject at the issuer yet; null where that may not be. */
  readonly email: string | null;
  /** Who it must be, if the assertion says so. */
  readonly userId: UserId | null;
  /** Whose directory the issuer is; null for nobody's. */
  readonly organizationId: string | null;
  readonly clientId: ClientId;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** When the assertion was made: a revocation since then is stronger. */
  readonly issuedAt: number;
  /** For the grant and the family, should there be none yet. */
  readonly newGrantId: GrantId;
  readonly newFamilyId: FamilyId;
  readonly whereabouts: Whereabouts;
  readonly once: Once;
  readonly at: number;
}

/**
 * Redeems an assertion that is a grant, in one transaction with the spending of its `jti`: finds the person, and makes or widens
 * the one grant that stands for this issuer's word about this person and client, with the one family of its tokens. Nothing but
 * the `jti` changes unless everything stands: the person, the client, the trust, the membership, the organization's leave, and no
 * revocation since the assertion was made. However often assertions come, the rows stay the same. One trip.
 * @returns undefined when it did not
 * @throws OAuthError invalid_grant, invalid_client or invalid_dpop_proof for what was used before
 */
export async function redeemAssertion(deps: Deps, redemption: AssertionRedemption): Promise<FamilyState | undefined> {
  const { once } = redemption;
  return stateOf(await transact(deps.db, (db) => statementsOf(deps, db, redemption), once));
}

function statementsOf(deps: Deps, db: Database, redemption: AssertionRedemption) {
  const { issuer, subject, clientId, scopes, resources, organizationId, newGrantId, newFamilyId, once, at } = redemption;
  const details = redemption.authorizationDetails;
  const [scopesText, resourcesText, detailsText] = [scopes, resources, details].map((value) => JSON.stringify(value));
  const from = JSON.stringify(redemption.whereabouts);
  const person = personOf(redemption);
  const stands = standsFor(redemption, person);
  const own = sql`user_id = ${person} AND client_id = ${clientId} AND authority = ${issuer} AND revoked_at IS NULL`;
  const grant = sql`(SELECT id FROM grants WHERE ${own})`;
  const widens = sql`(${adds("scopes", scopesText)} OR ${adds("resources", resourcesText)}
    OR ${adds("authorization_details", detailsText)})`;
  const isNewGrant = sql`WHERE NOT EXISTS (SELECT 1 FROM grants WHERE ${own}) AND ${stands}`;
  const live = sql`grant_id = ${grant} AND revoked_at IS NULL`;
  const isNewFamily = sql`WHERE ${grant} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM families WHERE ${live}) AND ${stands}`;
  const unlinked = sql`WHERE NOT EXISTS (SELECT 1 FROM identities WHERE issuer = ${issuer} AND subject = ${subject}) AND ${stands}`;
  // As long as its last token can live: then it goes, and the next assertion makes another (store/retention.ts).
  const endsAt = at + deps.config.maxAccessTokenSeconds * 1000;
  const entry = { at, actor: issuer, userId: person, clientId };
  const family = sql`(SELECT id FROM families WHERE ${live} AND rid = ${once.rid})`;
  return [
    auditWhen(db, { ...entry, action: "identity.linked", detail: { issuer, subject } }, unlinked),
    db.run(sql`
      INSERT INTO identities (issuer, subject, user_id, created_at) SELECT ${issuer}, ${subject}, ${person}, ${at} ${unlinked}`),
    auditWhen(
      db,
      { ...entry, action: "grant.widened", grantId: sql`id`, detail: { scopes } },
      sql`FROM grants WHERE ${own} AND ${widens} AND ${stands}`,
    ),
    auditWhen(db, { ...entry, action: "grant.vouched", grantId: newGrantId, detail: { scopes } }, isNewGrant),
    db.run(sql`
      UPDATE grants SET
        consented_at = CASE WHEN ${widens} THEN ${at} ELSE consented_at END, last_used_at = ${at},
        last_used_from = ${from}, scopes = ${merged("scopes", scopesText)}, resources = ${merged("resources", resourcesText)},
        authorization_details = ${mergedObjects("authorization_details", detailsText)},
        organizations = ${organizationId === null ? null : JSON.stringify([organizationId])}
      WHERE ${own} AND ${stands}`),
    db.run(sql`
      INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, organizations, authorization_details, separate,
        authority, created_at, consented_at, last_used_at, last_used_from)
      SELECT ${newGrantId}, ${person}, ${clientId}, ${scopesText}, '[]', ${resourcesText},
        ${organizationId === null ? null : JSON.stringify([organizationId])}, ${detailsText}, 1, ${issuer}, ${at}, ${at}, ${at}, ${from}
      ${isNewGrant}`),
    auditWhen(db, { ...entry, action: "family.started", grantId: grant, familyId: newFamilyId }, isNewFamily),
    db.run(sql`
      UPDATE families SET rid = ${once.rid}, rotated_at = ${at}, scopes = ${scopesText}, resources = ${resourcesText},
        authorization_details = ${detailsText}, idle_expires_at = max(idle_expires_at, ${endsAt}), expires_at = max(expires_at, ${endsAt})
      WHERE ${live} AND ${stands}`),
    db.run(sql`
      INSERT INTO families (id, grant_id, client_id, device, generation, rotated_at, rid, redirect_uri, scopes, resources,
        authorization_details, auth_at, acr, amr, created_at, code_expires_at, idle_expires_at, expires_at)
      SELECT ${newFamilyId}, ${grant}, ${clientId}, ${issuer}, 0, ${at}, ${once.rid}, '', ${scopesText}, ${resourcesText},
        ${detailsText}, 0, '', '[]', ${at}, ${at}, ${endsAt}, ${endsAt}
      ${isNewFamily}`),
    db.run(sql`
      UPDATE clients SET expires_at = NULL WHERE client_id = ${clientId} AND expires_at IS NOT NULL AND ${family} IS NOT NULL`),
    selectState(db, family),
    selectReach(db, person, clientId),
  ] as const;
}

/**
 * Who the assertion is about: whose subject it is, else who has the address, proved to us, and is a member. Only of somebody
 * without a subject at the issuer: an address that changes hands there must not take the account here along.
 */
const personOf = ({ issuer, subject, email, organizationId }: AssertionRedemption): SQL => sql`coalesce(
  (SELECT user_id FROM identities WHERE issuer = ${issuer} AND subject = ${subject}),
  (SELECT users.id FROM users JOIN memberships ON memberships.user_id = users.id
    WHERE users.email = ${email} AND users.email_verified = 1 AND memberships.organization_id = ${organizationId}
      AND NOT EXISTS (SELECT 1 FROM identities WHERE user_id = users.id AND issuer = ${issuer})))`;

/** Everything that the word of the issuer depends on. An organization that lets no service in, or not this one, and the person who has paused it, have the last word. */
const standsFor = (redemption: AssertionRedemption, person: SQL): SQL => {
  const { issuer, purpose, organizationId, clientId, userId, issuedAt, at } = redemption;
  return sql`(
    EXISTS (SELECT 1 FROM users WHERE id = ${person} AND disabled_at IS NULL AND id = coalesce(${userId}, id))
    AND EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND disabled_at IS NULL
      AND (expires_at IS NULL OR expires_at > ${at}))
    AND EXISTS (SELECT 1 FROM trusted_issuers, json_each(purposes) AS purpose
      WHERE issuer = ${issuer} AND purpose.value = ${purpose} AND organization_id IS ${organizationId})
    AND (${organizationId} IS NULL OR EXISTS (
      SELECT 1 FROM memberships JOIN organizations ON organizations.id = organization_id
      WHERE user_id = ${person} AND organization_id = ${organizationId} AND policy <> 'none'
        AND NOT EXISTS (SELECT 1 FROM organization_clients AS said
          WHERE said.organization_id = ${organizationId} AND said.client_id = ${clientId} AND said.status = 'denied')))
    AND NOT EXISTS (SELECT 1 FROM grants AS waiting
      WHERE waiting.user_id = ${person} AND waiting.client_id = ${clientId} AND waiting.authority = ${issuer}
        AND waiting.revoked_at IS NULL AND waiting.paused_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM grants AS gone
      WHERE gone.user_id = ${person} AND gone.client_id = ${clientId} AND gone.authority = ${issuer}
        AND gone.revoked_at >= ${issuedAt}))`;
};

/** Of a grant. An assertion has half as many at most, in 16 KB, and a row of D1 ends at 2 MB. */
const MAX_DETAILS = 100;

type Merged = "scopes" | "resources" | "authorization_details";

/** That the JSON array has an element which the grant's has not; details are compared by their canonical text. */
const adds = (column: Merged, given: string | undefined): SQL => sql`EXISTS (
  SELECT 1 FROM json_each(${given}) AS given
  WHERE given.value NOT IN (SELECT value FROM json_each(${sql.raw(`grants.${column}`)})))`;

const merged = (column: Merged, given: string | undefined): SQL => sql`(
  SELECT json_group_array(value) FROM (
    SELECT value FROM json_each(${sql.raw(`grants.${column}`)}) UNION SELECT value FROM json_each(${given})))`;

/** Those given come last, and of all together so many stay as a row can bear: directories may name a new one each time. */
const mergedObjects = (column: Merged, given: string | undefined): SQL => sql`(
  SELECT json_group_array(json(value)) FROM (
    SELECT value FROM (
      SELECT value, key, 0 AS is_given FROM json_each(${sql.raw(`grants.${column}`)})
        WHERE value NOT IN (SELECT value FROM json_each(${given}))
      UNION ALL SELECT value, key, 1 FROM json_each(${given})
      ORDER BY is_given DESC, key DESC LIMIT ${MAX_DETAILS})
    ORDER BY is_given, key))`;
