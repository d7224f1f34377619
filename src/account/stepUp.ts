import type { Deps } from "../config.ts";
import { redirect } from "../http/respond.ts";
import type { Session } from "../model.ts";
import { settingsPath } from "../rules/settingsPath.ts";

/** So long a sign-in is proof enough for what an open browser alone must not do. */
const FRESH_MILLISECONDS = 10 * 60 * 1000;

/**
 * Sends whoever signed in too long ago to prove again that it is they, and back.
 * @param to the page of their settings that they come back to; a form that was sent has to be sent again from there
 * @returns undefined where the sign-in is recent enough
 */
export function checkStepUp(
  request: Request,
  { config, now }: Pick<Deps, "config" | "now">,
  session: Session,
  to: string = new URL(request.url).pathname,
): Response | undefined {
  if (now() - session.authAt < FRESH_MILLISECONDS) return undefined;
  return redirect(`${config.issuer}/sign-in?${new URLSearchParams({ confirm: "1", to: settingsPath(to) })}`);
}
