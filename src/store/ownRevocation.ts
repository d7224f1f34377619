import { eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Whereabouts } from "../model.ts";
import { transact } from "./database.ts";
import { revoke } from "./revocation.ts";
import { families, grants } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What a person ends: one authorization, that of one device, or everything. */
export interface OwnRevocation {
  readonly sessionId: string;
  readonly ending: { readonly kind: "grant" | "family"; readonly id: string } | { readonly kind: "all" };
  readonly whereabouts: Whereabouts;
}

/**
 * Revokes what is of the person whose session it is, as `revoke` does: one trip, and one to KV. Where nothing was alive to end, a second
 * one tells whether somebody is signed in, and whether it had ended before.
 * @returns undefined when nobody is signed in; `endedId` is undefined where there was nothing of the person's by that id
 */
export async function revokeOwn(
  deps: Deps,
  { sessionId, ending, whereabouts }: OwnRevocation,
): Promise<{ readonly endedId: string | undefined } | undefined> {
  const at = deps.now();
  const userId = sql`(
    SELECT user_id FROM sessions JOIN users ON users.id = user_id
    WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;
  const person = { userId, by: userId, whereabouts };
  const [mark] = await revoke(
    deps,
    ending.kind === "family"
      ? { kind: "family", familyId: ending.id, clientId: null, ...person }
      : { kind: "grants", grantIds: ending.kind === "all" ? null : [ending.id], ...person },
  );
  if (mark !== undefined) return { endedId: mark.id };
  const id = ending.kind === "all" ? "" : ending.id;
  const [signedIn, ended, endedFamilies] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db.select({ id: grants.id }).from(grants).where(sql`id = ${id} AND user_id = ${userId} AND revoked_at IS NOT NULL`),
    db
      .select({ id: families.id })
      .from(families)
      .innerJoin(grants, eq(grants.id, families.grantId))
      .where(sql`${families.id} = ${id} AND ${grants.userId} = ${userId} AND ${families.revokedAt} IS NOT NULL`),
  ]);
  const found = ending.kind === "family" ? endedFamilies : ended;
  return toSignedIn(signedIn) && { endedId: found[0]?.id };
}
