import { eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId } from "../model.ts";
import { transact } from "./database.ts";
import { forget } from "./memory.ts";
import { clientLogos } from "./schema.ts";

/** A picture as it is served. */
export interface Logo {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In base64url. */
  readonly sha256: string;
}

/** Where the picture that we have came from, and when; undefined without one. One trip. */
export async function findLogoSource(deps: Deps, clientId: ClientId): Promise<{ uri: string; fetchedAt: number } | undefined> {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select({ uri: clientLogos.uri, fetchedAt: clientLogos.fetchedAt })
      .from(clientLogos)
      .where(eq(clientLogos.clientId, clientId)),
  ]);
  return rows[0];
}

/** The picture of a client, by one trip. */
export async function findLogo(deps: Deps, clientId: ClientId): Promise<Logo | undefined> {
  const [rows] = await transact(deps.db, (db) => [db.select().from(clientLogos).where(eq(clientLogos.clientId, clientId))]);
  const [row] = rows;
  return row && { contentType: row.contentType, bytes: new Uint8Array(row.bytes), sha256: row.sha256 };
}

/**
 * Keeps the picture that was fetched from `uri`, in the place of an earlier one, as long as there is such a client and this is still
 * its `logo_uri`: of two changes side by side the slower picture must not stay. One trip.
 */
export async function keepLogo(deps: Deps, clientId: ClientId, uri: string, logo: Logo): Promise<void> {
  await transact(deps.db, (db) => [
    db.run(sql`
      INSERT INTO client_logos (client_id, uri, content_type, bytes, sha256, fetched_at)
      SELECT client_id, ${uri}, ${logo.contentType}, ${logo.bytes}, ${logo.sha256}, ${deps.now()}
      FROM clients WHERE client_id = ${clientId} AND json_extract(metadata, '$.logo_uri') = ${uri}
      ON CONFLICT (client_id) DO UPDATE SET uri = excluded.uri, content_type = excluded.content_type,
        bytes = excluded.bytes, sha256 = excluded.sha256, fetched_at = excluded.fetched_at`),
  ]);
  forget(deps, `client:${clientId}`);
}

/** Lets go of a picture that is the client's no more. One trip. */
export async function dropLogo(deps: Deps, clientId: ClientId): Promise<void> {
  await transact(deps.db, (db) => [db.delete(clientLogos).where(eq(clientLogos.clientId, clientId))]);
  forget(deps, `client:${clientId}`);
}
