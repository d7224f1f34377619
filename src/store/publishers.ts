import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, Publisher, UserId } from "../model.ts";
import { transact } from "./database.ts";
import { clients } from "./schema.ts";

/** A publisher whose proof it is time to look at again. */
export interface DueProof {
  readonly clientId: ClientId;
  readonly ownerId: UserId;
  readonly publisher: Publisher;
}

/** Proofs that were last looked at before then, the oldest first; one trip, by an index that holds proved publishers alone. */
export async function findDueProofs(deps: Deps, before: number, limit: number): Promise<readonly DueProof[]> {
  const checkedAt = sql`json_extract(publisher, '$.proof.checkedAt')`;
  const [rows] = await transact(deps.db, (db) => [
    db
      .select({ clientId: clients.clientId, ownerId: clients.ownerId, publisher: clients.publisher })
      .from(clients)
      .where(sql`${checkedAt} IS NOT NULL AND ${checkedAt} < ${before}`)
      .orderBy(checkedAt)
      .limit(limit),
  ]);
  return rows.flatMap(({ clientId, ownerId, publisher }) =>
    ownerId === null || publisher === null ? [] : [{ clientId, ownerId, publisher }],
  );
}

/** Notes that a proof was looked at, unless the client has another one by now. No change of what the client is: nothing is logged. */
export async function noteProof(
  deps: Deps,
  clientId: ClientId,
  { host, checkedAt, failures }: NonNullable<Publisher["proof"]>,
): Promise<void> {
  await transact(deps.db, (db) => [
    db.run(sql`
      UPDATE clients SET publisher = json_set(publisher, '$.proof.checkedAt', ${checkedAt}, '$.proof.failures', ${failures})
      WHERE client_id = ${clientId} AND json_extract(publisher, '$.proof.host') = ${host}`),
  ]);
}
