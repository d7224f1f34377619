import { and, count, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, Whereabouts } from "../model.ts";
import type { AuditAction } from "./audit.ts";
import { transact } from "./database.ts";
import { type Factors, personOf, selectFactors, toFactors } from "./factors.ts";
import { audit, clients, sessions } from "./schema.ts";
import { seenStatement, signedInStatement, toSignedIn } from "./sessions.ts";

/** A session as its person sees it. */
export interface OwnSession {
  readonly id: string;
  readonly device: string;
  readonly whereabouts: Whereabouts | null;
  readonly acr: string;
  readonly amr: readonly string[];
  /** The directory at which the person signed in. */
  readonly directoryId: string | null;
  /** Of the sign-in. */
  readonly authAt: number;
  readonly seenAt: number | null;
}

/** Nobody looks through more; how many there are beyond is said. */
const MAX_SESSIONS = 50;

export interface OwnSecurity {
  readonly user: User;
  readonly session: Session;
  /** The one that looks comes first, then those seen last. */
  readonly sessions: readonly OwnSession[];
  readonly sessionCount: number;
  readonly factors: Factors;
}

/** Whose session it is, where else they are signed in, and how they prove who they are; undefined for nobody. One trip. */
export async function findOwnSecurity(deps: Deps, sessionId: string): Promise<OwnSecurity | undefined> {
  const at = deps.now();
  const alive = (person: ReturnType<typeof personOf>) => and(eq(sessions.userId, person), gt(sessions.expiresAt, at));
  const [signedIn, , own, counted, ...rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    seenStatement(db, sessionId, at),
    db
      .select({
        id: sessions.id,
        device: sessions.device,
        whereabouts: sessions.whereabouts,
        acr: sessions.acr,
        amr: sessions.amr,
        directoryId: sessions.directoryId,
        authAt: sessions.authAt,
        seenAt: sessions.seenAt,
      })
      .from(sessions)
      .where(alive(personOf(sessionId, at)))
      .orderBy(
        sql`${sessions.id} = ${sessionId} DESC`,
        desc(sql`coalesce(${sessions.seenAt}, ${sessions.authAt})`),
        sessions.id,
      )
      .limit(MAX_SESSIONS),
    db
      .select({ count: count() })
      .from(sessions)
      .where(alive(personOf(sessionId, at))),
    ...selectFactors(db, personOf(sessionId, at)),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, sessions: own, sessionCount: counted[0]?.count ?? 0, factors: toFactors(...rows) };
}

/** What happened to a person's account. */
export interface OwnEvent {
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  readonly clientId: string | null;
  /** The service's name; null where there is none, or none any more. */
  readonly service: string | null;
  readonly whereabouts: Whereabouts | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

const EVENTS_MILLISECONDS = 90 * 24 * 60 * 60 * 1000;
export const EVENTS_PER_PAGE = 50;

/**
 * Whose session it is, and what happened to their account in the last 90 days, the latest first; undefined for nobody. One trip.
 * @param actions of which the page has words
 * @param page from 0
 */
export async function findOwnEvents(
  deps: Deps,
  sessionId: string,
  actions: readonly AuditAction[],
  page: number,
): Promise<
  | { readonly user: User; readonly session: Session; readonly events: readonly OwnEvent[]; readonly hasMore: boolean }
  | undefined
> {
  const at = deps.now();
  const [signedIn, , rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    seenStatement(db, sessionId, at),
    db
      .select({
        at: audit.at,
        action: audit.action,
        actor: audit.actor,
        clientId: audit.clientId,
        service: sql<string | null>`json_extract(${clients.metadata}, '$.client_name')`.as("service"),
        whereabouts: audit.whereabouts,
        detail: audit.detail,
      })
      .from(audit)
      .leftJoin(clients, eq(clients.clientId, audit.clientId))
      .where(
        and(
          eq(audit.userId, personOf(sessionId, at)),
          gt(audit.at, at - EVENTS_MILLISECONDS),
          inArray(audit.action, [...actions]),
        ),
      )
      .orderBy(desc(audit.at), desc(sql`audit.rowid`))
      .limit(EVENTS_PER_PAGE + 1)
      .offset(page * EVENTS_PER_PAGE),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, events: rows.slice(0, EVENTS_PER_PAGE), hasMore: rows.length > EVENTS_PER_PAGE };
}
