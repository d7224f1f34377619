import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { authorizationUrl, introspect, obtainTokens, post, refreshRequest, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const SETTINGS = "/settings/authorizations";
const COOKIE = "__Host-countersign-session";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await signIn(browser, await browser.open("/sign-in"), ada.email);
});

const isIn = async (someone: Browser): Promise<boolean> => (await someone.open(SETTINGS)).url === `${ISSUER}${SETTINGS}`;

describe("signing out", () => {
  it("asks first: a link to it ends nothing", async () => {
    const before = await snapshot();
    const page = await browser.open("/sign-out");
    expect(textOf(page)).toContain("Sign out? This ends the session of Ada Example in this browser.");
    expect(await snapshot()).toBe(before);
    expect(await isIn(browser)).toBe(true);
  });

  it("takes the cookie away and ends the session on the server, so that a copy of the cookie is signed out too", async () => {
    const copy = new Browser(server);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect(await isIn(copy)).toBe(true);
    const page = await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(textOf(page)).toContain("You are signed out Nobody is signed in to Countersign in this browser.");
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(await isIn(copy)).toBe(false);
    expect((await copy.open(authorizationUrl())).text).toContain('name="password"');
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(0);
  });

  it("answers by a 303 to a page of ours, whatever the form says", async () => {
    const page = await browser.open("/sign-out");
    const fields = {
      ...fieldsOf(page, "/sign-out"),
      post_logout_redirect_uri: "https://evil.example",
      return_to: "//evil.example",
    };
    const response = await browser.send("/sign-out", { method: "POST", body: form(fields), headers: SAME_SITE });
    expect([response.status, response.headers.get("location")]).toEqual([303, `${ISSUER}/sign-out`]);
    expect(response.headers.getSetCookie()).toEqual([`${COOKIE}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`]);
  });

  it("leads nowhere else by parameters of its address either", async () => {
    const query = form({ post_logout_redirect_uri: "https://evil.example", id_token_hint: "x" });
    const page = await browser.open(`/sign-out?${query}`);
    expect([page.status, page.url.startsWith(ISSUER)]).toEqual([200, true]);
    expect(page.text).not.toContain("evil.example");
  });

  it("ends one browser's session and leaves the person's others", async () => {
    const phone = new Browser(server);
    await signIn(phone, await phone.open("/sign-in"), ada.email);
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(await isIn(phone)).toBe(true);
  });

  it("leaves services what was approved, and says so", async () => {
    const tokens = await obtainTokens(server, browser, ada.email);
    const page = await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(textOf(page)).toContain("Services that you approved keep their access until you revoke it.");
    expect((await introspect(server, tokens.access_token))["active"]).toBe(true);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(200);
  });

  it("makes forms worthless that were open before", async () => {
    const page = await browser.open(authorizationUrl());
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    const before = await snapshot();
    expect((await browser.submit(page, "/consent", { decision: "approve" })).status).toBe(403);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    expect((await browser.submit(page, "/consent", { decision: "approve" })).status).toBe(403);
    expect(before).toContain("session.ended");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM grants").first("n")).toBe(0);
  });

  it("is logged once, however often it is asked for", async () => {
    const copy = new Browser(server);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    const page = await browser.open("/sign-out");
    await browser.submit(page, "/sign-out");
    const before = await snapshot();
    expect((await copy.submit(page, "/sign-out")).status).toBe(200);
    expect((await browser.submit(page, "/sign-out")).status).toBe(200);
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("with %s is a 403, and the session goes on", async (_, forgery) => {
    const page = await browser.open("/sign-out");
    const before = await snapshot();
    expect((await browser.forge(page, "/sign-out", forgery)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect(await isIn(browser)).toBe(true);
  });

  it("is never said to have happened when D1 fails", async () => {
    const page = await browser.open("/sign-out");
    const failing = (db: D1Database) =>
      new Proxy(db, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name === "batch") return () => Promise.reject(new Error("D1_ERROR: no such luck"));
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const broken = new Browser(createServer({ db: failing }));
    for (const [name, value] of browser.cookies) broken.cookies.set(name, value);
    const answer = await broken.submit(page, "/sign-out");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(broken.cookies.has(COOKIE)).toBe(true);
    expect(await isIn(browser)).toBe(true);
  });
});
