/** Several people in one browser: one is signed in, the others a button away. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, PASSWORD } from "../builders.ts";
import { authorizationUrl, authorize, responseOf, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const SESSION = "__Host-countersign-session";
const ACCOUNTS = "__Host-countersign-accounts";
const SETTINGS = "/settings/authorizations";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addResource();
  await addClient("buildboard");
});

const enter = async (email: string) => signIn(browser, await browser.open("/sign-in?another=1"), email);

/** Whose settings the browser opens; undefined for nobody's. */
async function whoIsIn(one: Browser = browser): Promise<string | undefined> {
  const page = await one.open(SETTINGS);
  return page.url === ISSUER + SETTINGS ? /<span class="person">\s*<bdi>(\w+)/.exec(page.text)?.[1] : undefined;
}

/** The forms of the page, by the name on their button. */
const choicesOf = (page: Page): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...page.text.matchAll(/name="choice" value="([\w-]+)"[\s\S]*?Continue as <bdi>(\w+)/g)].map(([, value, name]) => [
      name ?? "",
      value ?? "",
    ]),
  );

const choose = async (page: Page, name: string): Promise<Page> =>
  browser.open("/sign-in", {
    method: "POST",
    body: form({ ...fieldsOf(page, "/sign-in"), choice: choicesOf(page)[name] ?? "" }),
    headers: SAME_SITE,
  });

describe("another person who signs in in the same browser", () => {
  it("takes nobody's session away: both are offered, and either may go on", async () => {
    await enter(ada.email);
    await enter(grace.email);
    expect(await whoIsIn()).toBe("Grace");
    const page = await browser.open("/sign-in");
    expect(Object.keys(choicesOf(page))).toEqual(["Grace", "Ada"]);
    expect(textOf(page)).toContain(ada.email);
    const cookies = new Map(browser.cookies);
    expect((await choose(page, "Ada")).url).toBe(ISSUER + SETTINGS);
    expect(await whoIsIn()).toBe("Ada");
    expect(browser.cookies.get(SESSION)).toBe(cookies.get(ACCOUNTS));
    expect(browser.cookies.get(ACCOUNTS)).toBe(cookies.get(SESSION));
  });

  it("is not told to services as a sign-out of the first", async () => {
    await addClient("hearing", { backchannel_logout_uri: "https://buildboard.example/logout" });
    await authorize(browser, ada.email, { client_id: "hearing" });
    await enter(grace.email);
    expect(JSON.parse(await snapshot()).find(([table]: [string]) => table === "logouts")[1]).toEqual([]);
  });

  it("is remembered in a cookie that no script, no sibling domain and no plain connection gets", async () => {
    await enter(ada.email);
    const page = await browser.open("/sign-in?another=1");
    const fields = { ...fieldsOf(page, "/sign-in"), email: grace.email, password: PASSWORD };
    const response = await browser.send("/sign-in", { method: "POST", body: form(fields), headers: SAME_SITE });
    const line = response.headers.getSetCookie().find((one) => one.startsWith(ACCOUNTS)) ?? "";
    expect(line.split("; ").slice(1).toSorted()).toEqual(["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax", "Secure"]);
    expect(await snapshot()).not.toContain(browser.cookies.get(ACCOUNTS));
  });

  it("who is back signs in anew: the session before is dead, and nobody is offered twice", async () => {
    await enter(ada.email);
    const before = browser.cookies.get(SESSION) ?? "";
    await enter(grace.email);
    await enter(ada.email);
    expect(Object.keys(choicesOf(await browser.open("/sign-in")))).toEqual(["Ada", "Grace"]);
    const thief = new Browser(server);
    thief.cookies.set(SESSION, before);
    expect(await whoIsIn(thief)).toBeUndefined();
  });

  it("is one of six at most: the session that is left longest ends", async () => {
    const names = ["Ada", "Grace", "Linus", "Edith", "Ken", "Radia", "Barbara"];
    for (const name of names.slice(2)) await addUser(name);
    for (const name of names) await enter(`${name.toLowerCase()}@contoso.example`);
    expect(Object.keys(choicesOf(await browser.open("/sign-in")))).toEqual(names.toReversed().slice(0, 6));
    const { results } = await env.DB.prepare("SELECT user_id FROM sessions").all();
    expect(results).toHaveLength(6);
    expect(results).not.toContainEqual({ user_id: ada.userId });
  });

  it("whose session has ended meanwhile is offered no more", async () => {
    await enter(ada.email);
    await enter(grace.email);
    const page = await browser.open("/sign-in");
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(ada.userId).run();
    expect(Object.keys(choicesOf(await browser.open("/sign-in")))).toEqual(["Grace"]);
    expect((await choose(page, "Ada")).url).toContain("/sign-in");
    expect(await whoIsIn()).toBe("Grace");
  });

  it("is still a button away once the one before has signed out", async () => {
    await enter(ada.email);
    await enter(grace.email);
    const done = await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(await whoIsIn()).toBeUndefined();
    expect(textOf(done)).toContain("Ada Example");
    const page = await browser.open("/sign-in");
    expect(Object.keys(choicesOf(page))).toEqual(["Ada"]);
    await choose(page, "Ada");
    expect(await whoIsIn()).toBe("Ada");
  });

  it("is signed out together with the other where the person says so", async () => {
    await enter(ada.email);
    await enter(grace.email);
    const held = [browser.cookies.get(SESSION), browser.cookies.get(ACCOUNTS)];
    await browser.submit(await browser.open("/sign-out"), "/sign-out", { all: "1" });
    expect([browser.cookies.has(SESSION), browser.cookies.has(ACCOUNTS)]).toEqual([false, false]);
    for (const cookie of held) {
      const thief = new Browser(server);
      thief.cookies.set(SESSION, cookie ?? "");
      expect(await whoIsIn(thief)).toBeUndefined();
    }
  });
});

describe("the choice between accounts", () => {
  it("is given to a service that asks for it, and the other one approves for themselves", async () => {
    await authorize(browser, ada.email);
    await enter(grace.email);
    server.pass(1);
    const page = await browser.open(authorizationUrl({ prompt: "select_account" }));
    expect(Object.keys(choicesOf(page))).toEqual(["Grace", "Ada"]);
    const sent = await choose(page, "Ada");
    expect(responseOf(sent).get("code")).toMatch(/^csc_/);
  });

  it("does not stand in for the password that prompt=login asks for", async () => {
    await enter(ada.email);
    await enter(grace.email);
    server.pass(1);
    const page = await browser.open(authorizationUrl({ prompt: "login select_account" }));
    expect(page.text).toContain('name="password"');
    const sealed = fieldsOf(page, "/sign-in")["continue"] ?? "";
    const choice = await browser.open(`/sign-in?${form({ to: SETTINGS })}`);
    await choose(choice, "Ada");
    expect((await browser.open(`/authorize?continue=${sealed}`)).text).toContain('name="password"');
  });

  it.each(forgeries)("refuses a form with %s", async (_, forgery) => {
    await enter(ada.email);
    await enter(grace.email);
    const page = await browser.open("/sign-in");
    const before = await snapshot();
    const choice = choicesOf(page)["Ada"] ?? "";
    expect((await browser.forge(page, "/sign-in", forgery, { choice })).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect(await whoIsIn()).toBe("Grace");
  });

  it.each(["x".repeat(43), "x", "continue", "../../authorize"])(
    "of a session that this browser does not hold changes nothing: %s",
    async (choice) => {
      await enter(ada.email);
      const stranger = new Browser(server);
      await signIn(stranger, await stranger.open("/sign-in"), grace.email);
      const page = await browser.open("/sign-in");
      await browser.submit(page, "/sign-in", { choice });
      expect(await whoIsIn()).toBe("Ada");
    },
  );

  it("cannot be made for a session of another browser, whose id is in the log of nobody", async () => {
    await enter(ada.email);
    const stranger = new Browser(server);
    await signIn(stranger, await stranger.open("/sign-in"), grace.email);
    const { results } = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?")
      .bind(grace.userId)
      .all<{ id: string }>();
    const page = await browser.open("/sign-in");
    const before = await snapshot();
    const answer = await browser.submit(page, "/sign-in", { choice: results[0]?.id ?? "" });
    expect(answer.url).toContain("/sign-in");
    expect(await snapshot()).toBe(before);
    expect(await whoIsIn()).toBe("Ada");
  });
});
