/** The pages of an organization in a real Chromium: its policy as the demo resource server feels it, and by keyboard alone. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { EMAIL, heading, launch, look, openBrowser, PASSWORD, signIn } from "./chromium.ts";

const HERE = "/settings/organizations/contoso";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  [local, browser] = await Promise.all([startLocal({ seed: demo, workers: ["buildboard", "contoso-devops"] }), launch()]);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

const main = (page: Page): Promise<string> => page.locator("main").innerText();
const open = (page: Page, path: string) => page.goto(local.urls.server + path);

async function connect(page: Page): Promise<void> {
  await page.goto(local.urls.buildboard);
  await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().click();
  await page.waitForURL(`${local.urls.server}/**`);
  if (await page.locator('input[name="password"]').isVisible()) await signIn(page);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${local.urls.buildboard}/**`);
}

it("an owner sees who uses which service, and lets none in: the resource server refuses it for that organization at once", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await connect(page);
  expect(await heading(page)).toBe("Your board");
  expect(await main(page)).toMatch(/contoso/i);

  await open(page, "/settings/organizations");
  await look(page, "organizations-01-list");
  await open(page, HERE);
  await look(page, "organizations-02-overview");
  await open(page, `${HERE}/members`);
  expect(await main(page)).toContain("Grace Okafor");
  await look(page, "organizations-03-members");
  await open(page, `${HERE}/services`);
  expect(await main(page)).toContain("Ada Lindqvist");
  await look(page, "organizations-04-services");
  await page
    .getByRole("link", { name: /^Revoke for everyone/ })
    .first()
    .click();
  await look(page, "organizations-05-revoke");
  await open(page, `${HERE}/requests`);
  await look(page, "organizations-06-requests");

  await open(page, `${HERE}/access`);
  expect(await main(page)).toContain("1 service loses access at once.");
  await look(page, "organizations-07-access");
  await page.check('input[name="policy"][value="none"]');
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/done=policy_saved/);
  await look(page, "organizations-08-saved");
  await page.goto(`${local.urls.buildboard}/board`);
  await page.getByRole("button", { name: "Refresh now" }).click();
  await expect.poll(() => main(page)).not.toMatch(/contoso outdoor/i);

  await open(page, `${HERE}/log`);
  expect(await main(page)).toContain("Policy changed");
  await look(page, "organizations-09-log");
  await open(page, `${HERE}/log?from=yesterday`);
  await look(page, "organizations-10-log-mistake");
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

it("by keyboard alone and without a script an owner makes somebody an owner", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await open(page, "/sign-in");
  await page.fill('input[name="email"]', EMAIL);
  await page.fill('input[name="password"]', PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings/authorizations");
  await open(page, `${HERE}/members`);
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (/^Make owner/.test((await page.locator(":focus").textContent()) ?? "")) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=saved/);
  expect(await page.getByRole("button", { name: /^Make owner/ }).count()).toBe(0);
  await context.close();
}, 60_000);

it("in Arabic the pages read from right to left", async () => {
  const context = await browser.newContext({ locale: "ar", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await open(page, "/sign-in");
  await signIn(page);
  await page.waitForURL("**/settings/authorizations");
  for (const name of ["", "/members", "/access", "/services", "/log"]) {
    await open(page, HERE + name);
    expect(await page.getAttribute("html", "dir")).toBe("rtl");
    await look(page, `organizations-ar${name.replace("/", "-")}`);
  }
  await context.close();
}, 90_000);
