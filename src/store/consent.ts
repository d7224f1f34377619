import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, GrantId, Mark, Whereabouts } from "../model.ts";
import { type AuditAction, auditWhen } from "./audit.ts";
import { type ApprovedFor, approvalStatements } from "./consentApprovals.ts";
import { narrows, widens } from "./consentDifference.ts";
import { type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { markSql, putMarks } from "./revocation.ts";
import { families, grants, revocations } from "./schema.ts";

/** What was asked for, as the person answered. What is declined is taken away if an earlier consent gave it. */
export interface Answer {
  readonly given: readonly string[];
  readonly declined: readonly string[];
}

/**
 * Which grant an answer is stored in: the client's one for all requests without grant management, made where there is none; a
 * new one beside it (`create`, with its id; `once`, which is for this one run); or a certain one, widened or replaced.
 */
export type ConsentTarget =
  | { readonly kind: "common"; readonly newGrantId: GrantId }
  | { readonly kind: "create" | "once" | "merge" | "replace"; readonly grantId: GrantId };

/** A person's answer on the approval page; who the person is, the session says. */
export interface Consent {
  readonly target: ConsentTarget;
  readonly interactionId: string;
  readonly sessionId: string;
  readonly clientId: ClientId;
  readonly scopes: Answer;
  readonly claims: Answer;
  /** Canonical JSON texts of elements of `authorization_details`. */
  readonly details: Answer;
  readonly resources: readonly string[];
  /**
   * Ids, of which those of the person's organizations count; null for every organization, now and later; undefined when the
   * page did not ask: as it was before, and none in a new consent.
   */
  readonly organizations: readonly string[] | null | undefined;
  /** When it ends by itself; null for never. */
  readonly expiresAt: number | null;
  /** Organizations that the person, an owner of theirs, approves the service for, whoever of their members uses it. */
  readonly approvedFor: readonly ApprovedFor[];
  readonly whereabouts: Whereabouts;
  /** What the e-mail about it says (mail/sealedValues.ts). */
  readonly sealedValues: string;
  /** When the mark that ends what is out is dated, where something is taken away (rules/pause.ts). */
  readonly markedAt: number;
  readonly at: number;
}

/**
 * Stores a consent: a new grant, or the live one widened or replaced, in one transaction; then, where it takes something away, the
 * mark to KV. Nothing is stored when the session has ended, the person or the client was disabled, or the interaction has yielded
 * its code: an old form sent again after a revocation grants nothing. Sending the same form twice before that stores the same
 * thing twice, which is once.
 * @returns `stored`; `used` when the interaction has had its code; `ended` when the session, the client or the named grant is no more
 */
export async function storeConsent(deps: Deps, consent: Consent): Promise<"stored" | "used" | "ended"> {
  const { clientId, at } = consent;
  const results = await transact(deps.db, (db) => [
    ...consentStatements(deps, db, consent),
    marksOfConsent(db, consent),
    db
      .select({ id: grants.id })
      .from(grants)
      .where(
        and(
          eq(grants.userId, ownerOf(consent)),
          eq(grants.clientId, clientId),
          isNull(grants.revokedAt),
          eq(grants.consentedAt, at),
        ),
      ),
    db.select({ id: families.id }).from(families).where(eq(families.id, consent.interactionId)),
  ]);
  const [marks = [], stored = [], codes = []] = results.slice(-3) as readonly (readonly unknown[])[];
  await putMarks(deps, marks as readonly Mark[]);
  if (codes.length > 0) return "used";
  return stored.length > 0 ? "stored" : "ended";
}

/** The person whose session it is, unless it or they have ended. */
const ownerOf = ({ sessionId, at }: Pick<Consent, "sessionId" | "at">): SQL => sql`(
  SELECT sessions.user_id FROM sessions JOIN users ON users.id = sessions.user_id
  WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;

/**
 * The statements of `storeConsent`, for a batch that does more with the consent. Where they have stored it, the grant's
 * `consented_at` is `at`.
 * @param holds what must hold besides
 */
export function consentStatements(deps: Deps, db: Database, consent: Consent, holds: SQL = sql`1`) {
  const { markedAt, target, clientId, scopes, claims, details, resources, at } = consent;
  const owner = ownerOf(consent);
  const allowed = sql`
    ${owner} IS NOT NULL
    AND EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND disabled_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM families WHERE id = ${consent.interactionId}) AND ${holds}`;
  const newId = target.kind === "common" ? target.newGrantId : target.grantId;
  const which = target.kind === "common" ? sql`separate = 0` : sql`id = ${newId}`;
  const own = sql`user_id = ${owner} AND client_id = ${clientId} AND revoked_at IS NULL AND authority IS NULL AND ${which}`;
  const isNew = sql`
    WHERE NOT EXISTS (SELECT 1 FROM grants WHERE ${own}) AND ${allowed}
    AND ${target.kind === "merge" || target.kind === "replace" ? 0 : 1} = 1`;
  const replaces = target.kind === "replace";
  const once = target.kind === "once" ? 1 : 0;
  const declined = { given: namesIn(consent, "declined"), declined: namesIn(consent, "given") };
  const { whereabouts } = consent;
  const entry = { at, actor: owner, userId: owner, clientId, whereabouts, detail: { scopes: scopes.given } };
  const email = { ...toUserRow, sealedValues: consent.sealedValues, at };
  const earlier = sql`${own} AND consented_at < ${at} AND ${allowed}`;
  const [more, less] = [widens(consent), narrows(consent)];
  // To approve the same again is neither more nor less.
  const changes: readonly (readonly [AuditAction, SQL])[] = replaces
    ? [["grant.replaced", sql`1`]]
    : [
        ["grant.widened", more],
        ["grant.narrowed", less],
        ["grant.consented", sql`NOT ${more} AND NOT ${less}`],
      ];
  const told = sql`users.id = ${owner} AND users.notices = 'all'`;
  return [
    db.run(sql`
      UPDATE grants SET revoked_at = ${at}, revoked_by = 'expiry' WHERE ${own} AND expires_at <= ${at}`),
    ...changes.map(([action, holds]) =>
      auditWhen(db, { ...entry, action, grantId: sql`id` }, sql`FROM grants WHERE ${earlier} AND ${holds}`),
    ),
    auditWhen(
      db,
      { ...entry, action: "grant.resumed", grantId: sql`id` },
      sql`FROM grants WHERE ${own} AND paused_at IS NOT NULL AND ${allowed}`,
    ),
    auditWhen(db, { ...entry, action: "grant.consented", grantId: newId }, isNew),
    queueWhen(
      db,
      { ...email, kind: "authorization_widened" },
      sql`FROM users WHERE ${told} AND EXISTS (
        SELECT 1 FROM grants WHERE ${earlier} AND ${more})`,
    ),
    queueWhen(db, { ...email, kind: "authorization_new" }, sql`FROM users ${isNew} AND ${told}`),
    db.run(markSql(deps, "grant", sql`id`, markedAt, sql`FROM grants WHERE ${own} AND ${allowed} AND ${less}`)),
    ...approvalStatements(db, { clientId, owner, approvedFor: consent.approvedFor, whereabouts, at }, allowed),
    db.run(sql`
      UPDATE grants SET
        scopes = ${merged("scopes", scopes, replaces)}, claims = ${merged("claims", claims, replaces)},
        resources = ${merged("resources", { given: resources, declined: [] }, replaces)},
        authorization_details = ${mergedDetails(details, replaces)},
        organizations = ${consent.organizations === undefined ? sql`organizations` : chosen(consent.organizations, owner)},
        declined = ${merged("declined", declined, replaces)}, publisher_name = ${publisherOf(clientId)}, once = ${once},
        consented_at = ${at}, expires_at = ${consent.expiresAt}, paused_at = NULL,
        marked_at = iif(${less}, max(coalesce(marked_at, 0), ${markedAt}), marked_at)
      WHERE ${own} AND ${allowed}`),
    db.run(sql`
      INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, organizations, authorization_details, separate,
        once, declined, publisher_name, created_at, consented_at, expires_at)
      SELECT ${newId}, ${owner}, ${clientId}, ${json(scopes.given)}, ${json(claims.given)}, ${json(resources)},
        ${chosen(consent.organizations, owner)}, ${`[${details.given.join(",")}]`}, ${target.kind === "common" ? 0 : 1},
        ${once}, ${json(declined.given)}, ${publisherOf(clientId)}, ${at}, ${at}, ${consent.expiresAt}
      ${isNew}`),
  ] as const;
}

/** The marks that the statements have left, for `putMarks`. */
export const marksOfConsent = (db: Database, { clientId, markedAt, ...consent }: Consent) =>
  db
    .select({ kind: revocations.kind, id: revocations.id, revokedAt: revocations.revokedAt })
    .from(revocations)
    .where(
      and(
        eq(revocations.kind, "grant"),
        eq(revocations.revokedAt, markedAt),
        sql`id IN (SELECT id FROM grants WHERE user_id = ${ownerOf(consent)} AND client_id = ${clientId})`,
      ),
    );

const json = (value: readonly string[]): string => JSON.stringify(value);

/** Scopes and claims by the names that `grants.declined` has them under. */
const namesIn = ({ scopes, claims }: Pick<Consent, "scopes" | "claims">, side: keyof Answer): readonly string[] => [
  ...scopes[side],
  ...claims[side].map((claim) => `claim:${claim}`),
];

/** Who has been verified to stand behind the client, if anybody has. */
const publisherOf = (clientId: ClientId): SQL => sql`(
  SELECT json_extract(publisher, '$.name') FROM clients
  WHERE client_id = ${clientId} AND json_extract(publisher, '$.verifiedAt') IS NOT NULL)`;

/** What the grant had, unless that is replaced, and what is given now, without what is declined. */
const merged = (column: "scopes" | "claims" | "resources" | "declined", { given, declined }: Answer, replaces: boolean): SQL =>
  replaces
    ? sql`${json(given)}`
    : sql`(
        SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(${sql.raw(`grants.${column}`)}) UNION SELECT value FROM json_each(${json(given)}))
        WHERE value NOT IN (SELECT value FROM json_each(${json(declined)})))`;

/** The same for objects, which are compared by their canonical text: as such they are stored. */
const mergedDetails = ({ given, declined }: Answer, replaces: boolean): SQL =>
  replaces
    ? sql`${`[${given.join(",")}]`}`
    : sql`(
        SELECT json_group_array(json(value)) FROM (
          SELECT value FROM json_each(grants.authorization_details) UNION SELECT value FROM json_each(${json(given)}))
        WHERE value NOT IN (SELECT value FROM json_each(${json(declined)})))`;

function chosen(organizations: Consent["organizations"], owner: SQL): SQL {
  if (organizations === null) return sql`NULL`;
  return sql`(
    SELECT json_group_array(organization_id) FROM memberships
    WHERE user_id = ${owner} AND organization_id IN (SELECT value FROM json_each(${json(organizations ?? [])})))`;
}
