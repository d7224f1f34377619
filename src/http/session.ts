import type { Deps } from "../config.ts";
import type { Session, User } from "../model.ts";
import { findSession } from "../store/sessions.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findCookie } from "./cookie.ts";

/** A signed-in browser and the person in it. `cookie` is the secret itself, to which forms are bound. */
export interface SignedIn {
  readonly cookie: string;
  readonly session: Session;
  readonly user: User;
}

/** The id of the session that the request's cookie names, whether or not it is alive; undefined without a cookie. */
export async function findSessionId(request: Request, deps: Deps): Promise<string | undefined> {
  const cookie = findCookie(request, deps.config, "session");
  return cookie === undefined ? undefined : await sha256(cookie);
}

/** Who is signed in, in one trip to D1; undefined for nobody (no trip without a cookie). */
export async function findSignedIn(request: Request, deps: Deps): Promise<SignedIn | undefined> {
  const cookie = findCookie(request, deps.config, "session");
  if (cookie === undefined) return undefined;
  const found = await findSession(deps, await sha256(cookie));
  return found && { cookie, ...found };
}
