/** Between a right password and a session, for people who have a second factor: what the first step has proven, sealed. */
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { browserOf } from "../http/interaction.ts";
import { redirect } from "../http/respond.ts";
import { sha256 } from "../tokens/encoding.ts";
import { seal, unseal } from "../tokens/secret.ts";
import { beginSession, type Proven } from "./beginSession.ts";
import { type Going, pathGoing } from "./going.ts";

const PENDING_MILLISECONDS = 10 * 60 * 1000;

/** What travels in `pending`. Worth nothing in another browser, nor without the second factor. */
interface Pending extends Proven {
  /** SHA-256 (base64url) of the cookie `browser`. */
  readonly browser: string;
  readonly startedAt: number;
}

/**
 * Goes on after the first step: to a session, or to /sign-in/second where the person has a second factor.
 * @param needsSecond whether the person has one (`beginSignIn`, or `needsSecondFactor` in a statement of one's own)
 */
export async function endFirstStep(
  request: Request,
  deps: Deps,
  proven: Proven,
  needsSecond: boolean,
  going: Going,
): Promise<Response> {
  if (!needsSecond) return beginSession(request, deps, proven, going);
  const { browser, cookies } = browserOf(request, deps);
  const pending: Pending = { ...proven, browser: await sha256(browser), startedAt: deps.now() };
  const sealed = await seal(deps, "second factor", JSON.stringify(pending));
  return redirect(deps.config.issuer + pathGoing("/sign-in/second", going, { pending: sealed }), cookies);
}

/**
 * What the first step proved, for the page of the second and for its check.
 * @throws OAuthError invalid_request for one that is not ours or too old, forbidden in another browser
 */
export async function loadPending(request: Request, deps: Deps, sealed: string): Promise<Proven> {
  const text = await unseal(deps, "second factor", sealed);
  const pending = text === undefined ? undefined : (JSON.parse(text) as Pending);
  if (pending === undefined || deps.now() >= pending.startedAt + PENDING_MILLISECONDS)
    throw new OAuthError("invalid_request", "This sign-in has expired. Start it again.", { say: ["signIn.second_expired"] });
  const browser = findCookie(request, deps.config, "browser");
  if (browser === undefined || (await sha256(browser)) !== pending.browser)
    throw new OAuthError("forbidden", "This link belongs to another browser. Start the sign-in again here.", {
      reason: "a second step without the browser cookie of the first",
      say: ["signIn.other_browser"],
    });
  const { userId, amr, acr, directoryId, settlement } = pending;
  return { userId, amr, acr, directoryId, settlement };
}
