/** Several people in one browser: one is signed in, and the cookie `accounts` keeps the sessions of the others. */
import type { Config, Deps } from "../config.ts";
import { dropCookie, findCookie, setCookie } from "../http/cookie.ts";
import type { Session, User } from "../model.ts";
import { findSessions } from "../store/sessions.ts";
import { sha256 } from "../tokens/encoding.ts";

/** Beside the one who is signed in. */
const MAX_OTHERS = 5;

/** A cookie's value, and the id of the session that it stands for. */
export interface Held {
  readonly cookie: string;
  readonly id: string;
}

/** A person whose session this browser holds. */
export interface Account extends Held {
  readonly user: User;
  readonly session: Session;
}

const hold = async (cookie: string): Promise<Held> => ({ cookie, id: await sha256(cookie) });

/** Every session that the browser has a cookie of, alive or not; the one that is signed in comes first. */
export async function heldSessions(
  request: Request,
  { config }: Pick<Deps, "config">,
): Promise<{ readonly current: Held | undefined; readonly others: readonly Held[] }> {
  const own = findCookie(request, config, "session");
  const kept = (findCookie(request, config, "accounts") ?? "").split(".").filter((value) => value !== "" && value !== own);
  return {
    current: own === undefined ? undefined : await hold(own),
    others: await Promise.all([...new Set(kept)].slice(0, MAX_OTHERS).map(hold)),
  };
}

/** Who is signed in, and who else in this browser: one trip, none without a cookie. */
export async function findAccounts(
  request: Request,
  deps: Deps,
): Promise<{ readonly current: Account | undefined; readonly others: readonly Account[] }> {
  const { current, others } = await heldSessions(request, deps);
  const held = current === undefined ? others : [current, ...others];
  const found =
    held.length === 0
      ? []
      : await findSessions(
          deps,
          held.map(({ id }) => id),
        );
  const accounts = held.flatMap((one): readonly Account[] => {
    const alive = found.find(({ session }) => session.id === one.id);
    return alive === undefined ? [] : [{ ...one, ...alive }];
  });
  return {
    current: accounts.find(({ id }) => id === current?.id),
    others: accounts.filter(({ id }) => id !== current?.id),
  };
}

/** How many of the sessions that somebody else's sign-in puts aside this browser goes on to hold. */
export const keepable = (held: readonly Held[]): { readonly kept: readonly Held[]; readonly dropped: readonly Held[] } => ({
  kept: held.slice(0, MAX_OTHERS),
  dropped: held.slice(MAX_OTHERS),
});

/** `Set-Cookie` values: this one is signed in, and those are kept beside it. */
export const accountCookies = (
  request: Request,
  config: Config,
  current: Pick<Held, "cookie"> | undefined,
  others: readonly Held[],
): readonly string[] => [
  current === undefined ? dropCookie(config, "session") : setCookie(config, "session", current.cookie, config.sessionSeconds),
  ...(others.length > 0
    ? [setCookie(config, "accounts", others.map(({ cookie }) => cookie).join("."), config.sessionSeconds)]
    : findCookie(request, config, "accounts") === undefined
      ? []
      : [dropCookie(config, "accounts")]),
];
