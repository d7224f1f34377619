import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { PASSKEY_SCRIPT_HASH } from "../../src/account/passkey/script.ts";
import { NOBODYS_HASH } from "../../src/account/password.ts";
import { MAX_PASSWORD_LENGTH, passwordHashOptions } from "../../src/rules/passwordHash.ts";
import { open } from "../../src/store/database.ts";
import { users } from "../../src/store/schema.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, PASSWORD, setPassword } from "../builders.ts";
import { authorizationUrl, authorize, responseOf, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const SETTINGS = `${ISSUER}/settings/authorizations`;
const COOKIE = "__Host-countersign-session";
const MINUTE = 60;

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
});

/** One attempt from a browser that was never here, at an address on the network. */
async function attempt(email: string, password = PASSWORD, from = "192.0.2.1", headers = {}): Promise<Page> {
  const fresh = new Browser(server);
  const page = await fresh.open("/sign-in");
  return fresh.open("/sign-in", {
    method: "POST",
    body: form({ ...fieldsOf(page, "/sign-in"), email, password }),
    headers: { ...SAME_SITE, "cf-connecting-ip": from, ...headers },
  });
}

const fail = async (times: number, email: string, from?: string): Promise<void> => {
  for (let count = 0; count < times; count++) expect((await attempt(email, "wrong", from)).status).toBe(400);
};

const isIn = (page: Page): boolean => page.status === 200 && page.url === SETTINGS;

/** Arranges what would take a hundred guesses. */
const setCount = (name: string, count: number) =>
  env.DB.prepare("UPDATE attempts SET count = ? WHERE key LIKE ?").bind(count, `${name}:%`).run();

async function expectLimited(page: Page, retryAfter: number) {
  expect([page.status, page.headers.get("retry-after")]).toEqual([429, String(retryAfter)]);
  expect(page.headers.getSetCookie()).toEqual([]);
  expect(textOf(page)).toContain(`Try again in ${retryAfter === MINUTE ? "a minute" : `${retryAfter / MINUTE} minutes`}.`);
}

describe("a refused sign-in", () => {
  /** All that tells one answer from another: what was typed, and the token of the form, are left out. */
  async function shapeOf(email: string, password: string) {
    const known = new Browser(server);
    const form = await known.open("/sign-in");
    server.trips.reset();
    const page = await signIn(known, form, email, password);
    return {
      status: page.status,
      headers: [...page.headers],
      text: page.text.replace(/(?:value|data-options)="[^"]*"/g, ""),
      length: page.text.length - email.length,
      trips: { ...server.trips },
    };
  }

  it("looks the same for a wrong password, an unknown person, one who was disabled and one without a password", async () => {
    const gone = await addUser("Grace");
    await open(env.DB).update(users).set({ disabledAt: null });
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(gone.userId).run();
    const bare = await addUser("Linus");
    await setPassword(bare.userId, null);
    const before = await snapshot();
    const wrong = await shapeOf(ada.email, "wrong");
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain("Email address and password do not belong together.");
    expect(await shapeOf("nobody@contoso.example", PASSWORD)).toEqual(wrong);
    expect(await shapeOf(gone.email, PASSWORD)).toEqual(wrong);
    expect(await shapeOf(bare.email, PASSWORD)).toEqual(wrong);
    expect(await shapeOf(ada.email, "x".repeat(MAX_PASSWORD_LENGTH + 1))).toEqual(wrong);
    expect(await snapshot()).toBe(before);
  });

  it("costs the same work for an unknown person as for a known one", () => {
    const { memoryCost, timeCost, parallelism, hashLength } = passwordHashOptions;
    const [, type, version, costs, salt = "", digest = ""] = NOBODYS_HASH.split("$");
    expect([type, version, costs]).toEqual(["argon2id", "v=19", `m=${memoryCost},t=${timeCost},p=${parallelism}`]);
    expect([atob(salt).length, atob(digest).length]).toEqual([16, hashLength]);
  });

  it.each([
    ["no address", { email: "" }, "Type your email address."],
    ["no password although it was asked for alone", { password: "", step: "password" }, "Type your password."],
    [
      "no directory for the address",
      { password: "", way: "work" },
      "The sign-in of this address’s organization is not connected",
    ],
    ["a word for an address", { email: "ada" }, "This is not an email address."],
    ["a zero-width space in the address", { email: "a\u200bda@contoso.example" }, "This is not an email address."],
    ["a right-to-left override in the address", { email: "\u202eada@contoso.example" }, "This is not an email address."],
    ["an address of 50,000 characters", { email: `${"a.".repeat(25_000)}@contoso.example` }, "This is not an email address."],
  ])("with %s says what is wrong, keeps the address and never shows the password again", async (_, typed, sentence) => {
    const before = await snapshot();
    const fields = { email: ada.email, password: PASSWORD, ...typed };
    const page = await browser.submit(await browser.open("/sign-in"), "/sign-in", fields);
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain(sentence);
    expect(page.text).toContain('aria-invalid="true"');
    expect(page.text).not.toContain(PASSWORD);
    expect(fieldsOf(page, "/sign-in")).toMatchObject({ email: fields.email.slice(0, 254), password: "" });
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["a NUL in the password", new URLSearchParams({ password: `${PASSWORD}\0` }), "application/x-www-form-urlencoded"],
    ["two passwords", new URLSearchParams("password=a&password=b"), "application/x-www-form-urlencoded"],
    ["bytes that are no UTF-8", Uint8Array.of(0x70, 0x3d, 0xc0, 0xaf), "application/x-www-form-urlencoded"],
    ["a body of JSON", '{"email":"ada@contoso.example"}', "application/json"],
  ])("with %s is a page that says so", async (_, body, type) => {
    const before = await snapshot();
    const page = await browser.open("/sign-in", { method: "POST", body, headers: { ...SAME_SITE, "content-type": type } });
    expect([page.status, page.headers.get("content-type")]).toEqual([400, "text/html; charset=utf-8"]);
    expect(textOf(page)).toContain("This request cannot go on");
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("with %s is a 403, and nobody is signed in", async (_, forgery) => {
    const page = await browser.open("/sign-in");
    const before = await snapshot();
    const response = await browser.forge(page, "/sign-in", forgery, { email: ada.email, password: PASSWORD });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await snapshot()).toBe(before);
  });

  it("with the token of another browser's form is a 403: nobody is signed in to a stranger's account unawares", async () => {
    const { csrf = "" } = fieldsOf(await new Browser(server).open("/sign-in"), "/sign-in");
    const page = await browser.open("/sign-in");
    const before = await snapshot();
    expect((await browser.submit(page, "/sign-in", { csrf, email: ada.email, password: PASSWORD })).status).toBe(403);
    browser.cookies.clear();
    expect((await signIn(browser, page, ada.email)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });
});

describe("guessing at a password", () => {
  it("ends after ten wrong ones for that account and network, also for the right one, until 15 minutes are over", async () => {
    await fail(9, ada.email);
    server.pass(14 * MINUTE);
    await fail(1, ada.email);
    const before = await snapshot();
    await expectLimited(await attempt(ada.email), MINUTE);
    expect(await snapshot()).toBe(before);
    server.pass(MINUTE);
    expect(isIn(await attempt(ada.email))).toBe(true);
  });

  it("bars neither another account on that network nor that account on another", async () => {
    const grace = await addUser("Grace");
    await fail(10, ada.email);
    expect((await attempt(ada.email)).status).toBe(429);
    expect(isIn(await attempt(grace.email))).toBe(true);
    expect(isIn(await attempt(ada.email, PASSWORD, "198.51.100.7"))).toBe(true);
  });

  it.each([
    ["another address of the /24", "192.0.2.200", {}],
    ["the same address in IPv6 form", "::ffff:192.0.2.1", {}],
    ["an X-Forwarded-For of its own", "192.0.2.1", { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" }],
  ])("does not begin anew from %s", async (_, from, headers) => {
    await fail(10, ada.email);
    expect((await attempt(ada.email, PASSWORD, from, headers)).status).toBe(429);
  });

  it("does not begin anew from another address of an IPv6 /64, but does from another /64", async () => {
    await fail(10, ada.email, "2001:db8:0:1::1");
    expect((await attempt(ada.email, PASSWORD, "2001:db8:0:1:ffff::2")).status).toBe(429);
    expect(isIn(await attempt(ada.email, PASSWORD, "2001:db8:0:2::1"))).toBe(true);
  });

  it("does not begin anew in another spelling of the address", async () => {
    await fail(5, ada.email);
    await fail(5, "ADA@contoso.example");
    expect((await attempt("ａda@contoso.example")).status).toBe(429);
  });

  it("is counted for people who do not exist as well", async () => {
    await fail(10, "nobody@contoso.example");
    await expectLimited(await attempt("nobody@contoso.example"), 15 * MINUTE);
  });

  it("is counted before the password is looked at, so that of 30 parallel guesses ten are", async () => {
    const pages = await Promise.all(Array.from({ length: 30 }, () => attempt(ada.email, "wrong")));
    expect(pages.map(({ status }) => status).toSorted()).toEqual([...Array(10).fill(400), ...Array(20).fill(429)]);
  });

  it("begins anew after a success", async () => {
    await fail(9, ada.email);
    expect(isIn(await attempt(ada.email))).toBe(true);
    await fail(9, ada.email);
    expect(isIn(await attempt(ada.email))).toBe(true);
  });

  it("ends for a whole network after 50 wrong ones at any accounts, for 15 minutes", async () => {
    const grace = await addUser("Grace");
    await fail(1, ada.email);
    await setCount("sign_in_network", 50);
    await expectLimited(await attempt(grace.email), 15 * MINUTE);
    expect(isIn(await attempt(grace.email, PASSWORD, "198.51.100.7"))).toBe(true);
    server.pass(15 * MINUTE);
    expect(isIn(await attempt(grace.email))).toBe(true);
  });

  it("is not what the right passwords of a large office look like", async () => {
    await fail(1, ada.email);
    await setCount("sign_in_network", 49);
    for (let person = 0; person < 5; person++) expect(isIn(await attempt(ada.email))).toBe(true);
  });

  it("ends for an account after 100 wrong ones from everywhere, for an hour", async () => {
    await fail(1, ada.email);
    await setCount("sign_in_account", 100);
    await expectLimited(await attempt(ada.email, PASSWORD, "198.51.100.7"), 60 * MINUTE);
    server.pass(60 * MINUTE);
    expect(isIn(await attempt(ada.email, PASSWORD, "198.51.100.7"))).toBe(true);
  });

  it("by strangers does not lock out the person, on a network where they signed in within a month", async () => {
    expect(isIn(await attempt(ada.email, PASSWORD, "198.51.100.7"))).toBe(true);
    await fail(1, ada.email);
    await setCount("sign_in_account", 1000);
    expect((await attempt(ada.email)).status).toBe(429);
    expect(isIn(await attempt(ada.email, PASSWORD, "198.51.100.20"))).toBe(true);
    server.pass(31 * 24 * 60 * MINUTE);
    await fail(1, ada.email);
    await setCount("sign_in_account", 1000);
    expect((await attempt(ada.email, PASSWORD, "198.51.100.7")).status).toBe(429);
  });

  it("leaves neither addresses nor networks in the counters", async () => {
    await fail(1, ada.email);
    const { results } = await env.DB.prepare("SELECT key FROM attempts").all<{ key: string }>();
    expect(results).toHaveLength(3);
    for (const { key } of results) expect(key).toMatch(/^sign_in(?:_network|_account)?:[\w-]{43}$/);
  });
});

describe("a password", () => {
  it.each([
    ["64 characters", "correct horse battery staple 9 ".repeat(3).slice(0, 64)],
    ["1024 characters", "0123456789abcdef".repeat(64)],
    ["spaces around it", "  two before and one after "],
    ["letters of many scripts", "пароль-密码-パスワード-كلمة-🔑"],
    ["form syntax", "a&b=c%26+d;e"],
  ])("may have %s", async (_, password) => {
    await setPassword(ada.userId, password);
    expect(isIn(await attempt(ada.email, password))).toBe(true);
    expect((await attempt(ada.email, password.trim().slice(0, -1))).status).toBe(400);
  });

  it("is not cut at 72 bytes, nor anywhere else", async () => {
    const password = "x".repeat(MAX_PASSWORD_LENGTH);
    await setPassword(ada.userId, password);
    for (const length of [72, 73, 128, 255, 1023]) expect((await attempt(ada.email, "x".repeat(length))).status).toBe(400);
    expect((await attempt(ada.email, `${"x".repeat(MAX_PASSWORD_LENGTH - 1)}y`)).status).toBe(400);
  });

  it("of more than 1024 characters is refused, even where it is the right one", async () => {
    const password = "x".repeat(MAX_PASSWORD_LENGTH + 1);
    await setPassword(ada.userId, password);
    expect((await attempt(ada.email, password)).status).toBe(400);
  });

  it.each([
    ["composed", "Lücke-10-Å"],
    ["decomposed", "Lücke-10-Å".normalize("NFD")],
    ["with the sign of Ångström", "Lücke-10-\u212b"],
    ["with wide digits", "Lücke-１０-Å"],
  ])("of accented letters is the same when it is typed %s", async (_, typed) => {
    await setPassword(ada.userId, "Lücke-10-Å");
    expect(isIn(await attempt(ada.email, typed))).toBe(true);
  });

  it("is told apart by case and by accents", async () => {
    await setPassword(ada.userId, "Lücke-10-Å");
    for (const typed of ["lücke-10-Å", "Lucke-10-Å", "Lücke-10-A"]) expect((await attempt(ada.email, typed)).status).toBe(400);
  });

  it.each([
    ["correct-horse-battery-9", "nwLsyFTe373He8/d+pSPZ6/WuVvQi8p3KT19hg9EX7w"],
    ["пароль-密码-🔑", "aDv/LSVRf5KsLpcrvP2gNPPo3bSSFRdnNuFZBe8OEFE"],
    ["Lücke-10-Å", "V6emKV3meiQsvYYfI1Gi7Ys+NM2rHDCsdQ4YnfTUBZE"],
  ])("counts to its last byte, by a hash that OpenSSL made: %s", async (password, digest) => {
    const hash = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${digest}`;
    await open(env.DB).update(users).set({ passwordHash: hash });
    expect(isIn(await attempt(ada.email, password))).toBe(true);
    for (const cut of [password.slice(0, -1), password.slice(0, 6)]) expect((await attempt(ada.email, cut)).status).toBe(400);
  });

  it("can be pasted and filled in by a password manager", async () => {
    const { text } = await browser.open("/sign-in");
    expect(text).toContain('autocomplete="current-password"');
    expect(text).toContain('autocomplete="username webauthn"');
    expect(text).not.toMatch(/\son[a-z]+=|maxlength|autocomplete="off"/);
  });
});

describe("an address alone", () => {
  it("leads to the same page whether or not somebody has it: the password of it, or another way", async () => {
    const shapeOf = async (email: string) => {
      const fresh = new Browser(server);
      const before = await snapshot();
      const form = await fresh.open("/sign-in");
      server.trips.reset();
      const page = await fresh.submit(form, "/sign-in", { email, password: "" });
      expect(fieldsOf(page, "/sign-in")).toMatchObject({ email, password: "", step: "password" });
      expect(await snapshot()).toBe(before);
      return [page.status, [...page.headers], page.text.replace(/(?:value|data-options)="[^"]*"/g, ""), { ...server.trips }];
    };
    const known = await shapeOf(ada.email);
    expect(known[0]).toBe(200);
    expect(await shapeOf("nobody@contoso.example")).toEqual(known);
  });

  it("is kept for the password that comes next", async () => {
    const next = await browser.submit(await browser.open("/sign-in"), "/sign-in", { email: ada.email, password: "" });
    expect(textOf(next)).toContain("Type the password of this account, or choose another way below.");
    expect(isIn(await browser.submit(next, "/sign-in", { password: PASSWORD }))).toBe(true);
  });
});

describe("an address", () => {
  it.each([
    ["in capitals", "ADA@CONTOSO.EXAMPLE"],
    ["between spaces", "  ada@contoso.example "],
    ["in wide letters", "ａｄａ@contoso.example"],
  ])("written %s is the same account", async (_, email) => {
    expect(isIn(await attempt(email))).toBe(true);
  });

  it("is the same with the Kelvin sign for a K, and with a decomposed accent", async () => {
    const kurt = await addUser("Kürt");
    expect(isIn(await attempt(kurt.email.replace("k", "\u212a").normalize("NFD")))).toBe(true);
  });

  it("with letters that only look alike is nobody's", async () => {
    expect((await attempt("аda@contoso.example")).status).toBe(400);
  });
});

describe("a session", () => {
  const begin = async () => {
    await signIn(browser, await browser.open("/sign-in?another=1"), ada.email);
    return browser.cookies.get(COOKIE) ?? "";
  };

  it("has a new cookie after each sign-in, and the one before it is dead on the server", async () => {
    const first = await begin();
    const second = await begin();
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(second).toMatch(/^[\w-]{43}$/);
    expect(second).not.toBe(first);
    browser.cookies.set(COOKIE, first);
    expect((await browser.open("/settings/authorizations")).url).toContain(`${ISSUER}/sign-in?`);
    browser.cookies.set(COOKIE, second);
    expect((await browser.open("/settings/authorizations")).url).toBe(SETTINGS);
  });

  it("does not take up a cookie that was planted before the sign-in", async () => {
    const planted = "p".repeat(43);
    browser.cookies.set(COOKIE, planted);
    expect(await begin()).not.toBe(planted);
    const thief = new Browser(server);
    thief.cookies.set(COOKIE, planted);
    expect((await thief.open("/settings/authorizations")).url).toContain(`${ISSUER}/sign-in?`);
  });

  it("hangs on a cookie that no script, no sibling domain and no plain connection gets", async () => {
    const page = await browser.open("/sign-in");
    const fields = { ...fieldsOf(page, "/sign-in"), email: ada.email, password: PASSWORD };
    const response = await browser.send("/sign-in", { method: "POST", body: form(fields), headers: SAME_SITE });
    expect(response.status).toBe(303);
    const [line = "", ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(line).toMatch(/^__Host-countersign-session=[\w-]{43};/);
    const attributes = line.split("; ").slice(1).toSorted();
    expect(attributes).toEqual(["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax", "Secure"]);
  });

  it("does not lie in D1 in a form that could be used", async () => {
    const cookie = await begin();
    expect(await snapshot()).not.toContain(cookie);
  });

  it("ends after 14 days, and at once when the person is disabled", async () => {
    await begin();
    server.pass(14 * 24 * 60 * MINUTE - 1);
    expect((await browser.open("/settings/authorizations")).url).toBe(SETTINGS);
    await open(env.DB).update(users).set({ disabledAt: 1 });
    expect((await browser.open("/settings/authorizations")).url).toContain(`${ISSUER}/sign-in?`);
    await open(env.DB).update(users).set({ disabledAt: null });
    server.pass(1);
    expect((await browser.open("/settings/authorizations")).url).toContain(`${ISSUER}/sign-in?`);
  });

  it.each([
    ["a second cookie of that name behind it", (own: string) => `${COOKIE}=${own}; ${COOKIE}=other`, SETTINGS],
    ["a second cookie of that name before it", (own: string) => `${COOKIE}=other; ${COOKIE}=${own}`, `${ISSUER}/sign-in`],
    ["200 other cookies before it", (own: string) => `${"a=b; ".repeat(200)}${COOKIE}=${own}`, SETTINGS],
    ["the name without its prefix", (own: string) => `countersign-session=${own}`, `${ISSUER}/sign-in`],
  ])("with %s never becomes another person's", async (_, header, url) => {
    const own = await begin();
    const bare = new Browser(server);
    const page = await bare.open("/settings/authorizations", { headers: { cookie: header(own) } });
    expect(new URL(page.url).pathname).toBe(new URL(url).pathname);
  });
});

describe("where a sign-in leads", () => {
  it.each([
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "%2f%2fevil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
  ])("is ours, whatever a link says: %s", async (place) => {
    const names = ["return_to", "next", "redirect", "redirect_uri", "continue_to"];
    const path = `/sign-in?${form(Object.fromEntries(names.map((name) => [name, place])))}`;
    const page = await browser.open(path);
    const fields = { ...fieldsOf(page, "/sign-in"), email: ada.email, password: PASSWORD };
    const body = form({ ...fields, ...Object.fromEntries(names.map((name) => [name, place])) });
    const response = await browser.send(path, { method: "POST", body, headers: SAME_SITE });
    expect([response.status, response.headers.get("location")]).toEqual([303, SETTINGS]);
  });

  it.each(["//evil.example", "https://evil.example", "A".repeat(60)])(
    "is nowhere when `continue` is not ours: %s",
    async (place) => {
      const before = await snapshot();
      expect((await browser.open(`/sign-in?${form({ continue: place })}`)).status).toBe(400);
      const page = await browser.open("/sign-in");
      const typed = { continue: place, email: ada.email, password: PASSWORD };
      expect((await browser.submit(page, "/sign-in", typed)).status).toBe(400);
      expect(await snapshot()).toBe(before);
    },
  );

  it("is back to the service's request, by a 303 that takes no password along", async () => {
    const page = await browser.open(authorizationUrl());
    const fields = { ...fieldsOf(page, "/sign-in"), email: ada.email, password: PASSWORD };
    const response = await browser.send("/sign-in", { method: "POST", body: form(fields), headers: SAME_SITE });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/authorize\?continue=[\w.-]+$/);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("the sign-in page", () => {
  it("cannot be framed, cached or told on by a referrer, and loads nothing from elsewhere", async () => {
    const page = await browser.open(authorizationUrl());
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "content-security-policy": `default-src 'none'; script-src '${PASSKEY_SCRIPT_HASH}'; style-src 'self'; img-src 'self'; form-action 'self' https://buildboard.example https:; base-uri 'none'; frame-ancestors 'none'`,
    });
    expect(page.text).not.toMatch(/(?:src|<link[^>]+href)="(?:https?:)?\/\//);
  });

  it("fills in the address that login_hint names, in its one spelling", async () => {
    const page = await browser.open(authorizationUrl({ login_hint: " ADA@contoso.example" }));
    expect(fieldsOf(page, "/sign-in")).toMatchObject({ email: "ada@contoso.example", password: "" });
  });

  it.each(['"><script>alert(1)</script>', "ada", "tel:+49123", "\u202eada@contoso.example"])(
    "leaves out a login_hint that is no address: %s",
    async (hint) => {
      const page = await browser.open(authorizationUrl({ login_hint: hint }));
      expect(fieldsOf(page, "/sign-in")).toMatchObject({ email: "" });
      expect(page.text).not.toContain("alert(1)");
    },
  );

  it("shows an address with HTML in it as text, in login_hint and when it comes back", async () => {
    const hostile = '"><img/src=x/onerror=alert(1)>@contoso.example';
    const hinted = await browser.open(authorizationUrl({ login_hint: hostile }));
    const returned = await signIn(browser, hinted, hostile, "wrong");
    for (const page of [hinted, returned]) {
      expect(fieldsOf(page, "/sign-in")["email"]).toBe(hostile);
      expect(page.text).not.toContain("<img");
    }
  });

  it("asks whom it knows to confirm for prompt=login, and lets nobody go on without the password", async () => {
    await authorize(browser, ada.email);
    server.pass(1);
    const page = await browser.open(authorizationUrl({ prompt: "login" }));
    expect(textOf(page)).toContain("Confirm that it is you");
    expect(fieldsOf(page, "/sign-in")).toMatchObject({ email: ada.email });
    const { continue: sealed } = fieldsOf(page, "/sign-in");
    const around = await browser.open(`/authorize?continue=${sealed}`);
    expect(around.text).toContain('name="password"');
    expect(responseOf(await signIn(browser, page, ada.email)).get("code")).toMatch(/^csc_/);
  });

  it.each(forgeries)("that offers to continue as somebody refuses a form with %s", async (_, forgery) => {
    await authorize(browser, ada.email);
    server.pass(1);
    const page = await browser.open(authorizationUrl({ prompt: "select_account" }));
    expect(textOf(page)).toContain("Continue as Ada Example");
    const before = await snapshot();
    expect((await browser.forge(page, "/sign-in", forgery)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("that offered to continue as one person does not go on as another who signed in since", async () => {
    await authorize(browser, ada.email);
    server.pass(1);
    const page = await browser.open(authorizationUrl({ prompt: "select_account" }));
    const grace = await addUser("Grace");
    await signIn(browser, await browser.open("/sign-in?another=1"), grace.email);
    const before = await snapshot();
    expect((await browser.submit(page, "/sign-in")).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });
});
