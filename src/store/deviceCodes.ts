import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, DeviceRequest, FamilyId, FamilyState, Once } from "../model.ts";
import { type Count, type Counter, countStatement, countStatements } from "./attempts.ts";
import { columns, transact } from "./database.ts";
import { type CodeRedemption, codeStatements, stateOf } from "./families.ts";
import { type Situation, situationStatements, toSituation } from "./grants.ts";
import { deviceCodes } from "./schema.ts";

/** A device authorization as it stands. */
export type DeviceCode = typeof deviceCodes.$inferSelect;

/** A device authorization to begin. */
export interface NewDeviceCode {
  readonly id: FamilyId;
  /** Several, of which the first that nobody has is taken. */
  readonly userCodes: readonly string[];
  readonly clientId: ClientId;
  readonly request: DeviceRequest;
  readonly intervalSeconds: number;
  readonly at: number;
  readonly expiresAt: number;
}

/**
 * Begins a device authorization, unless the counter is over its limit, or what its client proved itself with was used before. One
 * trip. A repeat by ourselves, after a lost answer of D1, finds what it began.
 * @returns the user code, undefined over the limit and where all those that were drawn are taken; and the counts
 */
export async function keepDeviceCode(
  deps: Deps,
  device: NewDeviceCode,
  limit: Counter & { readonly max: number },
  once: Once,
): Promise<{ readonly userCode: string | undefined; readonly counts: readonly Count[] }> {
  const { id, clientId, at } = device;
  const allowed = sql`(SELECT count FROM attempts WHERE key = ${limit.key}) <= ${limit.max}`;
  const free = sql`
    SELECT value FROM json_each(${JSON.stringify(device.userCodes)}) WHERE value NOT IN (SELECT user_code FROM device_codes) LIMIT 1`;
  const [counts, , rows] = await transact(
    deps.db,
    (db) => [
      countStatement(db, [limit], at),
      db.run(sql`
        INSERT INTO device_codes (id, user_code, client_id, request, interval_seconds, status, created_at, expires_at)
        SELECT ${id}, free.value, ${clientId}, ${JSON.stringify(device.request)}, ${device.intervalSeconds}, 'pending', ${at},
          ${device.expiresAt}
        FROM (${free}) AS free WHERE ${allowed} AND NOT EXISTS (SELECT 1 FROM device_codes WHERE id = ${id})`),
      db.select({ userCode: deviceCodes.userCode }).from(deviceCodes).where(eq(deviceCodes.id, id)),
    ],
    once,
  );
  return { userCode: rows[0]?.userCode, counts };
}

/** That somebody may still decide about it. */
export const isWaiting = (at: number): SQL => sql`status = 'pending' AND expires_at > ${at}`;

/**
 * The device that waits with this user code. Only what finds none is counted, in the same batch, so that no number of parallel
 * guesses gets past the counters. One trip.
 */
export async function findByUserCode(
  deps: Deps,
  userCode: string,
  counters: readonly Counter[],
): Promise<{ readonly device: Pick<DeviceCode, "id" | "clientId"> | undefined; readonly counts: readonly Count[] }> {
  const at = deps.now();
  const found = and(eq(deviceCodes.userCode, userCode), isWaiting(at)) ?? sql`0`;
  const [, counts, rows] = await transact(deps.db, (db) => [
    ...countStatements(db, counters, at, sql`NOT EXISTS (SELECT 1 FROM device_codes WHERE ${found})`),
    db.select({ id: deviceCodes.id, clientId: deviceCodes.clientId }).from(deviceCodes).where(found),
  ]);
  return { device: rows[0], counts };
}

/** Who is signed in, how they stand to the client, and the device that waits for them or has been answered. One trip. */
export async function findDeviceSituation(
  deps: Deps,
  sessionId: string,
  { id, clientId }: Pick<DeviceCode, "id" | "clientId">,
): Promise<{ readonly situation: Situation | undefined; readonly device: DeviceCode | undefined }> {
  const [signedIn, live, reach, counted, requests, rows] = await transact(deps.db, (db) => [
    ...situationStatements(db, sessionId, clientId, { grantId: null, interactionId: id }, deps.now()),
    db.select().from(deviceCodes).where(eq(deviceCodes.id, id)),
  ]);
  return { situation: toSituation([signedIn, live, reach, counted, requests]), device: rows[0] };
}

/** A device code presented at the token endpoint. */
export type DevicePoll = Omit<CodeRedemption, "redirectUri" | "codeChallenge">;

/** By so much less than the interval may the network bring two polls apart, milliseconds. */
const JITTER = 500;

/** A poll, and all that `rules/devicePoll.ts` needs to say what it comes to. */
export interface Polled {
  /** Before the poll; undefined once the row is deleted, an hour after it has expired. */
  readonly device: DeviceCode | undefined;
  readonly tooSoon: boolean;
  readonly state: FamilyState | undefined;
}

/**
 * Notes the poll of a device that waits, makes it wait longer if it came too soon, and redeems the code if it was approved: one
 * batch, so that of parallel polls one wins. Who does not prove to be the right client, or to hold the key, changes nothing. One
 * trip. A repeat by ourselves, after a lost answer of D1, makes nothing wait longer.
 * @param slowerSeconds by how much longer
 */
export async function pollDevice(deps: Deps, poll: DevicePoll, slowerSeconds: number): Promise<Polled> {
  const { familyId: id, clientId, confirmation, at } = poll;
  const tooSoon = sql<number>`(
    coalesce(polled_at, 0) <> ${at} AND coalesce(polled_at, 0) > ${at + JITTER} - interval_seconds * 1000)`;
  const bound = sql`json_extract(request, '$.confirmation')`;
  const redemption = { ...poll, redirectUri: "", codeChallenge: null };
  const results: readonly unknown[] = await transact(
    deps.db,
    (db) => [
      db
        .select({ device: columns(deviceCodes), tooSoon: tooSoon.as("too_soon") })
        .from(deviceCodes)
        .where(eq(deviceCodes.id, id)),
      db.run(sql`
        UPDATE device_codes SET interval_seconds = interval_seconds + ${tooSoon} * ${slowerSeconds}, polled_at = ${at}
        WHERE id = ${id} AND client_id = ${clientId} AND ${isWaiting(at)}
          AND (${bound} IS NULL OR ${bound} IS ${confirmation && JSON.stringify(confirmation)})`),
      ...codeStatements(deps, db, redemption),
    ],
    poll.once,
  );
  const [row] = results[0] as readonly { readonly device: DeviceCode; readonly tooSoon: number }[];
  return { device: row?.device, tooSoon: row?.tooSoon === 1, state: stateOf(results) };
}
