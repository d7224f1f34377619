import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Interaction } from "../model.ts";
import { sha256 } from "../tokens/encoding.ts";
import { openInteraction } from "../tokens/interaction.ts";
import { findCookie } from "./cookie.ts";

/**
 * The authorization request that `continue` carries, which only the browser that it began in may go on with: a link into the
 * middle of one person's flow is worth nothing in another's browser.
 * @throws OAuthError invalid_request for one that has expired, forbidden in another browser
 */
export async function loadOwnInteraction(
  request: Request,
  deps: Deps,
  sealed: string,
): Promise<{ readonly interaction: Interaction; readonly browser: string }> {
  const interaction = await openInteraction(deps, sealed);
  if (interaction === undefined)
    throw new OAuthError("invalid_request", "This sign-in has expired. Go back to the service and start again.");
  const browser = findCookie(request, deps.config, "browser");
  if (browser === undefined || (await sha256(browser)) !== interaction.browser)
    throw new OAuthError("forbidden", "This link belongs to another browser. Go back to the service and start again here.", {
      reason: "continue without the browser cookie that it began with",
    });
  return { interaction, browser };
}
