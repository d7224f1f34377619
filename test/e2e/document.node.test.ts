/** A service that nobody registered: its document and its logo lie at a host of its own; in a real Chromium. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32, deflateSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

/** RFC 7636, appendix B. */
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DOCUMENT = "https://fieldnotes.example/oauth/client.json";
const SPOILED = "https://fieldnotes.example/oauth/spoiled.json";

let local: Local;
let browser: Browser;
let app: Server;
let callback: string;
/** What the server asked the internet for. */
const asked: string[] = [];

/** A picture of 96 by 96 pixels: two fields, one over the other. */
function png(): Buffer {
  const rows = Array.from({ length: 96 }, (_, y) =>
    [0, ...Array(96).fill(y < 48 ? [0x1f, 0x6f, 0x8b] : [0xf2, 0xb1, 0x34])].flat(),
  );
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, 0, 96, 0, 0, 0, 96, 8, 2, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** The internet as the server sees it: `startLocal` hands every request of the server to this. */
function outside({ url }: Request): Response {
  asked.push(url);
  const document = {
    client_id: DOCUMENT,
    client_name: "Fieldnotes",
    client_uri: "https://fieldnotes.example/",
    logo_uri: "https://fieldnotes.example/logo.png",
    redirect_uris: ["http://127.0.0.1/callback", "https://notes.example/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  };
  if (url === DOCUMENT) return Response.json(document);
  if (url === SPOILED) return Response.json({ ...document, client_id: SPOILED, client_secret: "shh" });
  if (url === document.logo_uri) return new Response(Uint8Array.from(png()));
  return new Response("There is nothing here.", { status: 404 });
}

beforeAll(async () => {
  app = createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end("<title>App</title><h1>App</h1>"),
  );
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  callback = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
  [local, browser] = await Promise.all([startLocal({ seed: demo, outside }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
  app?.close();
});

const open = (page: Page, changes: Readonly<Record<string, string>> = {}) =>
  page.goto(
    `${local.urls.server}/authorize?${new URLSearchParams({
      response_type: "code",
      client_id: DOCUMENT,
      redirect_uri: callback,
      scope: "openid profile offline_access builds.read",
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
      ...changes,
    })}`,
  );

const pictureIsThere = (page: Page) =>
  page.evaluate("document.querySelector('img.logo').complete && document.querySelector('img.logo').naturalWidth === 96");

it("a person meets a service by its document, sees its picture and its host, approves, and finds it on the list", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await open(page);
  await expect(pictureIsThere(page)).resolves.toBe(true);
  await look(page, "document-sign-in");
  await signIn(page);
  await expect(pictureIsThere(page)).resolves.toBe(true);
  const main = page.locator("main");
  for (const words of ["fieldnotes.example", "You have not approved it before", "Any program here could say"])
    await expect(main.innerText()).resolves.toContain(words);
  await look(page, "document-consent");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${callback}?code=**`);
  await page.goto(`${local.urls.server}/settings/authorizations`);
  await expect(pictureIsThere(page)).resolves.toBe(true);
  await look(page, "document-authorizations");
  await open(page, { redirect_uri: "https://notes.example/callback", prompt: "consent" });
  await expect(main.innerText()).resolves.toContain("and you go back to notes.example");
  await look(page, "document-consent-web");
  expect(asked).toEqual([DOCUMENT, "https://fieldnotes.example/logo.png"]);
  expect(complaints).toEqual([]);
  await context.close();
});

it("a document that says something wrong is told to whoever comes with it", async () => {
  const { context, page } = await openBrowser(browser);
  await open(page, { client_id: SPOILED });
  await expect(heading(page)).resolves.toBe("This request cannot go on");
  await expect(page.locator("main").innerText()).resolves.toContain("client_secret: has no place in a document");
  await look(page, "document-refused");
  await open(page, { redirect_uri: "https://notes.example/callback", scope: "nonsense" });
  await expect(page.getByRole("link", { name: "Go back to notes.example" }).getAttribute("href")).resolves.toMatch(
    /^https:\/\/notes\.example\/callback\?error=invalid_scope&/,
  );
  await look(page, "document-way-out");
  await context.close();
});
