/** Resources that come, change and go, at an operator's word or a developer's. */
import { eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Resource, Translated, UserId } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { selectOne, transact } from "./database.ts";
import { forget } from "./memory.ts";
import { met, type Precondition } from "./precondition.ts";
import { RESOURCES_KEY, type StoredResource, toStoredResource } from "./resources.ts";
import { revoke } from "./revocation.ts";
import { clients, resources } from "./schema.ts";

export interface ResourceChange {
  /** As it is to stand, with its owner: null for the operator's. */
  readonly resource: Resource;
  readonly translations: Translated<"name">;
  readonly precondition: Precondition;
  /** Who does it: a user id or a client id. A person changes only what is theirs, and names only clients that are theirs. */
  readonly by: string;
}

/** What became of it; everything but `stored` has changed nothing. */
export type ResourceOutcome =
  | { readonly kind: "stored"; readonly stored: StoredResource; readonly isNew: boolean }
  /** It is not as the precondition has it, or somebody else's. */
  | { readonly kind: "unmet" }
  /** Another resource defines this scope or type. */
  | { readonly kind: "taken"; readonly name: string }
  /** Live consents give this scope at another resource, which defined it once: they would come to mean this one. */
  | { readonly kind: "held"; readonly name: string }
  | { readonly kind: "no_client" }
  /** The person has as many resources as a person may have. */
  | { readonly kind: "too_many" };

/** So many a person may register: every isolate remembers all of them. */
const MAX_OWNED = 20;

/**
 * Puts the resource there as it is given, if everything about it holds in D1 at that moment; one trip. Written as it stands
 * already, nothing changes and nothing is logged. This isolate sees it at once, others within `config.cacheSeconds`.
 */
export async function putResource(deps: Deps, change: ResourceChange): Promise<ResourceOutcome> {
  const { resource, translations, by } = change;
  const { identifier, ownerId, clientId } = resource;
  const at = deps.now();
  const taken = takenNames(resource);
  const held = heldNames(resource, at);
  const mine = sql`SELECT count(*) FROM resources WHERE owner_id = ${ownerId} AND identifier <> ${identifier}`;
  const client = sql`SELECT 1 FROM clients WHERE client_id = ${clientId} AND (${ownerId} IS NULL OR owner_id = ${ownerId})`;
  const stands = sql`
    ${met(change.precondition, rowOf(identifier))} AND ${ownedBy(ownerId, identifier)}
    AND NOT EXISTS (${taken}) AND NOT EXISTS (${held}) AND (${ownerId} IS NULL OR (${mine}) < ${MAX_OWNED})
    AND (${clientId} IS NULL OR EXISTS (${client}))`;
  const values = {
    name: resource.name,
    translations: JSON.stringify(translations),
    scopes: JSON.stringify(resource.scopes),
    authorization_details_types: JSON.stringify(resource.authorizationDetailsTypes),
    access_token_seconds: resource.accessTokenSeconds,
    client_id: clientId,
    owner_id: ownerId,
  };
  const columns = Object.entries(values).map(([name, value]) => ({ name: sql.identifier(name), value }));
  const each = (make: (column: (typeof columns)[number]) => SQL, separator = sql`, `) => sql.join(columns.map(make), separator);
  const same = sql`EXISTS (SELECT 1 FROM resources WHERE identifier = ${identifier}
    AND ${each(({ name, value }) => sql`${name} IS ${value}`, sql` AND `)})`;
  const exists = sql`EXISTS (${rowOf(identifier)})`;
  const entry = { at, actor: by, userId: ownerId, detail: { resource: identifier } };
  const [, , , rows, [matches], [takenName], [heldName], [owned], clientRows] = await transact(deps.db, (db) => [
    auditWhen(db, { ...entry, action: "resource.registered" }, sql`WHERE NOT ${exists} AND ${stands}`),
    auditWhen(db, { ...entry, action: "resource.updated" }, sql`WHERE ${exists} AND NOT ${same} AND ${stands}`),
    db.run(sql`
      INSERT INTO resources (identifier, ${each(({ name }) => sql`${name}`)}, created_at, updated_at)
      SELECT ${identifier}, ${each(({ value }) => sql`${value}`)}, ${at}, ${at} WHERE NOT ${same} AND ${stands}
      ON CONFLICT (identifier) DO UPDATE SET ${each(({ name }) => sql`${name} = excluded.${name}`)},
        updated_at = max(excluded.updated_at, resources.updated_at + 1)`),
    db.select().from(resources).where(eq(resources.identifier, identifier)),
    selectOne(db, sql`${same}`),
    selectOne(db, sql`(${taken})`),
    selectOne(db, sql`(${held})`),
    selectOne(db, sql`(${mine})`),
    db.select({ id: clients.clientId }).from(clients).where(sql`EXISTS (${client})`).limit(1),
  ]);
  forget(deps, RESOURCES_KEY);
  const [row] = rows;
  const isNew = row?.createdAt === at && row.updatedAt === at;
  if (row !== undefined && matches?.value === 1 && (isNew || change.precondition.kind !== "absent"))
    return { kind: "stored", stored: toStoredResource(row), isNew };
  if (typeof takenName?.value === "string") return { kind: "taken", name: takenName.value };
  if (typeof heldName?.value === "string") return { kind: "held", name: heldName.value };
  if (clientId !== null && clientRows.length === 0) return { kind: "no_client" };
  if (ownerId !== null && Number(owned?.value) >= MAX_OWNED) return { kind: "too_many" };
  return { kind: "unmet" };
}

/** What became of a removal; everything but `removed` has left the resource in place. */
export type ResourceRemoval =
  | { readonly kind: "removed" }
  | { readonly kind: "none" }
  /** It is not as the precondition has it. */
  | { readonly kind: "unmet" }
  /** So many live consents reach it. */
  | { readonly kind: "held"; readonly count: number };

/**
 * Removes a resource that no live consent reaches: what people allowed at it must not come to mean another that is registered
 * under its names later. This isolate sees it at once, others within `config.cacheSeconds`. One trip.
 * @param ownerId whose it must be; null for an operator, who may remove everybody's
 * @param endsConsents ends the consents first, each with its row in the log, up to five hundred of them: a trip more, and one to KV
 */
export async function removeResource(
  deps: Deps,
  identifier: string,
  {
    ownerId,
    precondition,
    by,
    endsConsents,
  }: {
    readonly ownerId: UserId | null;
    readonly precondition: Precondition;
    readonly by: string;
    readonly endsConsents: boolean;
  },
): Promise<ResourceRemoval> {
  const at = deps.now();
  const which = sql`identifier = ${identifier} AND (${ownerId} IS NULL OR owner_id = ${ownerId})`;
  const stands = sql`EXISTS (SELECT 1 FROM resources WHERE ${which}) AND ${met(precondition, rowOf(identifier))}`;
  if (endsConsents) await revoke(deps, { kind: "resource", identifier, guard: stands, by });
  const holders = sql`FROM grants WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${at})
    AND EXISTS (SELECT 1 FROM json_each(grants.resources) WHERE value = ${identifier})`;
  const goes = sql`FROM resources WHERE ${which} AND ${met(precondition, rowOf(identifier))} AND NOT EXISTS (SELECT 1 ${holders})`;
  const entry = { at, action: "resource.removed", actor: by, userId: sql`owner_id`, detail: { resource: identifier } } as const;
  const done = sql`EXISTS (
    SELECT 1 FROM audit WHERE at = ${at} AND actor = ${by} AND action = 'resource.removed'
      AND json_extract(detail, '$.resource') = ${identifier})`;
  const [, , [removed], [left], [asExpected], [count]] = await transact(deps.db, (db) => [
    auditWhen(db, entry, goes),
    db.run(sql`DELETE ${goes}`),
    selectOne(db, done),
    selectOne(db, sql`EXISTS (SELECT 1 FROM resources WHERE ${which})`),
    selectOne(db, met(precondition, rowOf(identifier))),
    selectOne(db, sql`(SELECT count(*) ${holders})`),
  ]);
  forget(deps, RESOURCES_KEY);
  if (left?.value !== 1) return { kind: removed?.value === 1 ? "removed" : "none" };
  return asExpected?.value === 1 ? { kind: "held", count: Number(count?.value) } : { kind: "unmet" };
}

const rowOf = (identifier: string): SQL => sql`SELECT 1 FROM resources WHERE identifier = ${identifier}`;

/** An operator takes over what is there; a person finds nothing of others. */
const ownedBy = (ownerId: UserId | null, identifier: string): SQL =>
  ownerId === null ? sql`1` : sql`NOT EXISTS (${rowOf(identifier)} AND owner_id IS NOT ${ownerId})`;

const scopesOf = ({ scopes }: Resource): string => JSON.stringify(scopes.map(({ name }) => name));
const typesOf = ({ authorizationDetailsTypes }: Resource): string =>
  JSON.stringify(authorizationDetailsTypes.map(({ type }) => type));

/** Scopes and types of the resource that another one defines. */
const takenNames = (resource: Resource): SQL => sql`
  SELECT json_extract(one.value, '$.name') FROM resources AS other, json_each(other.scopes) AS one
  WHERE other.identifier <> ${resource.identifier}
    AND json_extract(one.value, '$.name') IN (SELECT value FROM json_each(${scopesOf(resource)}))
  UNION ALL
  SELECT json_extract(one.value, '$.type') FROM resources AS other, json_each(other.authorization_details_types) AS one
  WHERE other.identifier <> ${resource.identifier}
    AND json_extract(one.value, '$.type') IN (SELECT value FROM json_each(${typesOf(resource)}))`;

/** Scopes that are new in the resource, while live consents that do not reach it hold them. Nobody else had a developer's names. */
const heldNames = (resource: Resource, at: number): SQL => sql`
  SELECT one.value FROM grants, json_each(grants.scopes) AS one
  WHERE ${resource.ownerId} IS NULL AND grants.revoked_at IS NULL AND (grants.expires_at IS NULL OR grants.expires_at > ${at})
    AND one.value IN (SELECT value FROM json_each(${scopesOf(resource)}))
    AND NOT EXISTS (SELECT 1 FROM json_each(grants.resources) WHERE value = ${resource.identifier})`;
