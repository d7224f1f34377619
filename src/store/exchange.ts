import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { AuthorizationDetail, Client, ClientId, FamilyId, Once, OrganizationReach } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { toClient } from "./clients.ts";
import { type Database, transact } from "./database.ts";
import { ownerOf, within } from "./families.ts";
import { selectReach } from "./grants.ts";
import { clients } from "./schema.ts";
import { selectTokenState, type TokenKeys, type TokenState, toTokenState } from "./tokenState.ts";

/** A token of an exchange: what the store knows it by, and what the log does. */
export interface ExchangedToken extends TokenKeys {
  readonly jti: string;
  /** Seconds. */
  readonly iat: number;
}

/** An exchange of tokens that are ours, at resources that the client's policy has. */
export interface Exchange {
  /** Who makes it. */
  readonly clientId: ClientId;
  readonly subject: ExchangedToken & { readonly familyId: FamilyId };
  readonly actor: ExchangedToken | null;
  /**
   * Scopes, of which the grant must still have all or one, and the run as far as the subject token does not have them itself; and
   * details, of which one will do instead.
   */
  readonly scopes: readonly string[];
  readonly beyondToken: readonly string[];
  readonly needsAll: boolean;
  readonly details: readonly AuthorizationDetail[];
  /** For the log. */
  readonly targets: readonly string[];
  readonly once: Once;
  readonly at: number;
}

/** What stands behind an exchange. */
export interface ExchangeState {
  /** Fresh from D1; undefined once it is disabled or gone. */
  readonly client: Client | undefined;
  /** How the person's organizations stand to it. */
  readonly organizations: readonly OrganizationReach[];
  readonly subject: TokenState;
  readonly actor: TokenState | null;
}

/**
 * What stands behind the tokens of an exchange, and, if everything stands, its row in the log (`token.exchanged`): the one thing that
 * it leaves, since a service now acts where another was let in. One batch, one trip; `rules/tokenExchange.ts` reads from the state
 * whether everything stood. The row bears the request's `rid`, so that our own retry writes none.
 */
export async function inspectExchange(deps: Deps, exchange: Exchange): Promise<ExchangeState> {
  const { subject, actor, at, once } = exchange;
  const statements = (db: Database) =>
    [
      logStatement(db, exchange),
      db
        .select()
        .from(clients)
        .where(sql`client_id = ${exchange.clientId} AND ${alive(at)}`),
      selectReach(db, ownerOf(subject.familyId), exchange.clientId),
      ...selectTokenState(db, subject, at),
      ...(actor === null ? [] : selectTokenState(db, actor, at)),
    ] as const;
  const [, client, organizations, ...rest] = (await transact(deps.db, statements, once)) as unknown as readonly [
    unknown,
    readonly (typeof clients.$inferSelect)[],
    readonly OrganizationReach[],
    ...unknown[],
  ];
  const half = rest.length / (actor === null ? 1 : 2);
  const read = (results: readonly unknown[]) => toTokenState(...(results as Parameters<typeof toTokenState>));
  return {
    client: client[0] && toClient(client[0]),
    organizations,
    subject: read(rest.slice(0, half)),
    actor: actor === null ? null : read(rest.slice(half)),
  };
}

/** That a row of `clients` is that of a client which is not disabled. */
const alive = (at: number) => sql`clients.disabled_at IS NULL AND (clients.expires_at IS NULL OR clients.expires_at > ${at})`;

function logStatement(db: Database, exchange: Exchange) {
  const { clientId, subject, actor, scopes, beyondToken, needsAll, details, targets, once, at } = exchange;
  const needed = [...new Set([clientId, subject.clientId, ...(actor === null ? [] : [actor.clientId])])];
  const marks = [subject, ...(actor === null ? [] : [actor])].flatMap(({ targets: marked, iat }) =>
    marked.map(({ kind, id }) => [kind, id, iat]),
  );
  const all = sql`${within(beyondToken, sql`families.scopes`)} AND ${within(scopes, sql`grants.scopes`)}`;
  const one = sql`EXISTS (SELECT 1 FROM json_each(${JSON.stringify(scopes)})
      WHERE value IN (SELECT value FROM json_each(grants.scopes)) AND (value IN (SELECT value FROM json_each(families.scopes))
        OR value NOT IN (SELECT value FROM json_each(${JSON.stringify(beyondToken)}))))
    OR EXISTS (SELECT 1 FROM json_each(${JSON.stringify(details.map((detail) => JSON.stringify(detail)))})
      WHERE value IN (SELECT value FROM json_each(grants.authorization_details)))`;
  return auditWhen(
    db,
    {
      at,
      action: "token.exchanged",
      actor: clientId,
      userId: sql`grants.user_id`,
      clientId: sql`families.client_id`,
      grantId: sql`grants.id`,
      familyId: sql`families.id`,
      detail: { rid: once.rid, jti: subject.jti, resources: targets, actor: actor?.clientId ?? null },
    },
    sql`
      FROM families JOIN grants ON grants.id = families.grant_id JOIN users ON users.id = grants.user_id
        JOIN clients ON clients.client_id = families.client_id
      WHERE families.id = ${subject.familyId} AND families.revoked_at IS NULL
        AND grants.revoked_at IS NULL AND grants.paused_at IS NULL AND (grants.expires_at IS NULL OR grants.expires_at > ${at})
        AND users.disabled_at IS NULL AND clients.disabled_at IS NULL
        AND (SELECT count(*) FROM clients WHERE client_id IN (SELECT value FROM json_each(${JSON.stringify(needed)}))
          AND ${alive(at)}) = ${needed.length}
        AND NOT EXISTS (
          SELECT 1 FROM revocations JOIN json_each(${JSON.stringify(marks)}) AS mark
            ON kind = json_extract(mark.value, '$[0]') AND revocations.id = json_extract(mark.value, '$[1]')
          WHERE revoked_at / 1000 >= json_extract(mark.value, '$[2]'))
        AND (${needsAll ? all : one})
        AND NOT EXISTS (
          SELECT 1 FROM audit WHERE audit.at = ${at} AND action = 'token.exchanged'
            AND json_extract(detail, '$.rid') = ${once.rid})`,
  );
}
