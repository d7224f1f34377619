import type { Deps } from "../config.ts";
import { checkLimits, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import { beginSignIn } from "../store/users.ts";
import { sha256 } from "../tokens/encoding.ts";
import type { Proven } from "./beginSession.ts";
import { isPassword } from "./password.ts";

/**
 * Whose password it is, with what the success settles; undefined for a wrong one and for an unknown person alike, after the
 * same work. The attempt is counted before the password is looked at, so that parallel guesses do not slip through.
 * @param email as `rules/email.ts` normalises it
 * @throws OAuthError slow_down once there were too many
 */
export async function proveByPassword(
  request: Request,
  deps: Deps,
  email: string,
  password: string,
): Promise<(Pick<Proven, "userId" | "settlement"> & { readonly needsSecond: boolean }) | undefined> {
  const from = networkOfRequest(request);
  const own = await limitOf("sign_in", email, from);
  const network = await limitOf("sign_in_network", from);
  const account = await limitOf("sign_in_account", email);
  const familiarKey = `familiar:${await sha256(`${email}\0${from}`)}`;
  const { person, counts, familiar } = await beginSignIn(deps, email, [own, network, account], familiarKey);
  // Strangers who guess from everywhere must not keep out the person whom we know from this network.
  checkLimits(familiar ? [own, network] : [own, network, account], counts, deps.now());
  if (!(await isPassword(person?.passwordHash ?? null, password)) || person === undefined) return undefined;
  return {
    userId: person.userId,
    needsSecond: person.needsSecond,
    settlement: { clear: own.key, forgive: [network.key, account.key], familiarKey },
  };
}
