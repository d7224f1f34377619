/** The approval page in a real Chromium: what may be left out, organizations that wait for an approval, for how long, and a report. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { EMAIL, heading, launch, look, openBrowser, PASSWORD, signIn } from "./chromium.ts";

const OWNER = "grace@contoso.example";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  const clients = demo.clients.map((client) =>
    client.client_id === "buildboard" ? { ...client, required_scope: "builds.read" } : client,
  );
  const organizations = demo.organizations.map((organization) =>
    organization.name === "fabrikam"
      ? { ...organization, members: [...organization.members, { email: OWNER, role: "owner" }] }
      : organization,
  );
  const seed = { ...demo, clients, organizations };
  [local, browser] = await Promise.all([startLocal({ seed, workers: ["buildboard", "contoso-devops"] }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

/** From Buildboard's first page to the approval page. */
async function begin(page: Page): Promise<void> {
  await page.goto(local.urls.buildboard);
  await page.getByRole("button", { name: "Connect Contoso DevOps" }).first().click();
  await page.waitForURL(`${local.urls.server}/**`);
}

async function signInAs(page: Page, email: string): Promise<void> {
  await page.goto(`${local.urls.server}/sign-in`);
  await page.fill('input[name="email"]', email);
  await page.fill('input[name="password"]', PASSWORD);
  await page.locator('form[action="/sign-in"] button[type="submit"]').click();
}

it("a person leaves something out, asks an organization, an owner approves, and the person goes on where they were", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await begin(page);
  await signIn(page);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  const main = page.locator("main");
  await expect(main.innerText()).resolves.toContain("fewer than 10 people");
  expect(await page.locator('input[name="scope"][value="builds.read"]').count()).toBe(0);
  await look(page, "consent-01");

  await page.uncheck('input[name="scope"][value="code.read"]');
  await page.getByText("Ask an organization to let it in").click();
  await page.selectOption('select[name="request_organization"]', { label: "Fabrikam Industries" });
  await page.fill('textarea[name="request_reason"]', "Our build lights");
  await look(page, "consent-02-asking");
  await page.getByRole("button", { name: "Request approval" }).click();
  await expect(page.getByRole("status").innerText()).resolves.toContain("The owners of Fabrikam Industries have been asked");
  expect(await page.isChecked('input[name="scope"][value="code.read"]')).toBe(false);
  await expect(main.innerText()).resolves.toContain("You asked its owners on");
  await look(page, "consent-03-asked");

  const owner = await openBrowser(browser);
  await signInAs(owner.page, OWNER);
  await owner.page.goto(`${local.urls.server}/settings/organizations/fabrikam/requests`);
  await expect(owner.page.locator("main").innerText()).resolves.toContain("Our build lights");
  await owner.page
    .getByRole("button", { name: /^Approve/ })
    .first()
    .click();
  await owner.page.waitForLoadState();
  expect(owner.complaints).toEqual([]);
  await owner.context.close();

  await page.check('input[name="lifetime"][value="30_days"]');
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${local.urls.buildboard}/**`);
  expect(await heading(page)).toBe("Your board");
  await expect(main.innerText()).resolves.toMatch(/Fabrikam/i);
  const [[grant]] = (await local.database.batch(["SELECT scopes, expires_at, declined FROM grants"])) as [
    [{ scopes: string; expires_at: number; declined: string }],
  ];
  expect(grant.scopes).toContain("builds.read");
  expect(JSON.parse(grant.declined)).toEqual(["code.read"]);
  expect(grant.expires_at).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

it("the next time what was left out is still left out, what was allowed lies folded, and this time alone needs no script and no mouse", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await begin(page);
  await signIn(page);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  expect(await page.isChecked('input[name="scope"][value="code.read"]')).toBe(false);
  await expect(page.locator("details.before summary").innerText()).resolves.toContain("that you allowed before");
  await page.locator('input[name="lifetime"][value="until_revoked"], input[name="lifetime"][value="30_days"]').first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  expect(await page.isChecked('input[name="lifetime"][value="once"]')).toBe(true);
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press("Tab");
    if ((await page.locator(":focus").getAttribute("value")) === "approve") break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(`${local.urls.buildboard}/**`);
  expect(await heading(page)).toBe("Your board");
  await context.close();
});

it("an owner approves for a whole organization beside their own approval, and a service is reported", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await signInAs(page, OWNER);
  await local.database.batch(["UPDATE organization_clients SET status = 'requested' WHERE client_id = 'buildboard'"]);
  await begin(page);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  await page.getByLabel("Approve it for all of Fabrikam Industries").check();
  await look(page, "consent-04-owner");
  await page.getByRole("link", { name: "Report this service" }).click();
  expect(await heading(page)).toBe("Report Buildboard");
  await look(page, "consent-05-report");
  await page.getByRole("button", { name: "Send the report" }).click();
  await expect(page.getByRole("alert").innerText()).resolves.toContain("Choose what is wrong.");
  await look(page, "consent-06-report-problem");
  await page.getByLabel("It asks for more than it needs").check();
  await page.fill('textarea[name="text"]', "Why would it need my source code?");
  await page.getByRole("button", { name: "Send the report" }).click();
  expect(await heading(page)).toBe("Thank you");
  await look(page, "consent-07-reported");

  await begin(page);
  await page.getByLabel("Approve it for all of Fabrikam Industries").check();
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${local.urls.buildboard}/**`);
  const [rows] = await local.database.batch(["SELECT status FROM organization_clients WHERE client_id = 'buildboard'"]);
  expect(rows).toEqual([{ status: "approved" }]);
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

it("the page is told in Arabic from right to left, and in German, with nothing sticking out", async () => {
  for (const locale of ["ar", "de"]) {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await begin(page);
    await page.fill('input[name="email"]', EMAIL);
    await page.fill('input[name="password"]', PASSWORD);
    await page.locator('form[action="/sign-in"] button[type="submit"]').click();
    await page.waitForURL(`${local.urls.server}/authorize**`);
    expect(await page.getAttribute("html", "dir")).toBe(locale === "ar" ? "rtl" : "ltr");
    await look(page, `consent-08-${locale}`);
    await page.setViewportSize({ width: 320, height: 900 });
    expect(await page.evaluate("document.documentElement.scrollWidth"), `${locale} at 320`).toBeLessThanOrEqual(320);
    await context.close();
  }
}, 120_000);
