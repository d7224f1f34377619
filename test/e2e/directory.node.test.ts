/** What a person sees of a service that their organization's directory let in, in a real Chromium. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { launch, look, openBrowser, signIn } from "./chromium.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SECRET = "a-secret-of-forty-three-characters-00000000";
const DIRECTORY = "https://login.contoso.example";

const keys = await generateKeyPair("ES256", { extractable: true });

let local: Local;
let browser: Browser;

beforeAll(async () => {
  const [ada, ...others] = demo.users;
  const agent = { client_id: "agent", client_name: "Contoso Agent", client_secret: SECRET };
  const trust = { issuer: DIRECTORY, jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "1" }] } };
  const payroll = { ...trust, issuer: "https://payroll.example", purposes: ["jwt_bearer"], clients: ["agent"] };
  const seed = {
    ...demo,
    users: [{ ...ada, identities: [DIRECTORY, payroll.issuer].map((issuer) => ({ issuer, subject: "1" })) }, ...others],
    clients: [...demo.clients, { ...agent, grant_types: [GRANT_TYPE], redirect_uris: [] }],
    trusted_issuers: [{ ...trust, purposes: ["id_jag"], organization: "contoso" }, payroll],
  };
  [local, browser] = await Promise.all([startLocal({ seed }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

async function letIn(iss: string, typ: string, scope: string): Promise<void> {
  const assertion = await new SignJWT({ iss, sub: "1", aud: local.urls.server, client_id: "agent", scope })
    .setProtectedHeader({ alg: "ES256", kid: "1", typ })
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(keys.privateKey);
  const body = new URLSearchParams({ grant_type: GRANT_TYPE, assertion });
  const headers = { authorization: `Basic ${btoa(`agent:${SECRET}`)}` };
  const response = await fetch(`${local.urls.server}/token`, { method: "POST", body, headers });
  expect(response.status, await response.text()).toBe(200);
}

it("a person sees who let a service in, and ends it", async () => {
  await letIn(DIRECTORY, "oauth-id-jag+jwt", "builds.read workitems.read");
  await letIn("https://payroll.example", "JWT", "builds.read");
  const { context, page, complaints } = await openBrowser(browser);
  const here = `${local.urls.server}/settings/authorizations`;
  await page.goto(here);
  await signIn(page);
  await page.goto(here);
  const services = page.locator("ul.services > li");
  expect(await services.count()).toBe(2);
  const contoso = services.filter({ hasText: "Let in by Contoso Outdoor. You were not asked." });
  expect(await services.filter({ hasText: "Let in by payroll.example. You were not asked." }).count()).toBe(1);
  await look(page, "61-let-in");

  await contoso.getByRole("button", { name: /^Revoke access/ }).click();
  await page.waitForURL("**revoked=*");
  await expect(page.getByRole("status").innerText()).resolves.toContain("Whoever let it in may do so again");
  expect(await services.count()).toBe(1);
  await look(page, "62-let-in-revoked");
  expect(complaints).toEqual([]);
  await context.close();
});
