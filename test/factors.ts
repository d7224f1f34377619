/** How a person adds factors on their pages, for tests. */
import { stepOf, totpCode } from "../src/tokens/totp.ts";
import { Authenticator } from "./authenticator.ts";
import { type Browser, fieldsOf, type Page } from "./browser.ts";
import type { Server } from "./harness.ts";

export const PASSKEYS = "/settings/security/passkeys";
export const AUTHENTICATORS = "/settings/security/authenticators";
export const RECOVERY_CODES = "/settings/security/recovery-codes";
export const SECOND_STEP = "/sign-in/second";

/** The secret that the page shows for the app. */
export const secretOf = (page: Page): string =>
  (/<code>([A-Z2-7 ]{39})<\/code>/.exec(page.text)?.[1] ?? "").replaceAll(" ", "");

/** What the app shows now, or so many steps later. */
export const codeOf = (server: Server, secret: string, drift = 0): Promise<string> =>
  totpCode(secret, stepOf(server.deps.now()) + drift);

/** The form of a new app, filled in. */
export async function appFields(server: Server, browser: Browser, name = "Phone") {
  const page = await browser.open(`${AUTHENTICATORS}/new`);
  const secret = secretOf(page);
  return { page, secret, fields: { ...fieldsOf(page, `${AUTHENTICATORS}/new`), name, code: await codeOf(server, secret) } };
}

/** Adds an app; its secret, and the page that came. */
export async function addApp(server: Server, browser: Browser, name = "Phone"): Promise<{ secret: string; page: Page }> {
  const { page, secret, fields } = await appFields(server, browser, name);
  return { secret, page: await browser.submit(page, `${AUTHENTICATORS}/new`, fields) };
}

/** The form of a new passkey, as the script fills it. */
export async function passkeyFields(browser: Browser, options: { synced?: boolean } = {}) {
  const page = await browser.open(`${PASSKEYS}/new`);
  const key = await Authenticator.make(options);
  return { page, key, fields: { ...fieldsOf(page, `${PASSKEYS}/new`), credential: await key.create(page) } };
}

/** Adds a passkey. */
export async function addPasskey(browser: Browser, options: { synced?: boolean } = {}): Promise<Authenticator> {
  const { page, key, fields } = await passkeyFields(browser, options);
  const added = await browser.submit(page, `${PASSKEYS}/new`, fields);
  if (!added.url.endsWith("?done=added")) throw new Error(`no passkey was added but ${added.url} (${added.status})`);
  return key;
}
