import { eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type {
  AuthorizationDetail,
  AuthorizationRequest,
  ClientId,
  Confirmation,
  Family,
  FamilyId,
  GrantId,
  Session,
  Whereabouts,
} from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { families } from "./schema.ts";

/** A family to begin; its code is generation 0. */
export interface NewFamily {
  readonly id: FamilyId;
  readonly grantId: GrantId;
  readonly session: Session;
  /** What the client is told of how the person signed in (`rules/acr.ts`). */
  readonly acr: string;
  readonly request: AuthorizationRequest;
  /** What was granted of what was asked. */
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly device: string;
  /** Whether the client wants to hear when the session ends. */
  readonly hearsOfLogout: boolean;
  /** Of the browser, for the log. */
  readonly whereabouts?: Whereabouts;
  readonly rid: string;
  readonly at: number;
}

/**
 * Begins a family, in one transaction, if the grant and the session are alive and the id is unused.
 * @returns `started`; `used` when this interaction has had its code; `ended` when the grant or the session is no more
 */
export async function startFamily(deps: Deps, start: NewFamily): Promise<"started" | "used" | "ended"> {
  const { id, at, request, session } = start;
  const { codeSeconds, refreshAbsoluteSeconds } = deps.config;
  const codeExpiresAt = at + codeSeconds * 1000;
  const source = sql`
    FROM grants JOIN users ON users.id = grants.user_id
    JOIN sessions ON sessions.user_id = users.id
    JOIN clients ON clients.client_id = grants.client_id
    WHERE grants.id = ${start.grantId} AND grants.client_id = ${request.clientId}
      AND grants.revoked_at IS NULL AND grants.paused_at IS NULL AND (grants.expires_at IS NULL OR grants.expires_at > ${at})
      AND sessions.id = ${session.id} AND sessions.expires_at > ${at}
      AND users.disabled_at IS NULL AND clients.disabled_at IS NULL
      AND (clients.expires_at IS NULL OR clients.expires_at > ${at})
      AND NOT EXISTS (SELECT 1 FROM families WHERE id = ${id})`;
  const { grantId, whereabouts } = start;
  const entry = { at, action: "family.started", familyId: id, grantId, clientId: request.clientId, whereabouts } as const;
  const confirmation: Confirmation | null = request.dpopJkt === null ? null : { jkt: request.dpopJkt };
  const [, , , , rows] = await transact(deps.db, (db) => [
    auditWhen(db, { ...entry, actor: sql`grants.user_id`, userId: sql`grants.user_id` }, source),
    db.run(sql`
      INSERT INTO session_clients (session_id, client_id, expires_at)
      SELECT sessions.lineage, grants.client_id, sessions.expires_at ${source} AND ${start.hearsOfLogout ? 1 : 0} = 1
      ON CONFLICT DO NOTHING`),
    familyStatement(
      db,
      {
        ...start,
        redirectUri: request.redirectUri,
        codeChallenge: request.codeChallenge,
        nonce: request.nonce,
        claims: request.claims,
        confirmation,
        sessionId: sql`sessions.lineage`,
        acr: sql`${start.acr}`,
        grantManagement: request.grantManagement?.action ?? null,
        codeExpiresAt: sql`${codeExpiresAt}`,
        expiresAt: at + refreshAbsoluteSeconds * 1000,
      },
      source,
    ),
    keepStatement(db, request.clientId, id),
    db.select({ rid: families.rid }).from(families).where(eq(families.id, id)),
  ]);
  if (rows[0] === undefined) return "ended";
  return rows[0].rid === start.rid ? "started" : "used";
}

/** A registration does not run out any more once a person has approved it, of which the family is the sign. */
export const keepStatement = (db: Database, clientId: ClientId, familyId: FamilyId) =>
  db.run(sql`
    UPDATE clients SET expires_at = NULL
    WHERE client_id = ${clientId} AND expires_at IS NOT NULL AND EXISTS (SELECT 1 FROM families WHERE id = ${familyId})`);

/** What `familyStatement` writes of its own; the person's sign-in and the grant are columns of the rows that it looks at. */
export interface FamilyRow
  extends Pick<Family, "redirectUri" | "codeChallenge" | "nonce" | "claims" | "confirmation" | "grantManagement">,
    Pick<NewFamily, "id" | "device" | "scopes" | "resources" | "authorizationDetails" | "rid" | "at"> {
  readonly sessionId: SQL;
  readonly acr: SQL;
  readonly codeExpiresAt: SQL;
  readonly expiresAt: number;
}

/** Inserts a family for the one row that `source` yields, in which `grants` and `sessions` are joined. */
export function familyStatement(db: Database, family: FamilyRow, source: SQL) {
  const { id, at, rid, codeExpiresAt } = family;
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return db.run(sql`
    INSERT INTO families (id, grant_id, client_id, device, generation, rotated_at, rid, redirect_uri, code_challenge, nonce,
      scopes, resources, authorization_details, claims, confirmation, session_id, grant_management, auth_at, acr, amr,
      created_at, code_expires_at, idle_expires_at, expires_at)
    SELECT ${id}, grants.id, grants.client_id, ${family.device}, 0, ${at}, ${rid}, ${family.redirectUri},
      ${family.codeChallenge}, ${family.nonce}, ${json(family.scopes)}, ${json(family.resources)},
      ${json(family.authorizationDetails)}, ${json(family.claims)}, ${json(family.confirmation)}, ${family.sessionId},
      ${family.grantManagement}, sessions.auth_at, ${family.acr}, sessions.amr, ${at}, ${codeExpiresAt}, ${codeExpiresAt},
      ${family.expiresAt}
    ${source}`);
}
