import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, Publisher, PublisherProof, UserId } from "../model.ts";
import { transact } from "./database.ts";
import { clients } from "./schema.ts";

/** A publisher whose proof it is time to look at again. */
export interface DueProof {
  readonly clientId: ClientId;
  readonly ownerId: UserId;
  readonly publisher: Publisher;
}

/** Proofs that are due, the oldest first; one trip, by an index that holds proved publishers alone. */
export async function findDueProofs(deps: Deps, limit: number): Promise<readonly DueProof[]> {
  const dueAt = sql`json_extract(publisher, '$.proof.dueAt')`;
  const [rows] = await transact(deps.db, (db) => [
    db
      .select({ clientId: clients.clientId, ownerId: clients.ownerId, publisher: clients.publisher })
      .from(clients)
      .where(sql`${dueAt} IS NOT NULL AND ${dueAt} <= ${deps.now()}`)
      .orderBy(dueAt)
      .limit(limit),
  ]);
  return rows.flatMap(({ clientId, ownerId, publisher }) =>
    ownerId === null || publisher === null ? [] : [{ clientId, ownerId, publisher }],
  );
}

/** Notes what became of a proof, unless the publisher is another by now. No change of what the client is: nothing is logged. */
export async function noteProof(deps: Deps, clientId: ClientId, publisher: Publisher, proof: PublisherProof): Promise<void> {
  await transact(deps.db, (db) => [
    db.run(sql`
      UPDATE clients SET publisher = ${JSON.stringify({ ...publisher, proof })}
      WHERE client_id = ${clientId} AND publisher = ${JSON.stringify(publisher)}`),
  ]);
}
