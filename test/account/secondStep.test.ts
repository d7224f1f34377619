import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Authenticator } from "../authenticator.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import {
  AUTHENTICATORS as APPS,
  addApp as addAppTo,
  addPasskey,
  RECOVERY_CODES as CODES,
  codeOf as codeAt,
  SECOND_STEP as SECOND,
  secretOf,
} from "../factors.ts";
import { authorizationUrl, responseOf, signIn } from "../flow.ts";
import { createServer, empty, form, type Server, snapshot } from "../harness.ts";
import { codeFor } from "../mailbox.ts";

const NEW = `${APPS}/new`;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await signIn(browser, await browser.open("/sign-in"), ada.email);
});

/** Every row that a refused request must not have touched, and what would be told by e-mail. */
async function everything(): Promise<string> {
  return JSON.stringify([await snapshot(), (await env.DB.prepare("SELECT kind FROM emails").all()).results]);
}

const actions = async (like = "%"): Promise<unknown[]> =>
  (
    await env.DB.prepare(
      "SELECT action FROM audit WHERE action LIKE ? AND (action LIKE 'auth%' OR action LIKE 'rec%') ORDER BY rowid",
    )
      .bind(like)
      .all()
  ).results.map(({ action }) => action);

const codeOf = (secret: string, drift = 0): Promise<string> => codeAt(server, secret, drift);
const codesOf = (page: Page): readonly string[] =>
  [...page.text.matchAll(/<li><code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/g)].map(([, code = ""]) => code);

const addApp = (name?: string) => addAppTo(server, browser, name);

/** The second step in a browser that was never here, after the password. */
async function begin(fresh = new Browser(server), path = "/sign-in"): Promise<{ fresh: Browser; page: Page }> {
  const page = await signIn(fresh, await fresh.open(path), ada.email);
  return { fresh, page };
}

const isIn = (page: Page): boolean => page.status === 200 && page.url.endsWith("/settings/authorizations");

describe("an app", () => {
  it("counts once its code has confirmed it; the first one brings ten recovery codes, shown that one time", async () => {
    const form = await browser.open(NEW);
    expect(form.text).toContain('<svg class="qr" role="img" aria-label="QR code for the authenticator app"');
    expect(form.text).toContain(`href="otpauth://totp/Countersign:ada%40contoso.example?secret=${secretOf(form)}&amp;issuer=`);
    expect((await env.DB.prepare("SELECT count(*) AS n FROM authenticators").first())?.["n"]).toBe(0);
    const { page } = await addApp();
    expect([page.status, codesOf(page).length, page.headers.get("cache-control")]).toEqual([200, 10, "no-store"]);
    const second = await addApp("Tablet");
    expect([second.page.url, codesOf(second.page).length]).toEqual([expect.stringContaining(`${APPS}?done=added`), 0]);
    expect(textOf(await browser.open(APPS))).toContain("Tablet");
    expect(textOf(await browser.open(CODES))).toContain("10 codes left");
    expect(await actions()).toEqual(["recovery_codes.created", "authenticator.added", "authenticator.added"]);
    const { results } = await env.DB.prepare("SELECT kind FROM emails WHERE kind = 'factor_added'").all();
    expect(results).toHaveLength(2);
  });

  it("lies sealed in D1, and its recovery codes as HMACs", async () => {
    const { secret, page } = await addApp();
    const rows = JSON.stringify([
      (await env.DB.prepare("SELECT * FROM authenticators").all()).results,
      (await env.DB.prepare("SELECT * FROM recovery_codes").all()).results,
    ]);
    for (const text of [secret, ...codesOf(page)]) expect(rows).not.toContain(text);
  });

  it.each([
    ["a wrong code", { code: "000000" }, "This is not the code of now"],
    ["no code", { code: "" }, "This is not the code of now"],
    ["no name", { name: " " }, "Type a name."],
    ["a long name", { name: "x".repeat(61) }, "at most"],
    ["a secret that is not ours", { pending: "x" }, "lay open for too long"],
    ["no secret", { pending: "" }, "lay open for too long"],
  ])("is not added with %s; what was typed stays", async (_, fields, words) => {
    const page = await browser.open(NEW);
    const before = await everything();
    const code = await codeOf(secretOf(page));
    const refused = await browser.submit(page, NEW, { name: "Phone", code, ...fields });
    expect([refused.status, textOf(refused)]).toEqual([400, expect.stringContaining(words)]);
    expect(fieldsOf(refused, NEW)).toMatchObject({ name: "name" in fields ? fields.name : "Phone", code: "" });
    if (!("pending" in fields)) expect(secretOf(refused)).toBe(secretOf(page));
    expect(await everything()).toBe(before);
  });

  it("is no other person's, is added once however often the form comes, and needs a fresh sign-in", async () => {
    const page = await browser.open(NEW);
    const fields = { name: "Phone", code: await codeOf(secretOf(page)) };
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    const theirs = await other.open(NEW);
    const pending = fieldsOf(page, NEW)["pending"] ?? "";
    expect((await other.submit(theirs, NEW, { ...fields, pending })).status).toBe(400);
    const sent = await Promise.all([browser.submit(page, NEW, fields), browser.submit(page, NEW, fields)]);
    expect(sent.map(codesOf).filter((codes) => codes.length > 0)).toHaveLength(1);
    expect(await actions()).toEqual(["recovery_codes.created", "authenticator.added"]);
    server.pass(601);
    expect((await browser.open(NEW)).url).toContain("/sign-in?confirm=1");
    expect((await browser.submit(page, NEW, fields)).url).toContain("/sign-in?confirm=1");
    expect((await browser.submit(await browser.open(APPS), APPS, { act: "remove" })).url).toContain("/sign-in?confirm=1");
  });

  it("is renamed and removed; with the last one the recovery codes end, and the password is enough again", async () => {
    await addApp();
    const page = await browser.open(APPS);
    expect(textOf(await browser.submit(page, APPS, { act: "rename", name: "" }))).toContain("Type a name.");
    expect(textOf(await browser.submit(page, APPS, { act: "rename", name: "Old phone" }))).toContain("Old phone");
    expect((await browser.submit(page, APPS, { act: "sell" })).status).toBe(400);
    expect((await begin()).page.url).toContain(SECOND);
    await browser.submit(page, APPS, { act: "remove" });
    expect((await env.DB.prepare("SELECT count(*) AS n FROM recovery_codes").first())?.["n"]).toBe(0);
    expect(isIn((await begin()).page)).toBe(true);
    expect(await actions("authenticator%")).toEqual(["authenticator.added", "authenticator.renamed", "authenticator.removed"]);
    expect((await browser.submit(page, APPS, { act: "remove" })).status).toBe(404);
  });
});

describe("the second step", () => {
  it("follows the right password and nothing else, lets in with the code, and says so", async () => {
    const { secret } = await addApp();
    server.pass(60);
    const { fresh, page } = await begin();
    expect([page.status, page.url]).toEqual([200, expect.stringContaining(`${SECOND}?pending=`)]);
    expect(fresh.cookies.has("__Host-countersign-session")).toBe(false);
    const code = await codeOf(secret);
    expect(isIn(await fresh.submit(page, SECOND, { code: `${code.slice(0, 3)} ${code.slice(3)}` }))).toBe(true);
    const row = await env.DB.prepare("SELECT amr, acr FROM sessions ORDER BY rowid DESC LIMIT 1").first();
    expect(row).toEqual({ amr: '["pwd","otp","mfa"]', acr: "urn:countersign:acr:mfa" });
  });

  it("takes no code twice, not of two requests at the same time, nor one before the last", async () => {
    const { secret } = await addApp();
    server.pass(60);
    const [one, two] = [await begin(), await begin()];
    const code = await codeOf(secret);
    const both = await Promise.all([one, two].map(({ fresh, page }) => fresh.submit(page, SECOND, { code })));
    expect(both.filter(isIn)).toHaveLength(1);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    const three = await begin();
    for (const drift of [0, -1])
      expect((await three.fresh.submit(three.page, SECOND, { code: await codeOf(secret, drift) })).status).toBe(400);
    server.pass(30);
    expect(isIn(await three.fresh.submit(three.page, SECOND, { code: await codeOf(secret) }))).toBe(true);
  });

  it("takes each recovery code once, however it is typed, of two at the same time one", async () => {
    const codes = codesOf((await addApp()).page);
    const [one, two] = [await begin(), await begin()];
    const code = (codes[0] ?? "").toLowerCase().replace("-", " ");
    const both = await Promise.all([one, two].map(({ fresh, page }) => fresh.submit(page, SECOND, { code })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    const three = await begin();
    expect((await three.fresh.submit(three.page, SECOND, { code })).status).toBe(400);
    expect(isIn(await three.fresh.submit(three.page, SECOND, { code: codes[1] ?? "" }))).toBe(true);
    expect(await actions("recovery_code.%")).toEqual(["recovery_code.used", "recovery_code.used"]);
    expect(textOf(await three.fresh.open(CODES))).toContain("8 codes left");
  });

  it("takes a passkey of the person in place of the code, and nobody else's", async () => {
    const own = await addPasskey(browser);
    await addApp();
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    const theirs = await addPasskey(other);

    const { fresh, page } = await begin();
    const sent = async (key: Authenticator) =>
      fresh.open(SECOND, { method: "POST", body: await bodyOf(page, key), headers: SAME_SITE });
    expect((await sent(theirs)).status).toBe(400);
    const alone = await fresh.open("/sign-in/passkey");
    const { offer = "" } = fieldsOf(alone, "/sign-in/passkey");
    const another = form({ ...fieldsOf(page, SECOND), code: "", offer, credential: await own.sign(alone) });
    expect((await fresh.open(SECOND, { method: "POST", body: another, headers: SAME_SITE })).status).toBe(400);
    expect(isIn(await sent(own))).toBe(true);
    const row = await env.DB.prepare("SELECT amr, acr FROM sessions ORDER BY rowid DESC LIMIT 1").first();
    expect(row).toEqual({ amr: '["pwd","hwk","pop","user","mfa"]', acr: "urn:countersign:acr:passkey" });
  });

  /** The passkey's form is the page's second: what its script would send. */
  async function bodyOf(page: Page, key: Authenticator): Promise<URLSearchParams> {
    const offer = /name="offer" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    return form({ ...fieldsOf(page, SECOND), code: "", offer, credential: await key.sign(page) });
  }

  it("counts once and all the same when D1 loses an answer, whichever it is", async () => {
    const key = await addPasskey(browser);
    const { secret, page } = await addApp();
    const codes = [...codesOf(page)];
    const ways = [
      async () => ({ code: await codeOf(secret) }),
      async () => ({ code: codes.pop() ?? "" }),
      async (page: Page) => Object.fromEntries(await bodyOf(page, key)),
    ];
    for (const fieldsFor of ways)
      for (const lost of [1, 2, 3]) {
        server.pass(60);
        const { fresh, page } = await begin();
        const faulty = new Browser(losing(lost));
        for (const cookie of fresh.cookies) faulty.cookies.set(...cookie);
        expect(isIn(await faulty.submit(page, SECOND, await fieldsFor(page))), `${fieldsFor}, answer ${lost}`).toBe(true);
      }
    expect(await actions("recovery_code.%")).toHaveLength(3);
  });

  /** An isolate at the same time, whose n-th batch is carried out and not answered. */
  function losing(call: number): Server {
    let calls = 0;
    const batch = async (real: D1Database, statements: D1PreparedStatement[]) => {
      const rows = await real.batch(statements);
      if (++calls === call) throw new Error("D1_ERROR: Network connection lost.");
      return rows;
    };
    const db = (real: D1Database) =>
      new Proxy(real, {
        get(target, name) {
          if (name === "batch") return (statements: D1PreparedStatement[]) => batch(target, statements);
          const value = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    return createServer({ clock: { now: server.deps.now() }, db });
  }

  it("goes on to the service that the person came from", async () => {
    await addOrganization("contoso", "all", ada.userId);
    await addResource();
    await addClient("buildboard");
    const { secret } = await addApp();
    server.pass(60);
    const { fresh, page } = await begin(new Browser(server), authorizationUrl());
    const wrong = await fresh.submit(page, SECOND, { code: "" });
    expect([wrong.status, textOf(wrong)]).toEqual([400, expect.stringContaining("Type the code.")]);
    const consent = await fresh.submit(wrong, SECOND, { code: await codeOf(secret) });
    expect(responseOf(await fresh.submit(consent, "/consent", { decision: "approve" })).get("code")).toMatch(/^csc_/);
  });

  it("bears five wrong codes from one network and ten from all, and then no right one; a success takes its own attempt back", async () => {
    const { secret } = await addApp();
    server.pass(60);
    const from = (network: string) => async (path: Browser, page: Page, code: string) =>
      path.open(SECOND, {
        method: "POST",
        body: form({ ...fieldsOf(page, SECOND), code }),
        headers: { ...SAME_SITE, "cf-connecting-ip": network },
      });
    const { fresh, page } = await begin();
    expect(isIn(await fresh.submit(page, SECOND, { code: await codeOf(secret) }))).toBe(true);
    server.pass(30);
    for (const [network, wrong] of [
      ["192.0.2.1", 5],
      // The refused sixth one counted as well.
      ["198.51.100.1", 4],
    ] as const) {
      const { fresh, page } = await begin();
      for (let times = 0; times < wrong; times++) expect((await from(network)(fresh, page, "000000")).status).toBe(400);
      expect((await from(network)(fresh, page, await codeOf(secret))).status).toBe(429);
    }
    const late = await begin();
    expect((await from("203.0.113.1")(late.fresh, late.page, await codeOf(secret))).status).toBe(429);
    server.pass(3600);
    const { fresh: again, page: last } = await begin();
    expect(isIn(await again.submit(last, SECOND, { code: await codeOf(secret) }))).toBe(true);
  });

  it("takes no code that confirmed the app, nor one before it", async () => {
    const { secret } = await addApp();
    const { fresh, page } = await begin();
    for (const drift of [0, -1]) {
      const refused = await fresh.submit(page, SECOND, { code: await codeOf(secret, drift) });
      expect([refused.status, fresh.cookies.has("__Host-countersign-session")]).toEqual([400, false]);
    }
    expect(isIn(await fresh.submit(page, SECOND, { code: await codeOf(secret, 1) }))).toBe(true);
  });

  it("takes its own attempts back after a code by e-mail as well", async () => {
    const { secret } = await addApp();
    for (let times = 0; times < 11; times++) {
      server.pass(300);
      const fresh = new Browser(server);
      const asked = await fresh.submit(await fresh.open("/sign-in/code"), "/sign-in/code", { email: ada.email });
      const page = await fresh.submit(asked, "/sign-in/code", { code: await codeFor(server, ada.email) });
      expect(isIn(await fresh.submit(page, SECOND, { code: await codeOf(secret) })), `sign-in ${times + 1}`).toBe(true);
    }
  });

  it.each(["1", "000000", "00000-00000", "ooooo-lllll", "👋", "0".repeat(50)])(
    "refuses %s, and nothing changes",
    async (code) => {
      await addApp();
      const { fresh, page } = await begin();
      const before = await everything();
      const refused = await fresh.submit(page, SECOND, { code });
      expect([refused.status, fresh.cookies.has("__Host-countersign-session")]).toEqual([400, false]);
      expect(fieldsOf(refused, SECOND)["code"]).toBe("");
      expect(await everything()).toBe(before);
    },
  );

  it("ends after ten minutes, and is worth nothing in another browser or by itself", async () => {
    const { secret } = await addApp();
    server.pass(60);
    const { fresh, page } = await begin();
    const other = new Browser(server);
    await other.open("/sign-in");
    const link = new URL(page.url);
    expect((await other.open(link.pathname + link.search)).status).toBe(403);
    expect((await other.open(SECOND)).status).toBe(400);
    expect((await other.open(`${SECOND}?pending=x`)).status).toBe(400);
    server.pass(600);
    expect((await fresh.submit(page, SECOND, { code: await codeOf(secret) })).status).toBe(400);
  });

  it.each(forgeries)("refuses a form with %s", async (_, forgery) => {
    const { secret } = await addApp();
    server.pass(60);
    const { fresh, page } = await begin();
    const before = await everything();
    const refused = await fresh.forge(page, SECOND, forgery, { code: await codeOf(secret) });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    expect(await everything()).toBe(before);
  });
});

describe("recovery codes", () => {
  it("are made anew on request, which ends the old ones, and come as a file", async () => {
    const old = codesOf((await addApp()).page);
    const page = await browser.open(CODES);
    const made = await browser.submit(page, CODES);
    const codes = codesOf(made);
    expect([made.status, codes.length, codes.some((code) => old.includes(code))]).toEqual([200, 10, false]);
    const file = await browser.send(`${CODES}/file`, {
      method: "POST",
      body: form(fieldsOf(made, `${CODES}/file`)),
      headers: SAME_SITE,
    });
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="recovery-codes.txt"');
    expect(await file.text()).toBe(
      `Recovery codes for ${ada.email} at Countersign. Each is good once.\r\n\r\n${codes.join("\r\n")}\r\n`,
    );
    const { fresh, page: second } = await begin();
    expect((await fresh.submit(second, SECOND, { code: old[0] ?? "" })).status).toBe(400);
    expect(isIn(await fresh.submit(second, SECOND, { code: codes[9] ?? "" }))).toBe(true);
    expect(await actions("recovery_codes.%")).toEqual(["recovery_codes.created", "recovery_codes.created"]);
  });

  it("are for people with an app, and for those who proved lately that it is they", async () => {
    const none = await browser.open(CODES);
    expect(textOf(none)).toContain("You get recovery codes with your first authenticator app.");
    const csrf = fieldsOf(await browser.open(NEW), NEW)["csrf"] ?? "";
    const make = () => browser.send(CODES, { method: "POST", body: form({ csrf }), headers: SAME_SITE });
    const before = await everything();
    expect((await make()).status).toBe(303);
    expect(await everything()).toBe(before);
    await addApp();
    server.pass(601);
    const kept = await everything();
    expect((await make()).headers.get("location")).toContain("/sign-in?confirm=1");
    expect(await everything()).toBe(kept);
  });

  it("a file holds nothing but codes, whatever a form of this browser says", async () => {
    await addApp();
    const { csrf } = fieldsOf(await browser.open(CODES), CODES);
    const body = form({ csrf: csrf ?? "", code: ["<script>", "ABCDE-01234", "x", ...Array(50).fill("ABCDE-01234")] });
    const file = await browser.send(`${CODES}/file`, { method: "POST", body, headers: SAME_SITE });
    const lines = (await file.text()).split("\r\n").slice(2, -1);
    expect(lines).toEqual(Array(10).fill("ABCDE-01234"));
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
