/** A new employee comes in by the directory of their organization, in a real Chromium and against a real OpenID provider. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { CLIENT_ID, CLIENT_SECRET, type RunningProvider, startProvider } from "../openidProvider.ts";
import { heading, launch, look, openBrowser, PASSWORD } from "./chromium.ts";

const CALLBACK = "http://localhost:1/callback";
const HEDY = "hedy@tailspin.example";
const WORK = "/settings/account/identities";

let provider: RunningProvider;
let local: Local;
let browser: Browser;

beforeAll(async () => {
  provider = await startProvider();
  const tailspin = { name: "tailspin", display_name: "Tailspin Toys", policy: "all", domains: ["tailspin.example"] };
  const directory = {
    id: "tailspin",
    display_name: "Tailspin Toys",
    issuer: provider.issuer,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    organization: "tailspin",
    domains: ["tailspin.example"],
    creates_accounts: true,
    matches_email: true,
    joins: { claim: "groups", member: ["makers"] },
  };
  const service = {
    client_id: "planner",
    client_name: "Planner",
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
    application_type: "native",
    scope: "openid profile workitems.read",
  };
  const seed = {
    ...demo,
    organizations: [...demo.organizations, tailspin],
    clients: [...demo.clients, service],
    directories: [directory],
  };
  // The server reaches public addresses alone; what it asks of the provider goes out by us.
  const outside = async (request: Request) =>
    fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body === null ? null : await request.arrayBuffer(),
      redirect: "manual",
    });
  [local, browser] = await Promise.all([startLocal({ seed, outside }), launch()]);
  provider.serve(`${local.urls.server}/sign-in/work/tailspin/callback`, [
    { email: HEDY, name: "Hedy Lamarr", groups: ["makers"] },
    { email: "temp@tailspin.example", name: "Temp", groups: [] },
    { email: "amal@tailspin.example", name: "أمل ناصر", groups: ["makers"] },
  ]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
  await provider?.stop();
});

const authorization = () =>
  `${local.urls.server}/authorize?${new URLSearchParams({
    response_type: "code",
    client_id: "planner",
    redirect_uri: CALLBACK,
    scope: "openid profile workitems.read",
    state: "1",
    nonce: "n",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  })}`;

/** Types an address on our sign-in page by keyboard alone, and then signs in at the provider. */
async function comeBy(page: Page, email: string): Promise<void> {
  await page.focus('input[name="email"]');
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${provider.issuer}/interaction/**`);
  await page.fill('input[name="login"]', email);
  await page.fill('input[name="password"]', "any");
  await page.keyboard.press("Enter");
}

it("a new employee types an address, signs in at the directory, is a member of its organization, and approves a service", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await page.goto(authorization());
  await comeBy(page, HEDY);
  await page.waitForURL(`${local.urls.server}/authorize**`);
  expect(await heading(page)).toContain("Planner");
  const words = await page.locator("main").innerText();
  for (const expected of ["Tailspin Toys"]) expect(words).toContain(expected);
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${CALLBACK}**`).catch(() => undefined);
  const rows = await local.database.batch([
    "SELECT users.name, email_verified, organizations.name AS organization, role FROM users JOIN memberships ON users.id = user_id JOIN organizations ON organizations.id = organization_id WHERE email LIKE '%tailspin%'",
    "SELECT count(*) AS n FROM grants WHERE client_id = 'planner'",
  ]);
  expect(rows[0]).toEqual([{ name: "Hedy Lamarr", email_verified: 1, organization: "tailspin", role: "member" }]);
  expect(rows[1]).toEqual([{ n: 1 }]);

  await page.goto(`${local.urls.server}${WORK}`);
  await expect(page.locator("main").innerText()).resolves.toContain(HEDY);
  await look(page, "71-work-accounts");
  await page.fill('input[name="email"]', "hedy@nowhere.example");
  await page.getByRole("button", { name: "Continue to your organization" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "72-work-account-unknown");
  expect(complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  await context.close();
});

it("somebody with an account links a work account, and comes in by it from then on", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const here = `${local.urls.server}${WORK}`;
  await page.goto(here);
  await page.fill('input[name="email"]', "grace@contoso.example");
  await page.fill('input[name="password"]', PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(here);
  await page.fill('input[name="email"]', "temp@tailspin.example");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${provider.issuer}/interaction/**`);
  await page.fill('input[name="login"]', "temp@tailspin.example");
  await page.fill('input[name="password"]', "any");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${here}?linked=1`);
  await look(page, "73-work-account-linked");
  await context.close();

  const again = await openBrowser(browser);
  await again.page.goto(`${local.urls.server}/sign-in`);
  await comeBy(again.page, "temp@tailspin.example");
  await again.page.waitForURL(`${local.urls.server}/settings/**`);
  await expect(again.page.locator("header").first().innerText()).resolves.toContain("Grace");
  expect([...complaints, ...again.complaints]).toEqual([]);
  await again.context.close();
});

it("somebody who says no at the directory is told so, and comes back to where they began", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await page.goto(`${local.urls.server}/sign-in?to=/settings/security`);
  await page.fill('input[name="email"]', HEDY);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${provider.issuer}/interaction/**`);
  await page.getByText("[ Cancel ]").click();
  await page.waitForURL(`${local.urls.server}/sign-in/work/tailspin/callback**`);
  expect(await heading(page)).toBe("Tailspin Toys did not let you in");
  await look(page, "74-work-denied");
  await page.getByRole("link", { name: "Try again" }).press("Enter");
  await page.waitForURL(`${provider.issuer}/interaction/**`);
  expect(complaints).toEqual([]);
  await context.close();
});

it("speaks Arabic from right to left", async () => {
  const context = await browser.newContext({ locale: "ar", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${local.urls.server}/sign-in/work/tailspin/callback?code=1&state=1`);
  expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
  await look(page, "75-work-over-arabic");
  await page.goto(`${local.urls.server}${WORK}`);
  await comeBy(page, "amal@tailspin.example");
  await page.waitForURL(`${local.urls.server}${WORK}`);
  expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
  await look(page, "76-work-accounts-arabic");
  await context.close();
});
