/** Signing in, several people in one browser, and where they are signed in, in a real Chromium: also without a mouse or scripts. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { EMAIL, heading, launch, look, openBrowser, PASSWORD, signIn } from "./chromium.ts";

const SECURITY = "/settings/security";
const GRACE = "grace@contoso.example";

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

/** Goes on by the key until the element that it says has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 40; step++) {
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

it("two people sign in in one browser, choose who goes on, and end what they have elsewhere", async () => {
  const elsewhere = await openBrowser(browser);
  await open(elsewhere.page, SECURITY);
  await signIn(elsewhere.page);
  await elsewhere.page.waitForURL(`**${SECURITY}`);

  const { context, page, complaints } = await openBrowser(browser);
  await open(page, "/sign-in");
  await look(page, "70-sign-in");
  await page.fill('input[name="email"]', EMAIL);
  await page.locator('form[action="/sign-in"] button').first().click();
  expect(await main(page)).toContain("Type the password of this account");
  await look(page, "71-sign-in-address-alone");
  await page.fill('input[name="password"]', "wrong");
  await page.locator('form[action="/sign-in"] button').first().click();
  expect(await main(page)).toContain("do not belong together");
  await look(page, "72-sign-in-refused");
  await signIn(page);
  await page.waitForURL("**/settings/authorizations");

  await open(page, "/sign-in");
  await page.getByRole("link", { name: "Use another account" }).click();
  await page.fill('input[name="email"]', GRACE);
  await page.fill('input[name="password"]', PASSWORD);
  await page.locator('form[action="/sign-in"] button').first().click();
  await page.waitForURL("**/settings/authorizations");
  await open(page, "/sign-in");
  await look(page, "73-which-account");
  await page.locator("form", { hasText: EMAIL }).getByRole("button").click();
  await page.waitForURL("**/settings/authorizations");

  await open(page, SECURITY);
  await look(page, "74-security");
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  expect(await main(page)).toContain("Signed out in one browser.");
  await look(page, "75-security-ended");
  await elsewhere.page.reload();
  expect(elsewhere.page.url()).toContain("/sign-in");

  await open(page, `${SECURITY}/events`);
  expect(await main(page)).toContain("You signed in");
  await look(page, "76-events");

  await open(page, "/sign-out");
  await look(page, "77-sign-out-several");
  await page.getByRole("button", { name: "Sign out everyone here" }).click();
  expect(await heading(page)).toBe("You are signed out");
  await open(page, "/sign-in");
  expect(await heading(page)).toBe("Sign in");
  expect([...complaints, ...elsewhere.complaints]).toEqual([]);
  await context.close();
  await elsewhere.context.close();
});

it("the same pages read from right to left in Arabic", async () => {
  const context = await browser.newContext({ locale: "ar", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await open(page, `/sign-in?to=${SECURITY}`);
  expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
  await look(page, "78-sign-in-arabic");
  await signIn(page);
  await page.waitForURL(`**${SECURITY}`);
  await look(page, "79-security-arabic");
  await context.close();
});

it("the keyboard alone signs in and ends every other session", async () => {
  const elsewhere = await openBrowser(browser);
  await open(elsewhere.page, SECURITY);
  await signIn(elsewhere.page);
  await elsewhere.page.waitForURL(`**${SECURITY}`);
  const { context, page, complaints } = await openBrowser(browser);
  await open(page, SECURITY);
  await tabTo(page, 'input[name="email"]');
  await page.keyboard.type(EMAIL);
  await tabTo(page, 'input[name="password"]');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${SECURITY}`);
  await tabTo(page, 'button[value="others"]');
  await page.keyboard.press("Enter");
  await page.waitForURL("**ended=*");
  await elsewhere.page.reload();
  expect(elsewhere.page.url()).toContain("/sign-in");
  expect(complaints).toEqual([]);
  await context.close();
  await elsewhere.context.close();
});

it("without scripts a person signs in by password, and sees no button that would do nothing", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, `/sign-in?to=${SECURITY}`);
  expect(await page.getByRole("button", { name: "Sign in with a passkey" }).isVisible()).toBe(false);
  await signIn(page);
  await page.waitForURL(`**${SECURITY}`);
  await page.getByRole("link", { name: "See recent events" }).click();
  expect(await heading(page)).toBe("Recent events");
  await context.close();
});
