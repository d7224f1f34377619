/** Clients that come, change and go, whoever's word it is: of a seed file, a developer, a document, or the client itself. */
import { eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId, Mark, Publisher, UserId } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { isLive, toClient } from "./clients.ts";
import { type Database, transact } from "./database.ts";
import { forget } from "./memory.ts";
import { aliveSince, dueMarks, markStatements, usesByVerification } from "./organizationUses.ts";
import { putMarks, revoke } from "./revocation.ts";
import { clients } from "./schema.ts";

/** A client that is not here yet. Ids that we make up never begin with `https://`: those are addresses of documents. */
export interface NewClient extends Client {
  /** SHA-256 (base64url) of the registration access token (RFC 7592); absent: nobody manages it so. */
  readonly registrationTokenSha256?: string;
  /** When it ends unless it is used before; absent: never. */
  readonly expiresAt?: number;
  /** Of a client that a document describes. */
  readonly documentLoadedAt?: number;
  readonly documentFreshUntil?: number;
}

/** What may change in a client; members that are absent stay as they are. */
export type ClientChanges = Partial<
  Pick<typeof clients.$inferSelect, "metadata" | "secrets" | "expiresAt" | "documentLoadedAt" | "documentFreshUntil">
>;

/** Another publisher of a client. */
export interface PublisherChange {
  readonly publisher: Publisher | null;
  /** When the marks are dated that end what came in by the old one's proof (rules/pause.ts). */
  readonly markedAt: number;
}

/** What must hold in D1 for a change to be made, so that nothing is decided on what was read a trip before. */
export interface ClientGuard {
  /** Whose word it is, where another's would take its place. */
  readonly origin?: Client["origin"];
  /** Its owner on the developer pages. */
  readonly ownerId?: UserId;
  /** Its registration access token, as it is kept; a client that is disabled or has run out has none that counts. */
  readonly registrationTokenSha256?: string;
  /** The secrets as the caller read them, where it writes new ones that it made of them. */
  readonly secrets?: Client["secrets"];
  /** The publisher, in the same way. */
  readonly publisher?: Client["publisher"];
}

/**
 * Puts a client in, with its row in the log (`client.registered`), unless one of that id is there; one trip. For a random id that
 * is our own retry; a document may have been loaded by two requests at once.
 * @param by who did it: a user id, the client's own id, or `system`
 * @returns the client as it stands now; undefined where the condition of `permit` did not hold
 */
export async function insertClient(
  deps: Deps,
  client: NewClient,
  by: string,
  permit: Permit = anybody,
): Promise<Client | undefined> {
  const { clientId, origin, ownerId, createdAt: at } = client;
  const missing = sql`NOT EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId})`;
  const detail = { origin, client_name: client.metadata.client_name, ...permit.detail };
  const entry = { at, action: "client.registered", actor: by, userId: ownerId, clientId, detail } as const;
  // What the permit takes it takes between the two, so that the log alone still tells whether it held.
  const permitted = sql`EXISTS (SELECT 1 FROM audit WHERE at = ${at} AND client_id = ${clientId} AND action = ${entry.action})`;
  const results: readonly unknown[] = await transact(deps.db, (db) => [
    auditWhen(db, entry, sql`WHERE ${missing} AND ${permit.holds}`),
    ...permit.takes.map((takes) => db.run(sql`${takes} AND ${missing} AND ${permit.holds}`)),
    db.run(sql`
      INSERT INTO clients (client_id, metadata, secrets, publisher, origin, owner_id, registration_token_sha256, expires_at,
        document_loaded_at, document_fresh_until, created_at, updated_at)
      SELECT ${clientId}, ${JSON.stringify(client.metadata)}, ${JSON.stringify(client.secrets)},
        ${client.publisher && JSON.stringify(client.publisher)}, ${origin}, ${ownerId},
        ${client.registrationTokenSha256 ?? null}, ${client.expiresAt ?? null}, ${client.documentLoadedAt ?? null},
        ${client.documentFreshUntil ?? null}, ${at}, ${at}
      WHERE ${missing} AND ${permitted}`),
    selectClient(db, eq(clients.clientId, clientId)),
  ]);
  forget(deps, memoryKey(clientId));
  return found(results);
}

/** What a registration must be allowed by, and what that uses up: `holds` is a condition, each of `takes` an UPDATE up to its WHERE. */
export interface Permit {
  readonly holds: SQL;
  readonly takes: readonly SQL[];
  readonly detail: Readonly<Record<string, unknown>>;
}

const anybody: Permit = { holds: sql`1`, takes: [], detail: {} };

/**
 * Changes a client, if the guard holds; one trip. A change of what it is has a row in the log (`client.updated`, with the columns
 * that differ); when a document was read has none. Written as it stands already, nothing changes and nothing is logged. This
 * isolate forgets the client; others may know it as it was for `config.cacheSeconds`.
 * @param by who did it: a user id, the client's own id, or `system`
 * @returns the client as it stands now; undefined where there is none, or the guard does not hold
 */
export const updateClient = (
  deps: Deps,
  clientId: ClientId,
  changes: ClientChanges,
  by: string,
  guard: ClientGuard = {},
): Promise<Client | undefined> => change(deps, clientId, changes, by, guard);

/**
 * Changes the publisher in the same way. Where it is no longer verified, tokens that entered an organization by that alone end: they
 * fall under marks, in D1 in the same batch and then in KV.
 */
export const changePublisher = (
  deps: Deps,
  clientId: ClientId,
  { publisher, markedAt }: PublisherChange,
  by: string,
  guard: ClientGuard = {},
): Promise<Client | undefined> =>
  change(deps, clientId, { publisher }, by, guard, publisher?.verifiedAt == null ? markedAt : undefined);

type Changed = ClientChanges & Partial<Pick<PublisherChange, "publisher">>;

async function change(
  deps: Deps,
  clientId: ClientId,
  changes: Changed,
  by: string,
  guard: ClientGuard,
  markedAt?: number,
): Promise<Client | undefined> {
  const at = deps.now();
  const stands = sql`client_id = ${clientId} AND ${heldBy(guard, at, changes)}`;
  const columns = logged.filter((name) => changes[name] !== undefined);
  const differs = (name: (typeof logged)[number]) =>
    sql`${sql.identifier(name)} IS NOT ${changes[name] && JSON.stringify(changes[name])}`;
  const changed = sql.join([sql`0`, ...columns.map(differs)], sql` OR `);
  const names = sql.join(
    [sql`SELECT NULL AS name WHERE 0`, ...columns.map((name) => sql`SELECT ${name} WHERE ${differs(name)}`)],
    sql` UNION ALL `,
  );
  const detail = sql`json_object('columns', (SELECT json_group_array(name) FROM (${names})))`;
  const entry = { at, action: "client.updated", actor: by, userId: sql`owner_id`, clientId, detail } as const;
  const results: readonly unknown[] = await transact(deps.db, (db) => [
    auditWhen(db, entry, sql`FROM clients WHERE ${stands} AND (${changed})`),
    ...(markedAt === undefined
      ? []
      : markStatements(
          deps,
          db,
          markedAt,
          sql`${usesByVerification(clientId, at, aliveSince(deps, at))} AND EXISTS (SELECT 1 FROM clients WHERE ${stands})`,
        )),
    db
      .update(clients)
      .set({
        ...changes,
        updatedAt: sql`CASE WHEN ${changed} THEN ${at} ELSE updated_at END`,
        changedAt: sql`CASE WHEN ${becomesAnother(changes)} THEN ${at} ELSE changed_at END`,
      })
      .where(stands),
    ...(markedAt === undefined ? [] : [dueMarks(db, markedAt)]),
    selectClient(db, stands),
  ]);
  forget(deps, memoryKey(clientId));
  if (markedAt !== undefined) await putMarks(deps, results.at(-2) as readonly Mark[]);
  return found(results);
}

/**
 * That a client which describes itself takes a name that it has not, or a redirect URI: then what people approved was another, as
 * far as they could see (rules/next.ts). Whoever else changes a client is somebody that we know.
 */
const becomesAnother = ({ metadata }: Changed): SQL =>
  metadata === undefined
    ? sql`0`
    : sql`origin IN ('registration', 'document') AND (
        EXISTS (SELECT 1 FROM json_each(${JSON.stringify(metadata)}) AS told
          WHERE told.key LIKE 'client_name%' AND told.value IS NOT json_extract(metadata, '$."' || told.key || '"'))
        OR EXISTS (SELECT 1 FROM json_each(${JSON.stringify(metadata.redirect_uris)}) AS told
          WHERE told.value NOT IN (SELECT value FROM json_each(metadata, '$.redirect_uris'))))`;

/** What the log tells changes of; all of it is JSON, written by `JSON.stringify`. */
const logged = ["metadata", "secrets", "publisher"] as const;

/**
 * Ends a client with all that it holds, if the guard holds: its live consents and what runs under them are revoked, each with its
 * row in the log, its access tokens fall under a mark in D1 and KV, and its row, logo, errors, and what it had under way are
 * deleted. The log keeps its name (`client.removed`), and organizations what they decided of the id, which the address of a
 * document may bear again. One trip to D1 and one to KV; this isolate forgets the client, and what others still mint for it
 * within `config.cacheSeconds` falls under the mark. Tokens that other clients got for its own have marks too, which the cron
 * delivers.
 * @param by who did it: a user id, the client's own id, or `system`
 * @returns whether there was one to end
 */
export async function removeClient(deps: Deps, clientId: ClientId, by: string, guard: ClientGuard = {}): Promise<boolean> {
  const marks = await revoke(deps, { kind: "client", clientId, by, guard: heldBy(guard, deps.now()) });
  forget(deps, memoryKey(clientId));
  return marks.length > 0;
}

/** The condition on a row of `clients`; what our own first try has written already holds too. */
function heldBy(
  { origin, ownerId, registrationTokenSha256, secrets, publisher }: ClientGuard,
  at: number,
  changes: Changed = {},
): SQL {
  const conditions = [
    sql`1`,
    ...(origin === undefined ? [] : [sql`origin = ${origin}`]),
    ...(ownerId === undefined ? [] : [sql`owner_id = ${ownerId}`]),
    ...(registrationTokenSha256 === undefined
      ? []
      : [sql`registration_token_sha256 = ${registrationTokenSha256}`, sql`${isLive(at)}`]),
    ...(secrets === undefined
      ? []
      : [sql`secrets IN (${JSON.stringify(secrets)}, ${JSON.stringify(changes.secrets ?? secrets)})`]),
    ...(publisher === undefined
      ? []
      : [
          sql`coalesce(publisher, 'null') IN (${JSON.stringify(publisher)}, ${JSON.stringify(changes.publisher ?? publisher)})`,
        ]),
  ];
  return sql.join(conditions, sql` AND `);
}

const memoryKey = (clientId: ClientId): string => `client:${clientId}`;

const selectClient = (db: Database, condition: SQL) => db.select().from(clients).where(condition);

function found(results: readonly unknown[]): Client | undefined {
  const [row] = results.at(-1) as (typeof clients.$inferSelect)[];
  return row && toClient(row);
}
