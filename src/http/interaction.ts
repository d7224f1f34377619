import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { DeviceInteraction, Interaction } from "../model.ts";
import { sha256, toBase64url } from "../tokens/encoding.ts";
import { openDevice, openInteraction } from "../tokens/interaction.ts";
import { findCookie, setCookie } from "./cookie.ts";

const COOKIE_BYTES = 32;

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
    throw new OAuthError("invalid_request", "This sign-in has expired. Go back to the service and start again.", {
      say: ["frame.sign_in_expired"],
    });
  return {
    interaction,
    browser: await checkBrowser(request, deps, interaction, "frame.other_browser"),
  };
}

/**
 * The same of a device's request, which belongs to the browser in which its code was typed.
 * @throws OAuthError invalid_request for one that has expired, forbidden in another browser
 */
export async function loadOwnDevice(request: Request, deps: Deps, sealed: string): Promise<DeviceInteraction> {
  const interaction = await openDevice(deps, sealed);
  if (interaction === undefined)
    throw new OAuthError("invalid_request", "This page has expired. Type the code that the device shows once more.", {
      say: ["frame.device_expired"],
    });
  await checkBrowser(request, deps, interaction, "frame.other_browser_device");
  return interaction;
}

async function checkBrowser(
  request: Request,
  deps: Deps,
  begun: { readonly browser: string },
  words: "frame.other_browser" | "frame.other_browser_device",
): Promise<string> {
  const browser = findCookie(request, deps.config, "browser");
  if (browser === undefined || (await sha256(browser)) !== begun.browser)
    throw new OAuthError("forbidden", "This link belongs to another browser.", {
      say: [words],
      reason: "continue without the browser cookie that it began with",
    });
  return browser;
}

/** The cookie that stands for this browser, and the `Set-Cookie` that brings it where there was none. */
export function browserOf(request: Request, deps: Deps): { readonly browser: string; readonly cookies: readonly string[] } {
  const known = findCookie(request, deps.config, "browser");
  const browser = known ?? toBase64url(deps.random(COOKIE_BYTES));
  return { browser, cookies: known === undefined ? [setCookie(deps.config, "browser", browser)] : [] };
}
