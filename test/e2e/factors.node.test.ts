/** Passkeys, an app for codes and recovery codes, in a real Chromium with an authenticator of its own. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { stepOf, totpCode } from "../../src/tokens/totp.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

const SECURITY = "/settings/security";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  [local, browser] = await Promise.all([startLocal({ seed: demo }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

const open = (page: Page, path: string) => page.goto(local.urls.server + path);
const main = (page: Page): Promise<string> => page.locator("main").innerText();

/** Puts an authenticator into the browser that keeps passkeys and knows its person. */
async function plugIn(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    setPresent: (enabled: boolean) => session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    setVerified: (isUserVerified: boolean) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    count: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
  };
}

const signOut = async (page: Page): Promise<void> => {
  await open(page, "/sign-out");
  await page.locator('form[action="/sign-out"] button[type="submit"]').first().click();
  await page.waitForLoadState();
};

it("a person adds a passkey, signs out, and signs in with it: by the button, and offered at the address field", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const authenticator = await plugIn(page);
  await open(page, `${SECURITY}/passkeys`);
  await signIn(page);
  await page.waitForURL(`**${SECURITY}/passkeys`);
  await look(page, "80-passkeys-none");
  await page.getByRole("link", { name: "Add a passkey" }).click();
  await look(page, "81-passkey-new");

  await page.getByLabel("Name").fill("Test laptop");
  await page.getByRole("button", { name: "Create the passkey" }).click();
  await page.waitForURL(`**${SECURITY}/passkeys?done=added`);
  expect(await authenticator.count()).toBe(1);
  expect(await main(page)).toContain("Test laptop");
  await look(page, "82-passkeys");

  await page.getByRole("link", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Create the passkey" }).click();
  await expect.poll(() => main(page)).toContain("already has a passkey of yours");
  await look(page, "83-passkey-known");

  // Who is not there when they are offered a passkey goes on to press the button.
  await signOut(page);
  await authenticator.setPresent(false);
  await open(page, "/sign-in");
  await look(page, "84-sign-in");
  await authenticator.setPresent(true);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL("**/settings/authorizations");

  await signOut(page);
  await authenticator.setVerified(false);
  await open(page, "/sign-in/passkey");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect.poll(() => main(page)).toContain("The passkey was not used");
  await look(page, "85-passkey-stopped");
  await authenticator.setVerified(true);

  // Offered at the address field: an authenticator that says yes by itself lets the person in without a press.
  await open(page, `${SECURITY}/passkeys`);
  await page.waitForURL("**/settings/security/passkeys");
  expect(await main(page)).toContain("Test laptop");
  expect(complaints).toEqual([]);
  await context.close();
});

it("with an app, the password is one step and the code another; a recovery code does once; and all of it by keyboard", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await open(page, `${SECURITY}/authenticators/new`);
  await signIn(page);
  await page.waitForURL(`**${SECURITY}/authenticators/new`);
  await look(page, "86-app-new");
  const secret = (await page.locator("p.copy code").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code that the app shows now").fill("000000");
  await page.keyboard.press("Enter");
  await expect.poll(() => main(page)).toContain("This is not the code of now");
  await look(page, "87-app-wrong");
  await page.getByLabel("Name").fill("Test phone");
  await page.getByLabel("Code that the app shows now").fill(await totpCode(secret, stepOf(Date.now())));
  await page.getByRole("button", { name: "Confirm and add" }).click();
  await expect.poll(() => heading(page)).toBe("Recovery codes");
  const codes = await page.locator(".recovery-codes li").allInnerTexts();
  expect(codes).toHaveLength(10);
  await look(page, "88-recovery-codes");
  await page.emulateMedia({ media: "print" });
  for (const part of ["nav.places", ".unprinted", "header nav"])
    for (const one of await page.locator(part).all()) expect(await one.isVisible(), part).toBe(false);
  expect(await page.locator(".recovery-codes").isVisible()).toBe(true);
  await page.emulateMedia({ media: "screen" });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download as a text file" }).click(),
  ]);
  const file = await readFile((await download.path()) ?? "", "utf8");
  expect(codes.every((code) => file.includes(code))).toBe(true);
  await open(page, `${SECURITY}/authenticators`);
  await look(page, "89-apps");

  await signOut(page);
  await open(page, "/sign-in");
  await signIn(page);
  await page.waitForURL("**/sign-in/second?**");
  expect(await heading(page)).toBe("One more step");
  await look(page, "90-second-step");
  // By keyboard alone: open "Lost the phone", type a code from paper, send it.
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate("document.activeElement.tagName === 'SUMMARY'")) break;
  }
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type(codes[0]?.toLowerCase() ?? "");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings/authorizations");
  await open(page, `${SECURITY}/recovery-codes`);
  expect(await main(page)).toContain("9 codes left");
  await look(page, "91-recovery-left");
  expect(complaints).toEqual([]);
  await context.close();
});
