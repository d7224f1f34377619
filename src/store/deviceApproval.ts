import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { AuthorizationDetail, Confirmation, FamilyId, Mark } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Consent, consentStatements, marksOfConsent } from "./consent.ts";
import { transact } from "./database.ts";
import { isWaiting } from "./deviceCodes.ts";
import { familyStatement, keepStatement } from "./familyStart.ts";
import { putMarks } from "./revocation.ts";

/** What a person lets a device do; the consent's `interactionId` is the id of the device code. */
export interface DeviceApproval {
  readonly consent: Consent;
  /** What this device is let do, of which the consent may hold more. */
  readonly scopes: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly device: string;
  readonly confirmation: Confirmation | null;
  readonly rid: string;
}

/**
 * Stores the consent and begins the device's family, whose generation 0 the device code is: in one transaction, and only while the
 * code waits and the session, the person and the client are alive. Of an approval and a denial, and of two approvals, the first
 * counts; the others change nothing, and whoever looks again sees what stands. One trip, and a mark to KV where something is taken away.
 */
export async function approveDevice(deps: Deps, { consent, ...device }: DeviceApproval): Promise<void> {
  const { interactionId: id, clientId, at } = consent;
  const waiting = sql`EXISTS (SELECT 1 FROM device_codes WHERE id = ${id} AND client_id = ${clientId} AND ${isWaiting(at)})`;
  const source = sql`
    FROM grants JOIN sessions ON sessions.user_id = grants.user_id JOIN users ON users.id = grants.user_id
    JOIN clients ON clients.client_id = grants.client_id
    WHERE grants.client_id = ${clientId} AND grants.authority IS NULL AND grants.revoked_at IS NULL
      AND ${consent.target.kind === "once" ? sql`grants.id = ${id}` : sql`grants.separate = 0`}
      AND grants.consented_at = ${at}
      AND sessions.id = ${consent.sessionId} AND sessions.expires_at > ${at}
      AND users.disabled_at IS NULL AND clients.disabled_at IS NULL
      AND (clients.expires_at IS NULL OR clients.expires_at > ${at})
      AND ${waiting} AND NOT EXISTS (SELECT 1 FROM families WHERE id = ${id})`;
  const owner = sql`grants.user_id`;
  const begun = sql`EXISTS (SELECT 1 FROM families WHERE id = ${id})`;
  const results = await transact(deps.db, (db) => [
    ...consentStatements(deps, db, consent, waiting),
    auditWhen(
      db,
      {
        at,
        action: "family.started",
        actor: owner,
        userId: owner,
        clientId,
        grantId: sql`grants.id`,
        familyId: id,
        whereabouts: consent.whereabouts,
      },
      source,
    ),
    familyStatement(
      db,
      {
        ...device,
        id,
        at,
        resources: consent.resources,
        redirectUri: "",
        codeChallenge: null,
        nonce: null,
        claims: null,
        grantManagement: null,
        // Signing out of this browser is no word about the device: to its client the device is a session of its own.
        sessionId: sql`${id}`,
        acr: sql`sessions.acr`,
        codeExpiresAt: sql`(SELECT expires_at FROM device_codes WHERE id = ${id})`,
        expiresAt: at + deps.config.refreshAbsoluteSeconds * 1000,
      },
      source,
    ),
    db.run(sql`UPDATE device_codes SET status = 'approved' WHERE id = ${id} AND ${isWaiting(at)} AND ${begun}`),
    keepStatement(db, clientId, id),
    marksOfConsent(db, consent),
  ]);
  await putMarks(deps, results.at(-1) as unknown as readonly Mark[]);
}

/** Denies, with its row in the log, while the code waits and the session is alive. One trip. */
export async function denyDevice(deps: Deps, id: FamilyId, sessionId: string): Promise<void> {
  const at = deps.now();
  const source = sql`
    FROM device_codes JOIN sessions ON sessions.id = ${sessionId} AND sessions.expires_at > ${at}
    WHERE device_codes.id = ${id} AND status = 'pending' AND device_codes.expires_at > ${at}`;
  const owner = sql`sessions.user_id`;
  const entry = { at, action: "device.denied", actor: owner, userId: owner, clientId: sql`client_id`, familyId: id } as const;
  await transact(deps.db, (db) => [
    auditWhen(db, entry, source),
    db.run(sql`UPDATE device_codes SET status = 'denied' WHERE id IN (SELECT device_codes.id ${source})`),
  ]);
}
