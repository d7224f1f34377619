/** A device without a browser, and the person in front of it with theirs: a real Chromium, from the code on the screen to the end. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

const CLIENT = "contoso-wallboard";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  // A service that nobody knows, which asks for more than the demo's own.
  const stranger = {
    client_id: "board-for-all",
    client_name: "Board for All",
    application_type: "native",
    token_endpoint_auth_method: "none",
    grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
    response_types: [],
  };
  const seed = { ...demo, clients: [...demo.clients, stranger] };
  [local, browser] = await Promise.all([startLocal({ seed }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

interface Codes {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
}

/** What the device sends, and what it gets. */
const send = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(local.urls.server + path, {
    method: "POST",
    body: new URLSearchParams({ client_id: CLIENT, ...fields }),
    headers: { "user-agent": "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) Wallboard/2.1" },
  });

const ask = async (fields: Readonly<Record<string, string>> = {}) =>
  (
    await send("/device_authorization", { scope: "openid offline_access workitems.read builds.read", ...fields })
  ).json() as Promise<Codes>;

const poll = async (device_code: string): Promise<Record<string, string>> => {
  const response = await send("/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
  return (await response.json()) as Record<string, string>;
};

it("a person types the code, signs in, approves, and the TV is in; they revoke it, and it is out", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const main = page.locator("main");
  const codes = await ask();
  expect(await poll(codes.device_code)).toMatchObject({ error: "authorization_pending" });

  await page.goto(codes.verification_uri);
  await look(page, "30-device");
  await page.getByLabel("Code on the device").fill("BCDF-GHJK");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(main.innerText()).resolves.toContain("No device is waiting with this code");
  await look(page, "31-device-unknown");

  await page.getByLabel("Code on the device").fill(codes.user_code.toLowerCase().replace("-", " "));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sign-in\?continue=/);
  await look(page, "32-device-sign-in");
  await signIn(page);
  await page.waitForURL(/\/device\?continue=/);
  expect(await heading(page)).toBe("Contoso Wallboard on a device asks to act in your name");
  for (const words of [codes.user_code, "Samsung TV", "in front of you", "See builds", "Contoso Outdoor"])
    await expect(main.innerText()).resolves.toContain(words);
  await look(page, "33-device-approval");

  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(/\/device\?continue=/);
  expect(await heading(page)).toBe("You can go back to your device");
  await look(page, "34-device-approved");
  await page.reload();
  expect(await heading(page)).toBe("You can go back to your device");

  const tokens = await poll(codes.device_code);
  expect(tokens).toMatchObject({ token_type: "Bearer", refresh_token: expect.stringMatching(/^csr_/) });
  await page.goto(`${local.urls.server}/settings/authorizations`);
  await page.locator("ul.services h2 a").first().click();
  await expect(main.innerText()).resolves.toContain("Samsung TV");
  await page.getByRole("button", { name: /^Revoke this device/ }).click();
  await page.waitForURL(/revoked=/);
  const refresh = { grant_type: "refresh_token", refresh_token: tokens["refresh_token"] ?? "" };
  expect(await (await send("/token", refresh)).json()).toMatchObject({ error: "invalid_grant" });
  expect(complaints).toEqual([]);
  await context.close();
});

it("a code that came by a link is filled in and not sent; where the device is, and that nobody checked the service, is said; Deny ends it", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const main = page.locator("main");
  const codes = await ask({ client_id: "board-for-all", scope: "workitems.write code.read" });
  // Cloudflare says where a request comes from; here nobody does.
  await local.database.batch([
    `UPDATE device_codes SET request = json_set(request, '$.whereabouts', json('{"city":"Lagos","country":"NG","network":"203.0.113.0/24"}'))`,
  ]);
  await page.goto(codes.verification_uri_complete);
  await expect(page.getByLabel("Code on the device").inputValue()).resolves.toBe(codes.user_code);
  await look(page, "35-device-by-link");
  await page.getByRole("button", { name: "Continue" }).click();
  await signIn(page);
  await page.waitForURL(/\/device\?continue=/);
  for (const words of ["Lagos, Nigeria", "We have not checked who runs this service"])
    await expect(main.innerText()).resolves.toContain(words);
  await look(page, "36-device-elsewhere");

  for (const box of await page.locator('input[name="scope"]').all()) await box.uncheck();
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(main.innerText()).resolves.toContain("Nothing is ticked");
  await look(page, "37-device-problem");
  await page.getByRole("button", { name: "Deny" }).click();
  expect(await heading(page)).toBe("Denied");
  await look(page, "38-device-denied");
  expect(
    await (
      await send("/token", {
        client_id: "board-for-all",
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: codes.device_code,
      })
    ).json(),
  ).toMatchObject({ error: "access_denied" });
  expect(complaints).toEqual([]);
  await context.close();
});

it("without JavaScript all of it works", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const codes = await ask();
  await page.goto(codes.verification_uri);
  await page.fill('input[name="user_code"]', codes.user_code);
  await page.getByRole("button", { name: "Continue" }).click();
  await signIn(page);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForSelector("h1");
  expect(await heading(page)).toBe("You can go back to your device");
  expect(await poll(codes.device_code)).toMatchObject({ token_type: "Bearer" });
  await context.close();
});
