import { and, eq, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientId, FamilyId, FamilyState, Mark, Once, OrganizationReach } from "../model.ts";
import { isLive, toClient } from "./clients.ts";
import { type Database, transact } from "./database.ts";
import { ownerOf, selectState, toState } from "./families.ts";
import { selectReach } from "./grants.ts";
import { selectApprovals } from "./organizations.ts";
import { marksStatement } from "./revocation.ts";
import { clients } from "./schema.ts";

/** What stands behind an access token, as D1 has it now. */
export interface TokenState {
  /** The client that the token was issued to; undefined once it is disabled or gone. */
  readonly client: Client | undefined;
  /** Undefined for a token that belongs to none, and for one whose family is gone. */
  readonly state: FamilyState | undefined;
  /** How the person's organizations stand to a client that exchanged a token of another one's family; else empty. */
  readonly exchanger: readonly OrganizationReach[];
  /** Names of the organizations that approved the client. */
  readonly approvals: readonly string[];
  /** When each of the targets was revoked; those that were not are left out. */
  readonly revokedAt: readonly number[];
}

/** The token, by what D1 knows of it: its client, its family if it has one, and everything whose revocation would end it. */
export interface TokenKeys {
  readonly clientId: ClientId;
  readonly familyId: FamilyId | undefined;
  readonly targets: readonly Pick<Mark, "kind" | "id">[];
}

/** The statements whose results `toTokenState` reads. */
export function selectTokenState(db: Database, { clientId, familyId = "", targets }: TokenKeys, at: number) {
  const clientOfFamily = sql`(SELECT client_id FROM families WHERE id = ${familyId})`;
  const owner = ownerOf(familyId);
  return [
    db
      .select()
      .from(clients)
      .where(and(eq(clients.clientId, clientId), isLive(at))),
    selectState(db, familyId),
    selectReach(db, owner, clientOfFamily),
    selectReach(db, sql`(SELECT ${owner} WHERE ${clientOfFamily} <> ${clientId})`, clientId),
    selectApprovals(db, clientId),
    marksStatement(db, targets),
  ] as const;
}

type Rows<T extends readonly unknown[]> = { readonly [I in keyof T]: Awaited<T[I]> };

export function toTokenState(
  ...[client, rows, organizations, exchanger, approvals, marks]: Rows<ReturnType<typeof selectTokenState>>
): TokenState {
  return {
    client: client[0] && toClient(client[0]),
    state: toState(rows, organizations),
    exchanger,
    approvals: approvals.map(({ name }) => name),
    revokedAt: marks.map((mark) => mark.revokedAt),
  };
}

/** A client and, where there is one, a family as they stand, nothing redeemed; and when each of the targets was revoked. One trip. */
export async function inspectToken(deps: Deps, keys: TokenKeys, once?: Once): Promise<TokenState> {
  return toTokenState(...(await transact(deps.db, (db) => selectTokenState(db, keys, deps.now()), once)));
}
