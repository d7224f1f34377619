/** An account from its beginning to its end, in a real Chromium: created, forgotten and found again, changed, deleted. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser } from "./chromium.ts";

const EMAIL = "eve@fabrikam.example";
const FIRST = "four words in a row";
const SECOND = "five other words in a row";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  [local, browser] = await Promise.all([startLocal({ seed: demo }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

/** The latest code to this address, as the mailbox page shows it. */
async function readCode(email: string): Promise<string> {
  const { context, page } = await openBrowser(browser);
  await page.goto(`${local.urls.server}/mailbox`);
  const message = page.locator("li.sheet", { hasText: email }).filter({ hasText: "Your code" }).first();
  const code = /^\d{4} \d{4}$/m.exec(await message.innerText())?.[0];
  await context.close();
  if (code === undefined) throw new Error(`no code for ${email} in the mailbox`);
  return code;
}

const main = (page: Page): Promise<string> => page.locator("main").innerText();

/** What the keyboard alone is on. */
const focused = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()");

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

describe("an account", () => {
  it("is created by the keyboard alone, forgotten, changed and deleted", async () => {
    const { context, page, complaints } = await openBrowser(browser);
    await page.goto(`${local.urls.server}/create-account`);
    await look(page, "70-create-account");
    expect(await focused(page)).toBe("email");
    await page.keyboard.type("eve");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[aria-invalid="true"]');
    expect(await main(page)).toContain("This is not an email address.");
    await look(page, "71-create-account-wrong");
    await page.fill('input[name="email"]', EMAIL);
    await tabTo(page, "Send a code");
    await page.keyboard.press("Enter");
    await page.waitForSelector('input[name="code"]');
    await look(page, "72-create-account-code");
    expect(await focused(page)).toBe("code");
    await page.keyboard.type(await readCode(EMAIL));
    await tabTo(page, "name");
    await page.keyboard.type("Eve Example");
    await tabTo(page, "password");
    await page.keyboard.type("iloveyou");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[aria-invalid="true"]');
    expect(await main(page)).toContain("among those that are guessed first");
    await look(page, "73-create-account-common");
    expect(await focused(page)).toBe("password");
    await page.keyboard.type(FIRST);
    await page.fill('input[name="code"]', await readCode(EMAIL));
    await tabTo(page, "Create the account");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/settings\/authorizations$/);

    await page.goto(`${local.urls.server}/settings/account`);
    await look(page, "74-account");
    await page.getByLabel("Your name").fill("Eve of Fabrikam");
    await page.locator("button[value=name]").click();
    await page.waitForURL(/done=saved/);
    await look(page, "75-account-saved");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download your data" }).click();
    expect((await download).suggestedFilename()).toBe("account.json");
    await page.goto(`${local.urls.server}/settings/account/email`);
    await look(page, "76-email");
    await page.getByLabel("New email address").fill("eve@contoso.example");
    await page.keyboard.press("Enter");
    await page.getByLabel("Code from the email").fill(await readCode("eve@contoso.example"));
    await look(page, "77-email-code");
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=email_changed/);
    await page.goto(`${local.urls.server}/settings/account/password`);
    await look(page, "78-password");

    const other = await openBrowser(browser);
    await other.page.goto(`${local.urls.server}/forgot-password`);
    await look(other.page, "79-forgot");
    await other.page.fill('input[name="email"]', "eve@contoso.example");
    await other.page.keyboard.press("Enter");
    await other.page.getByLabel("Code from the email").fill(await readCode("eve@contoso.example"));
    await other.page.getByLabel("New password").fill(SECOND);
    await other.page.getByLabel("End all of it").check();
    await look(other.page, "80-forgot-code");
    await other.page.getByRole("button", { name: "Set the new password" }).click();
    await other.page.waitForURL(/\/settings\/authorizations$/);
    await page.goto(`${local.urls.server}/settings/account`);
    expect(page.url()).toContain("/sign-in");

    await other.page.goto(`${local.urls.server}/settings/account/delete`);
    await look(other.page, "81-delete");
    await other.page.getByLabel("To confirm").fill("eve@contoso.example");
    await other.page.keyboard.press("Enter");
    await other.page.waitForSelector("text=Your account is deleted");
    expect(await heading(other.page)).toBe("Your account is deleted");
    await look(other.page, "82-deleted");
    await other.page.goto(`${local.urls.server}/mailbox`);
    await look(other.page, "83-mailbox");
    expect(await main(other.page)).toContain("Your account at Countersign was deleted");
    expect([...complaints, ...other.complaints]).toEqual([]);
    await context.close();
    await other.context.close();
  });

  it("is created from right to left in Arabic, without JavaScript", async () => {
    const context = await browser.newContext({ locale: "ar", javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${local.urls.server}/create-account`);
    await page.fill('input[name="email"]', "nour@fabrikam.example");
    await page.locator("main button[type=submit]").click();
    await page.screenshot({ path: "test/e2e/screenshots/84-create-account-ar.png", fullPage: true });
    await page.goto(`${local.urls.server}/mailbox`);
    const message = await page.locator("pre").first().innerText();
    expect(message).toContain("مرة واحدة");
    const code = /\d{4} \d{4}/.exec(message)?.[0] ?? "";
    await page.goto(`${local.urls.server}/create-account`);
    await page.fill('input[name="email"]', "nour@fabrikam.example");
    await page.locator("main button[type=submit]").click();
    expect(code).not.toBe("");
    const latest = await (await fetch(`${local.urls.server}/mailbox`)).text();
    await page.fill('input[name="code"]', /\d{4} \d{4}/.exec(latest)?.[0] ?? "");
    await page.fill('input[name="name"]', "نور");
    await page.locator("main button[type=submit]").first().click();
    await page.goto(`${local.urls.server}/settings/account`);
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    await page.screenshot({ path: "test/e2e/screenshots/85-account-ar.png", fullPage: true });
    await page.setViewportSize({ width: 320, height: 800 });
    await page.screenshot({ path: "test/e2e/screenshots/86-account-ar-320.png", fullPage: true });
    await context.close();
  });
});
