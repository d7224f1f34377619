import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { AccessTokenClaims, ClientId, EmailKind, FamilyId, Mark, Once, UserId, Whereabouts } from "../model.ts";
import { markKey } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { planOf } from "./revocationPlan.ts";
import { revocations } from "./schema.ts";

/** What ends, and at whose word. `by` is a user id, a client id or `system`. */
export type Revocation =
  /** A person's consents: those named, or every one. */
  | {
      readonly kind: "grants";
      readonly userId: UserId | SQL;
      readonly grantIds: readonly string[] | null;
      readonly by: string | SQL;
      readonly whereabouts?: Whereabouts;
    }
  /** One run on one device, with everything issued in it; only if it is this client's, or this person's. */
  | {
      readonly kind: "family";
      readonly familyId: FamilyId;
      readonly clientId: ClientId | null;
      readonly userId?: UserId | SQL;
      readonly by: string | SQL;
      readonly whereabouts?: Whereabouts;
      /** Tells the person, where they did not end it themselves: what the e-mail says (store/emails.ts). */
      readonly tells?: { readonly kind: EmailKind; readonly sealedValues: string };
    }
  /** A client with all that it holds, if the condition on its row is met (store/registry.ts). */
  | { readonly kind: "client"; readonly clientId: ClientId; readonly guard: SQL; readonly by: string }
  /** A client, until it is enabled again: what it holds stays, and its tokens are dead. */
  | { readonly kind: "client_use"; readonly clientId: ClientId; readonly by: string }
  /** Consents that reach the resource, whoever's they are; so many at once at most (`MAX_ENDED`). */
  | { readonly kind: "resource"; readonly identifier: string; readonly guard: SQL; readonly by: string }
  /** One access token. */
  | { readonly kind: "token"; readonly claims: AccessTokenClaims; readonly by: string };

/** KV takes no shorter life. */
const MIN_TTL_SECONDS = 60;
const EDGE_DEADLINE_SECONDS = 2;
/**
 * Revokes: one D1 transaction (rows, marks, audit), then the marks to KV. When it returns, refresh, redemption and
 * introspection refuse. KV may fail: D1 has the mark undelivered, and the cron delivers it. What ended here never comes back,
 * so its mark is dated ahead by the skew: a token that another instance was minting meanwhile falls under it too.
 * @returns the marks; none when there was nothing alive to revoke, so that asking twice revokes once
 * @throws OAuthError temporarily_unavailable when D1 fails: then nothing is revoked, and the caller must say so
 */
export async function revoke(deps: Deps, revocation: Revocation, once?: Once): Promise<readonly Mark[]> {
  const at = deps.now();
  const { maxAccessTokenSeconds } = deps.config;
  const markedAt = at + aheadSeconds(deps, revocation) * 1000;
  const {
    action,
    entry,
    live,
    ends,
    marked,
    exchanged,
    logged = [],
    told,
  } = planOf(revocation, at, at - maxAccessTokenSeconds * 1000);
  const mark = (kind: Mark["kind"], select: SQL, source: SQL) => markSql(deps, kind, select, markedAt, source);
  const [, , ...rest] = await transact(
    deps.db,
    (db) => [
      auditWhen(db, { at, action, actor: revocation.by, ...entry }, live),
      db.run(mark(marked.kind, marked.id, live)),
      ...(exchanged === undefined ? [] : [db.run(mark("grant", sql`id`, exchanged))]),
      ...(told === undefined ? [] : [queueWhen(db, { ...told.email, ...toUserRow, at }, told.source)]),
      ...logged.map(([also, source]) => auditWhen(db, { at, actor: revocation.by, ...also }, source)),
      ...ends.map((statement) => db.run(statement)),
      db
        .select({ kind: revocations.kind, id: revocations.id, revokedAt: revocations.revokedAt })
        .from(revocations)
        .where(and(eq(revocations.kind, marked.kind), eq(revocations.revokedAt, markedAt), sql`id IN (${marked.among})`)),
    ],
    once,
  );
  const marks = rest.at(-1) as unknown as readonly Mark[];
  await putMarks(deps, marks);
  return marks;
}

/** Marks what `source` yields, each by the id that is selected from it. The statement goes before the change that it belongs to. */
export function markSql({ config }: Deps, kind: Mark["kind"], id: SQL, markedAt: number, source: SQL): SQL {
  const expiresAt = markedAt + config.maxAccessTokenSeconds * 1000;
  return sql`
    INSERT INTO revocations (kind, id, revoked_at, expires_at) SELECT ${kind}, ${id}, ${markedAt}, ${expiresAt} ${source}
    ON CONFLICT (kind, id) DO UPDATE SET
      revoked_at = max(revoked_at, excluded.revoked_at), expires_at = max(expires_at, excluded.expires_at), delivered_at = NULL`;
}

/** A client is minted for without asking D1 for as long as an isolate remembers it; everything else is asked about. */
const aheadSeconds = ({ config }: Deps, { kind }: Revocation): number =>
  kind === "client" || kind === "client_use" ? Math.max(config.skewSeconds, config.cacheSeconds) : config.skewSeconds;

/** Puts marks where resource servers at the edge look. Failures are left to the outbox; the answer waits for two seconds at most. */
export async function putMarks(deps: Deps, marks: readonly Mark[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, EDGE_DEADLINE_SECONDS * 1000);
  });
  await Promise.race([Promise.allSettled(marks.map((mark) => putMark(deps, mark))), deadline]);
  clearTimeout(timer);
}

/** One mark to KV, for as long as an access token from before it can live. */
function putMark(deps: Deps, mark: Mark): Promise<void> {
  const until = mark.revokedAt / 1000 + deps.config.maxAccessTokenSeconds;
  const expirationTtl = Math.max(MIN_TTL_SECONDS, Math.ceil(until - deps.now() / 1000));
  return deps.kv.put(markKey(mark.kind, mark.id), String(mark.revokedAt), { expirationTtl });
}

/**
 * Delivers what a revocation could not put to KV itself, and what it put without noting it: the oldest first, at most `limit`.
 * A second put of the same mark changes nothing.
 * @returns how many were delivered
 */
export async function drainOutbox(deps: Deps, limit: number): Promise<number> {
  const [due] = await transact(deps.db, (db) => [
    db
      .select({ kind: revocations.kind, id: revocations.id, revokedAt: revocations.revokedAt })
      .from(revocations)
      .where(isNull(revocations.deliveredAt))
      .orderBy(revocations.revokedAt)
      .limit(limit),
  ]);
  const results = await Promise.allSettled(due.map((mark) => putMark(deps, mark)));
  const delivered = due.filter((_, index) => results[index]?.status === "fulfilled");
  if (delivered.length === 0) return 0;
  const keys = JSON.stringify(delivered.map((mark) => [mark.kind, mark.id, mark.revokedAt]));
  await transact(deps.db, (db) => [
    db.run(sql`
      UPDATE revocations SET delivered_at = ${deps.now()}
      WHERE (kind, id, revoked_at) IN (
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(${keys}))`),
  ]);
  return delivered.length;
}

/** Selects when each of these was revoked, for the one rule of `tokens/accessToken.ts`. */
export function marksStatement(db: Database, targets: readonly Pick<Mark, "kind" | "id">[]) {
  const keys = JSON.stringify(targets.map(({ kind, id }) => [kind, id]));
  return db
    .select({ revokedAt: revocations.revokedAt })
    .from(revocations)
    .where(sql`(kind, id) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(${keys}))`);
}
