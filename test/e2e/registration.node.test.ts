/** A service that registered itself a moment ago, as OpenID's certification has it, and the person whom it sends; in a real Chromium. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

/** RFC 7636, appendix B. */
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const LOGO = "https://fieldnotes.example/logo.png";
/** 48 by 48 points of one colour. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwAQMAAABtzGvEAAAAA1BMVEU7b7ZPI1Z6AAAADUlEQVR42mNgGAXUBAABUAABNLg62QAAAABJRU5ErkJggg==";

let local: Local;
let browser: Browser;
let service: Server;
let callback: string;

beforeAll(async () => {
  service = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>Fieldnotes</title><h1>Welcome back</h1>");
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  callback = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callback`;
  const outside = ({ url }: Request) =>
    url === LOGO ? new Response(Buffer.from(PNG, "base64")) : new Response(null, { status: 404 });
  [local, browser] = await Promise.all([startLocal({ seed: demo, outside }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
  service?.close();
});

it("the pages show its logo, its policies, and that nobody knows who it is; then it is approved, and stays", async () => {
  const { server } = local.urls;
  const response = await fetch(`${server}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Fieldnotes",
      redirect_uris: ["http://127.0.0.1/callback"],
      token_endpoint_auth_method: "none",
      logo_uri: LOGO,
      policy_uri: "https://fieldnotes.example/privacy",
      tos_uri: "https://fieldnotes.example/terms",
    }),
  });
  const { client_id, registration_access_token } = (await response.json()) as Record<string, string>;
  expect(response.status).toBe(201);

  const { context, page, complaints } = await openBrowser(browser);
  const query = {
    client_id: `${client_id}`,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid builds.read",
    state: "s",
  };
  const challenge = { code_challenge: CHALLENGE, code_challenge_method: "S256" };
  await page.goto(`${server}/authorize?${new URLSearchParams({ ...query, ...challenge })}`);
  expect(await heading(page)).toBe("Sign in");
  const picture = page.getByAltText("Logo of Fieldnotes");
  expect(await picture.getAttribute("src")).toContain(`/logos/${client_id}`);
  expect(await page.evaluate("document.querySelector('img.logo').naturalWidth")).toBe(48);
  for (const [name, address] of [
    ["Privacy policy", "privacy"],
    ["Terms of service", "terms"],
  ] as const)
    expect(await page.getByRole("link", { name }).getAttribute("href")).toBe(`https://fieldnotes.example/${address}`);
  await look(page, "90-sign-in-self-registered");

  await signIn(page);
  expect(await page.getByText("Unverified").count()).toBeGreaterThan(0);
  await look(page, "91-approval-self-registered");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(/127\.0\.0\.1.*code=csc_/);

  const [rows] = await local.database.batch([`SELECT expires_at FROM clients WHERE client_id = '${client_id}'`]);
  expect(rows).toEqual([{ expires_at: null }]);

  const renamed = await fetch(`${server}/register/${client_id}`, {
    method: "PUT",
    headers: { "content-type": "application/json", authorization: `Bearer ${registration_access_token}` },
    body: JSON.stringify({
      client_id,
      client_name: "Fieldnotes for Teams",
      redirect_uris: ["http://127.0.0.1/callback"],
      token_endpoint_auth_method: "none",
    }),
  });
  expect(renamed.status).toBe(200);
  await page.goto(`${server}/authorize?${new URLSearchParams({ ...query, ...challenge })}`);
  expect(await page.getByText("This service has changed since you approved it").count()).toBe(1);
  await look(page, "92-approval-after-a-change");
  expect(complaints).toEqual([]);
  await context.close();
});
