import { and, eq, gt } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { AuthorizationRequest, ClientId, FamilyId, Once } from "../model.ts";
import { transact } from "./database.ts";
import { families, pushedRequests } from "./schema.ts";

/** Keeps a pushed request until `expiresAt`, unless what its client proved itself with was used before. One trip. */
export async function keepPushedRequest(
  deps: Deps,
  pushed: { readonly id: FamilyId; readonly request: AuthorizationRequest; readonly expiresAt: number },
  once: Once,
): Promise<void> {
  const row = { ...pushed, clientId: pushed.request.clientId, createdAt: deps.now() };
  await transact(deps.db, (db) => [db.insert(pushedRequests).values(row).onConflictDoNothing()], once);
}

/**
 * A request that this client pushed and that has not expired; undefined for any other. It may be looked at several times, as a
 * browser loads a page anew, until a code came of it: then it is `used`. One trip.
 */
export async function findPushedRequest(
  deps: Deps,
  id: string,
  clientId: ClientId,
): Promise<{ readonly request: AuthorizationRequest; readonly used: boolean } | undefined> {
  const [rows, codes] = await transact(deps.db, (db) => [
    db
      .select({ request: pushedRequests.request })
      .from(pushedRequests)
      .where(and(eq(pushedRequests.id, id), eq(pushedRequests.clientId, clientId), gt(pushedRequests.expiresAt, deps.now()))),
    db.select({ id: families.id }).from(families).where(eq(families.id, id)),
  ]);
  return rows[0] && { request: rows[0].request, used: codes.length > 0 };
}
