/** The whole story in a real Chromium: from Buildboard's first page to the state in which it is out. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { EMAIL, heading, launch, look, openBrowser, PASSWORD, signIn } from "./chromium.ts";

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

describe("in Chromium", () => {
  it("a person connects Buildboard, sees the builds, revokes it, and Buildboard is out", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    const { server, buildboard, contosoDevops } = local.urls;

    await page.goto(buildboard);
    await look(page, "01-buildboard");
    await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().click();
    await page.waitForURL(`${server}/sign-in**`);
    await look(page, "02-sign-in");

    await page.fill('input[name="email"]', EMAIL);
    await page.fill('input[name="password"]', "not-her-password");
    await page.locator('form[action="/sign-in"] button[type="submit"]').click();
    expect(await page.inputValue('input[name="email"]')).toBe(EMAIL);
    await look(page, "03-sign-in-refused");

    await signIn(page);
    await page.waitForURL(`${server}/authorize**`);
    expect(await heading(page)).toContain("Buildboard");
    for (const words of ["Contoso", "Needs approval", "Verified publisher", "Also when you are not here"])
      await expect(page.locator("main").innerText()).resolves.toContain(words);
    await look(page, "04-approval");

    await page.locator('button[name="decision"][value="approve"]').click();
    await page.waitForURL(`${buildboard}/**`);
    expect(await heading(page)).toBe("Your board");
    await expect(page.locator("main").innerText()).resolves.toContain("Ada");
    await look(page, "05-board");

    await page.getByRole("button", { name: "Refresh now" }).click();
    expect(await heading(page)).toBe("Your board");

    await page.goto(contosoDevops);
    await look(page, "06-contoso-devops");

    await page.goto(`${server}/settings/authorizations`);
    await look(page, "07-authorizations");
    await page.getByRole("link", { name: "Buildboard", exact: true }).click();
    await expect(page.locator("main").innerText()).resolves.toContain("Chrome on Linux");
    await page.getByRole("button", { name: /^Revoke access/ }).click();
    await page.waitForURL(/revoked=/);
    await expect(page.locator("main").innerText()).resolves.toMatch(/no new access/);
    await look(page, "08-revoked");

    await page.goto(`${buildboard}/board`);
    expect(await heading(page)).toBe("Access was revoked");
    await look(page, "09-buildboard-revoked");

    await page.goto(`${server}/sign-out`);
    await look(page, "10-sign-out");
    await page.locator('form[action="/sign-out"] button[type="submit"]').click();
    await look(page, "11-signed-out");
    await page.goto(server);
    await look(page, "12-home");
    await page.goto(`${server}/nowhere`);
    await look(page, "13-not-found");
    await page.goto(`${server}/authorize?client_id=buildboard&redirect_uri=https://evil.example/`);
    expect(new URL(page.url()).origin).toBe(server);
    await look(page, "14-faulty-request");

    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);

  it("a person denies, and Buildboard takes it kindly; everything by keyboard alone", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    await page.goto(local.urls.buildboard);
    await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${local.urls.server}/sign-in**`);
    await page.locator('input[name="email"]').focus();
    await page.keyboard.type(EMAIL);
    for (let presses = 0; presses < 5; presses++) {
      await page.keyboard.press("Tab");
      if ((await page.locator(":focus").getAttribute("name")) === "password") break;
    }
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${local.urls.server}/authorize**`);
    const reached: string[] = [];
    for (let presses = 0; presses < 60 && reached.at(-1) !== "deny"; presses++) {
      await page.keyboard.press("Tab");
      reached.push(String(await page.evaluate("document.activeElement.getAttribute('value')")));
    }
    expect(reached).toContain("workitems.write");
    expect(reached.at(-1)).toBe("deny");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${local.urls.buildboard}/**`);
    expect(await heading(page)).toBe("That is fine");
    await look(page, "15-denied");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("what a person unticks is not given, and the page tells what is new the next time", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    await page.goto(local.urls.buildboard);
    await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().click();
    await signIn(page);
    await page.waitForURL(`${local.urls.server}/authorize**`);
    await page.uncheck('input[name="scope"][value="code.read"]');
    await page.check('input[name="reach"][value="chosen"]');
    await page.locator('input[name="organization"]').first().check();
    await look(page, "16-approval-chosen");
    await page.locator('button[name="decision"][value="approve"]').click();
    await page.waitForURL(`${local.urls.buildboard}/**`);
    expect(await heading(page)).toBe("Your board");
    await expect(page.locator("main").innerText()).resolves.toContain("You did not allow this");
    await look(page, "17-board-without-code");
    await page.getByText("Ask again").first().click();
    await page.waitForURL(`${local.urls.server}/authorize**`);
    await expect(page.locator("main").innerText()).resolves.toContain("Left out last time");
    await look(page, "18-approval-again");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("the Enter key in a field of the approval page never approves", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    await page.goto(local.urls.buildboard);
    await page.getByRole("button", { name: "Connect Contoso DevOps" }).click();
    await signIn(page);
    await page.waitForURL(`${local.urls.server}/authorize**`);
    await page.locator('input[value="code.read"]').press("Enter");
    await page.waitForURL(`${local.urls.buildboard}/**`);
    expect(await heading(page)).toBe("That is fine");
    expect(complaints).toEqual([]);
    await context.close();
  }, 30_000);

  it("an approval that chooses no organization is shown again with what was ticked, and revoking all asks first", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    await page.goto(local.urls.buildboard);
    await page.getByRole("button", { name: "Connect Contoso DevOps" }).click();
    await signIn(page);
    await page.waitForURL(`${local.urls.server}/authorize**`);
    await page.uncheck('input[value="code.read"]');
    await page.check('input[name="reach"][value="chosen"]');
    for (const box of await page.locator('input[name="organization"]').all()) await box.uncheck();
    await page.locator('button[value="approve"]').click();
    expect(await page.getByRole("alert").innerText()).toContain("Choose at least one organization");
    expect(await page.isChecked('input[value="code.read"]')).toBe(false);
    await look(page, "19-approval-problem");
    await page.locator('input[name="organization"]').first().check();
    await page.locator('button[value="approve"]').click();
    await page.waitForURL(`${local.urls.buildboard}/**`);
    await page.goto(`${local.urls.server}/settings/authorizations?confirm=all`);
    await look(page, "20-revoke-all");
    await page.getByRole("button", { name: "Revoke all" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Revoked: Buildboard");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
