/** A developer's story in a real Chromium: from the registration of a service to its end, with a client library that others wrote. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as oauth from "oauth4webapi";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

const HOST = "northstar.example";
const http = { [oauth.allowInsecureRequests]: true };

let local: Local;
let browser: Browser;
let service: Server;
let callback: string;
/** What lies at the publisher's host; nothing there is a 404. */
let proof: string | undefined;

beforeAll(async () => {
  service = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>Ledger</title><h1>Back at Ledger</h1>");
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  callback = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callback`;
  const outside = ({ url }: Request): Response =>
    url === `https://${HOST}/.well-known/countersign-publisher` && proof !== undefined
      ? new Response(proof)
      : new Response("There is nothing here.", { status: 404 });
  [local, browser] = await Promise.all([startLocal({ seed: demo, outside }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
  service?.close();
});

const text = (page: Page): Promise<string> => page.locator("main").innerText();

/** What an ordinary client library does for the service, by the numbers that its developer copied. */
async function createClient(clientId: string, secret: string) {
  const issuer = new URL(local.urls.server);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" }),
  );
  const client: oauth.Client = { client_id: clientId };
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const parameters = {
    client_id: clientId,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid profile offline_access builds.read",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  return {
    url: `${server.authorization_endpoint}?${new URLSearchParams(parameters)}`,
    redeem: async (url: string) => {
      const answer = oauth.validateAuthResponse(server, client, new URL(url), state);
      const authenticate = oauth.ClientSecretBasic(secret);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authenticate,
        answer,
        callback,
        verifier,
        http,
      );
      return oauth.processAuthorizationCodeResponse(server, client, response);
    },
    refresh: async (token: string) =>
      oauth
        .refreshTokenGrantRequest(server, client, oauth.ClientSecretBasic(secret), token, http)
        .then((response) => oauth.processRefreshTokenResponse(server, client, response)),
  };
}

it("a developer registers a service, mends it by what they read, uses it, and ends it", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  const { server } = local.urls;
  const developer = `${server}/settings/developer`;

  await page.goto(developer);
  await signIn(page);
  await page.waitForURL(developer);
  expect(await heading(page)).toBe("Your services");
  await look(page, "40-developer-empty");

  await page.getByRole("link", { name: "Register a service" }).click();
  await look(page, "41-register");
  await page.fill(
    'textarea[name="redirect_uris"]',
    "http://ledger.example/cb\nhttps://ledger.example/cb#done\nhttps://ledger.example/ok",
  );
  await page.fill('input[name="client_uri"]', "ledger.example");
  await page.check('input[name="kind"][value="spa"]');
  await page.check('input[name="token_endpoint_auth_method"][value="client_secret_basic"]');
  await page.getByRole("button", { name: "Register" }).click();
  for (const words of [
    "Line 1, http://ledger.example/cb: This is http",
    "Line 2",
    "Take away the #",
    "Type the name that people",
    "Write the whole address",
  ])
    await expect(text(page)).resolves.toContain(words);
  await expect(text(page)).resolves.not.toContain("Line 3");
  await look(page, "42-register-problems");

  await page.fill('input[name="client_name"]', "Ledger");
  await page.fill('input[name="client_uri"]', `https://${HOST}/`);
  await page.fill('textarea[name="redirect_uris"]', `${callback}/`);
  await page.check('input[name="kind"][value="web"]');
  for (const scope of ["offline_access", "builds.read"]) await page.check(`input[name="scope"][value="${scope}"]`);
  await page.getByRole("button", { name: "Register" }).click();
  await page.waitForURL(/registered=1/);
  await expect(text(page)).resolves.toContain("Make its secret");
  await look(page, "43-registered");
  const clientId = new URL(page.url()).pathname.split("/")[3] ?? "";
  const overview = `${developer}/${clientId}`;

  const early = await createClient(clientId, "none yet");
  await page.goto(early.url);
  expect(await heading(page)).toBe("This request cannot go on");
  await page.goto(overview);
  await expect(text(page)).resolves.toContain(`You sent: ${callback} ; registered: ${callback}/.`);
  await look(page, "44-error-in-words");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.fill('textarea[name="redirect_uris"]', callback);
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/saved=1/);

  await page.getByRole("link", { name: "Secrets", exact: true }).click();
  await page.getByRole("button", { name: "Make a secret" }).click();
  const secret = await page.locator(".copy code").innerText();
  expect(secret).toMatch(/^css_/);
  await look(page, "45-new-secret");
  await page.goto(`${overview}/secrets`);
  expect(await page.content()).not.toContain(secret);
  await look(page, "46-secrets");

  const client = await createClient(clientId, secret);
  await page.goto(client.url);
  expect(await heading(page)).toContain("Ledger");
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${callback}**`);
  const tokens = await client.redeem(page.url());
  const fresh = await client.refresh(tokens.refresh_token ?? "");

  await page.goto(`${overview}/secrets`);
  await page.check('input[name="overlap"][value="now"]');
  await page.getByRole("button", { name: "Make a secret" }).click();
  const second = await page.locator(".copy code").innerText();
  await expect(client.refresh(fresh.refresh_token ?? "")).rejects.toMatchObject({ status: 401 });
  const renewed = await createClient(clientId, second);
  const last = await renewed.refresh(fresh.refresh_token ?? "");
  await page.goto(overview);
  await expect(text(page)).resolves.toMatch(/People whose approval stands\s+1\s/);
  await expect(text(page)).resolves.toContain("the secret is none of the live ones");
  await look(page, "47-overview");

  await page.getByRole("link", { name: "Publisher", exact: true }).click();
  await page.fill('input[name="host"]', HOST);
  await page.getByRole("button", { name: "Show me the line" }).click();
  const line = await page.locator(".copy code").first().innerText();
  await look(page, "48-publisher-line");
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(text(page)).resolves.toContain("there is no such file");
  proof = `another-server.example=xyz\n${line}\n`;
  await look(page, "49-publisher-missing");
  await page.getByRole("button", { name: "Check now" }).click();
  await page.waitForURL(/proved=1/);
  await expect(text(page)).resolves.toContain(`by ${HOST}`);
  await look(page, "50-publisher-proved");

  await page.getByRole("link", { name: "Try it out", exact: true }).click();
  await look(page, "51-try");
  await page.getByRole("button", { name: "Register our page" }).click();
  await page.getByRole("link", { name: "Open the approval page" }).click();
  await expect(text(page)).resolves.toContain(`by ${HOST}`);
  await look(page, "52-approval");
  await page.locator('button[name="decision"][value="approve"]').click();
  await page.waitForURL(`${developer}/callback**`);
  expect(await heading(page)).toBe("A code came back");
  await look(page, "53-callback");

  await page.goto(developer);
  await expect(text(page)).resolves.toContain("Verified publisher");
  await look(page, "54-developer");
  await page.goto(`${overview}/edit`);
  await look(page, "55-edit");

  await page.goto(overview);
  await page.getByRole("link", { name: "Delete this service" }).click();
  await expect(text(page)).resolves.toContain("One person has approved it");
  await look(page, "56-delete");
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.waitForURL(/removed=1/);
  await expect(text(page)).resolves.toContain("No service yet");
  await expect(renewed.refresh(last.refresh_token ?? "")).rejects.toMatchObject({ status: 401 });
  expect((await page.goto(overview))?.status()).toBe(404);

  expect(complaints).toEqual([]);
  await context.close();
}, 180_000);
