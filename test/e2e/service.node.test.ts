/** What a service asks for in particular, how it gets its answer by a form, and how it signs people out; in a real Chromium. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

/** RFC 7636, appendix B. */
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

let local: Local;
let browser: Browser;
let service: Server;
let origin: string;
/** The same service under another name. */
let elsewhere: string;
/** What came to the service by POST. */
const posted: URLSearchParams[] = [];

beforeAll(async () => {
  service = createServer(async (request, response) => {
    if (request.method === "POST") posted.push(new URLSearchParams(await text(request)));
    if (request.url?.startsWith("/hop")) response.statusCode = 303;
    response
      .setHeader("location", `${elsewhere}/app`)
      .setHeader("content-type", "text/html")
      .end(`<title>Ledger</title><h1>Ledger</h1><p>${request.method}</p>`);
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const { port } = service.address() as AddressInfo;
  origin = `http://localhost:${port}`;
  elsewhere = `http://127.0.0.1:${port}`;
  const ledger = {
    client_id: "ledger",
    client_name: "Ledger",
    redirect_uris: [`${origin}/callback`, `${origin}/hop`],
    token_endpoint_auth_method: "none",
    post_logout_redirect_uris: [`${origin}/bye`],
    initiate_login_uri: `${origin}/login`,
    application_type: "native",
  };
  const seed = { ...demo, clients: [...demo.clients, ledger] };
  [local, browser] = await Promise.all([startLocal({ seed }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
  service?.close();
});

it("a person sees every particular, chooses the organizations, and the answer comes as a form; then the service signs them out", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const { server } = local.urls;
  const details = [
    { type: "organization_access", organizations: ["contoso", "elsewhere"] },
    { type: "repository_access", organization: "contoso", repositories: ["tent-planner", "route-finder"], actions: ["read"] },
  ];
  const parameters = {
    response_type: "code",
    client_id: "ledger",
    redirect_uri: `${origin}/callback`,
    scope: "openid builds.read",
    state: 'it\'s <b>"fine"</b> & é',
    response_mode: "form_post",
    authorization_details: JSON.stringify(details),
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
  };
  await page.goto(`${server}/authorize?${new URLSearchParams(parameters)}`);
  await signIn(page);
  await page.waitForURL(`${server}/authorize**`);
  const main = page.locator("main");
  for (const words of ["Read certain repositories", "tent-planner", "route-finder", "no member of"])
    await expect(main.innerText()).resolves.toContain(words);
  await expect(page.isChecked('input[name="reach"][value="chosen"]')).resolves.toBe(true);
  await look(page, "21-particulars");

  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${origin}/callback`);
  await expect(page.locator("p").innerText()).resolves.toBe("POST");
  expect(posted[0]?.get("state")).toBe(parameters.state);
  expect(posted[0]?.get("code")).toMatch(/^csc_/);
  expect(posted[0]?.get("iss")).toBe(server);

  await page.goto(`${server}/settings/authorizations`);
  await page.getByRole("link", { name: "Ledger", exact: true }).click();
  await page.waitForURL(`${server}/settings/authorizations/*`);
  await expect(main.innerText()).resolves.toContain("tent-planner");
  await look(page, "22-authorizations-particulars");
  await page.getByRole("link", { name: "Open Ledger" }).click();
  await page.waitForURL(`${origin}/login?iss=${encodeURIComponent(server)}`);

  const logout = { client_id: "ledger", post_logout_redirect_uri: `${origin}/bye`, state: "s" };
  await page.goto(`${server}/logout?${new URLSearchParams(logout)}`);
  expect(await heading(page)).toContain("Sign out");
  await look(page, "23-logout");
  await page.locator('form[action="/sign-out"] button[type="submit"]').click();
  await page.waitForURL(`${origin}/bye?state=s`);
  expect(complaints).toEqual([]);
  await context.close();
});

it("a callback may lead on to another host of the service: the policy of our page does not stop the browser there", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const parameters = {
    response_type: "code",
    client_id: "ledger",
    redirect_uri: `${origin}/hop`,
    scope: "openid",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
  };
  await page.goto(`${local.urls.server}/authorize?${new URLSearchParams(parameters)}`);
  await signIn(page);
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${elsewhere}/app`);
  expect(complaints).toEqual([]);
  await context.close();
});

it("without JavaScript the person sends the answer by a button", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const parameters = {
    response_type: "code",
    client_id: "ledger",
    redirect_uri: `${origin}/callback`,
    scope: "openid",
    prompt: "none",
    state: "s",
    response_mode: "form_post",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
  };
  await page.goto(`${local.urls.server}/authorize?${new URLSearchParams(parameters)}`);
  await expect(page.locator("main").innerText()).resolves.toContain("on your way back to Ledger");
  for (const [name, width, colorScheme] of [
    ["1280-light", 1280, "light"],
    ["360-dark", 360, "dark"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 700 });
    await page.screenshot({ path: new URL(`./screenshots/24-form-post-${name}.png`, import.meta.url).pathname });
  }
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${origin}/callback`);
  expect(posted.at(-1)?.get("error")).toBe("login_required");
  await context.close();
});
