/** Settings → Authorizations in a real Chromium, with what Buildboard and Contoso DevOps make of each act. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

const root = new URL("../../", import.meta.url);

let local: Local;
let browser: Browser;

beforeAll(async () => {
  const seed: unknown = JSON.parse(await readFile(new URL("demo/seed.json", root), "utf8"));
  [local, browser] = await Promise.all([startLocal({ seed, workers: ["buildboard", "contoso-devops"] }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

async function connect(page: Page): Promise<void> {
  await page.goto(local.urls.buildboard);
  await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().click();
  await signIn(page);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${local.urls.buildboard}/**`);
}

const here = () => `${local.urls.server}/settings/authorizations`;

async function openBuildboard(page: Page): Promise<void> {
  await page.goto(here());
  await page.getByRole("link", { name: "Buildboard", exact: true }).click();
  await page.waitForURL(/\/settings\/authorizations\/\w+/);
}

it("a person pauses Buildboard, which gets nothing, resumes it, and it goes on; then takes things from it, and revokes it", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const main = page.locator("main");
  const { buildboard } = local.urls;
  await connect(page);
  await page.goto(here());
  await look(page, "authorizations-1-list");
  await openBuildboard(page);
  await look(page, "authorizations-2-detail");

  await page.getByRole("button", { name: "Pause access" }).click();
  await expect(page.getByRole("status").innerText()).resolves.toContain("Paused. It gets no access until you resume it.");
  await look(page, "authorizations-3-paused");
  await page.goto(`${buildboard}/board`);
  expect(await heading(page)).toBe("You have paused Buildboard");
  await page.goto(buildboard);

  await openBuildboard(page);
  await page.getByRole("button", { name: "Resume access" }).click();
  await expect(page.getByRole("status").innerText()).resolves.toContain("Resumed.");
  await page.goto(`${buildboard}/board`);
  expect(await heading(page)).toBe("Your board");

  await openBuildboard(page);
  await page.uncheck('input[name="scope"][value="code.read"]');
  await page.getByRole("button", { name: "Keep only what is ticked" }).click();
  await expect(page.getByRole("status").innerText()).resolves.toContain("It may do less from now on.");
  await look(page, "authorizations-4-narrowed");
  await page.goto(`${buildboard}/board`);
  await expect(main.innerText()).resolves.toContain("You did not allow this");

  await openBuildboard(page);
  await page.getByRole("button", { name: "Remove Contoso Outdoor" }).click();
  await page.waitForURL(/done=narrowed/);
  await page.goto(`${buildboard}/board`);
  await expect(main.innerText()).resolves.not.toContain("Contoso Outdoor");

  await openBuildboard(page);
  await page.selectOption('select[name="lifetime"]', "7_days");
  await page.getByRole("button", { name: "Shorten" }).click();
  await expect(page.getByRole("status").innerText()).resolves.toContain("Its access ends on");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  expect(await readFile(await download.path(), "utf8")).toContain("grant.shortened,Time shortened,by you,");

  await page.getByRole("button", { name: /^Revoke access/ }).click();
  await page.waitForURL(/revoked=/);
  await page.goto(`${buildboard}/board`);
  expect(await heading(page)).toBe("Access was revoked");
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

it("by keyboard alone, and without any script, a person finds a service, pauses and revokes it", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await connect(page);
  await context.close();
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
  const other = await plain.newPage();
  other.setDefaultTimeout(10_000);
  await other.goto(`${local.urls.server}/sign-in`);
  await signIn(other);
  await other.goto(here());
  /** Presses Tab until the element has the focus, as it would be reached without a mouse. */
  const reach = async (selector: string) => {
    for (let presses = 0; presses < 80; presses++) {
      if ((await other.locator(`${selector}:focus`).count()) > 0) return;
      await other.keyboard.press("Tab");
    }
    throw new Error(`no way to ${selector}`);
  };
  await reach('input[name="q"]');
  await other.keyboard.type("build");
  await other.keyboard.press("Enter");
  await other.waitForURL(/q=build/);
  await reach("ul.services h2 a");
  await other.keyboard.press("Enter");
  await other.waitForURL(/\/settings\/authorizations\/\w+/);
  await reach('form:has(input[value="pause"]) button');
  await other.keyboard.press("Enter");
  await other.waitForURL(/done=paused/);
  expect(await other.getByRole("status").innerText()).toContain("Paused.");
  await reach('form:has(input[value="revoke"]) button');
  await other.keyboard.press("Enter");
  await other.waitForURL(/revoked=/);
  expect(await other.getByRole("status").innerText()).toContain("Revoked: Buildboard");
  expect(complaints).toEqual([]);
  await plain.close();
}, 90_000);

it("in Arabic the pages run from right to left, and nothing sticks out", async () => {
  const setup = await openBrowser(browser);
  await connect(setup.page);
  const state = await setup.context.storageState();
  await setup.context.close();
  const context = await browser.newContext({ locale: "ar", storageState: state });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(here());
  expect(await page.getAttribute("html", "dir")).toBe("rtl");
  await look(page, "authorizations-5-arabic-list");
  await page.locator("ul.services h2 a").first().click();
  await page.waitForURL(/\/settings\/authorizations\/\w+/);
  await look(page, "authorizations-6-arabic-detail");
  await page.locator('form:has(input[value="revoke"]) button').click();
  await page.waitForURL(/revoked=/);
  await look(page, "authorizations-7-arabic-revoked");
  await context.close();
}, 60_000);
