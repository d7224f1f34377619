import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, PASSWORD } from "../builders.ts";
import { authorizationUrl, obtainTokens, post, refreshRequest, responseOf, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { codeFor, emailsTo, lastEmail } from "../mailbox.ts";

const SETTINGS = `${ISSUER}/settings/authorizations`;
const NEW_PASSWORD = "four words in a row";
const EVE = "eve@fabrikam.example";
const MINUTE = 60;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
});

/** Asks for a code on the first page of a flow; yields the second. */
async function ask(path: string, email: string, visitor = browser): Promise<Page> {
  return visitor.submit(await visitor.open(path), path, { email });
}

/** Sends the second page. `submit` takes a page's first form, which is the one with the code. */
const enter = (path: string, page: Page, fields: Readonly<Record<string, string>>, visitor = browser): Promise<Page> =>
  visitor.submit(page, path, fields);

const isIn = (page: Page): boolean => page.status === 200 && page.url === SETTINGS;
const count = async (sql: string): Promise<number> => (await env.DB.prepare(sql).first<number>("n")) ?? -1;
const another = (code: string): string => code.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10));

describe("signing in with a code", () => {
  it("needs the code that was sent, and no password", async () => {
    const page = await ask("/sign-in/code", ada.email);
    expect(textOf(page)).toContain(`We have sent an email to ${ada.email}`);
    const email = await lastEmail(server, ada.email);
    expect(email.subject).toBe("Your code for Countersign");
    expect(email.text).toContain(String(email.values["code"]));
    expect(isIn(await enter("/sign-in/code", page, { code: await codeFor(server, ada.email) }))).toBe(true);
    const row = await env.DB.prepare("SELECT amr FROM sessions").first("amr");
    expect(row).toBe('["otp"]');
  });

  it("brings the person back to the service that they came from", async () => {
    await addOrganization("contoso", "all", ada.userId);
    await addResource();
    await addClient("buildboard");
    const start = await browser.open(authorizationUrl());
    const sealed = String(fieldsOf(start, "/sign-in")["continue"]);
    const asked = await browser.open(`/sign-in/code?continue=${sealed}`);
    const page = await browser.submit(asked, "/sign-in/code", { email: ada.email });
    const consent = await enter("/sign-in/code", page, { code: await codeFor(server, ada.email) });
    const response = responseOf(await browser.submit(consent, "/consent", { decision: "approve" }));
    expect(response.get("code")).toMatch(/^csc_/);
  });

  it("takes the code in any way of writing its digits, and once", async () => {
    const page = await ask("/sign-in/code", ada.email);
    const code = await codeFor(server, ada.email);
    expect(isIn(await enter("/sign-in/code", page, { code: ` ${code.replace(" ", "-")} ` }))).toBe(true);
    const again = await enter("/sign-in/code", page, { code });
    expect([again.status, textOf(again)]).toEqual([400, expect.stringContaining("This code does not count")]);
  });

  it("counts a code once, of two that are sent at once", async () => {
    const page = await ask("/sign-in/code", ada.email);
    const code = await codeFor(server, ada.email);
    const send = () =>
      browser.send("/sign-in/code", {
        method: "POST",
        body: form({ ...fieldsOf(page, "/sign-in/code"), code }),
        headers: SAME_SITE,
      });
    const statuses = (await Promise.all([send(), send(), send()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([303, 400, 400]);
    expect(await count("SELECT count(*) AS n FROM sessions")).toBe(1);
  });

  it("forgets the code after ten minutes", async () => {
    const page = await ask("/sign-in/code", ada.email);
    server.pass(10 * MINUTE);
    expect((await enter("/sign-in/code", page, { code: await codeFor(server, ada.email) })).status).toBe(400);
  });

  it("takes no code after five wrong ones", async () => {
    const page = await ask("/sign-in/code", ada.email);
    const code = await codeFor(server, ada.email);
    for (let tries = 0; tries < 5; tries++)
      expect((await enter("/sign-in/code", page, { code: another(code) })).status).toBe(400);
    expect((await enter("/sign-in/code", page, { code })).status).toBe(400);
  });

  it("takes the latest code alone", async () => {
    await ask("/sign-in/code", ada.email);
    const first = await codeFor(server, ada.email);
    server.pass(1);
    const page = await ask("/sign-in/code", ada.email);
    expect((await enter("/sign-in/code", page, { code: first })).status).toBe(400);
    expect(isIn(await enter("/sign-in/code", page, { code: await codeFor(server, ada.email) }))).toBe(true);
  });

  it("takes the code in no other browser, and for nothing else", async () => {
    await ask("/sign-in/code", ada.email);
    const code = await codeFor(server, ada.email);
    const other = new Browser(server);
    const page = await ask("/sign-in/code", "somebody@else.example", other);
    const sent = await enter("/sign-in/code", page, { email: ada.email, code }, other);
    expect(sent.status).toBe(400);
    const reset = await enter("/forgot-password", await ask("/forgot-password", EVE), {
      email: ada.email,
      code,
      password: NEW_PASSWORD,
    });
    expect(reset.status).toBe(400);
    expect(await count("SELECT count(*) AS n FROM sessions")).toBe(0);
  });

  it("says the same of an address that nobody has, and sends an e-mail that says so", async () => {
    const shapeOf = async (email: string) => {
      const fresh = new Browser(server);
      const page = await ask("/sign-in/code", email, fresh);
      const tried = await enter("/sign-in/code", page, { code: "0000 0000" }, fresh);
      return [page, tried].map(({ status, headers, text }) => ({
        status,
        headers: [...headers.keys()],
        text: text.replaceAll(email, "E").replace(/value="[^"]*"/g, ""),
      }));
    };
    expect(await shapeOf(EVE)).toEqual(await shapeOf(ada.email));
    expect((await emailsTo(server, EVE)).map(({ kind }) => kind)).toEqual(["no_account"]);
    expect((await lastEmail(server, EVE)).text).toContain("https://id.example/create-account");
  });

  it("makes the same trips for both", async () => {
    const tripsOf = async (email: string) => {
      const fresh = new Browser(server);
      const page = await fresh.open("/sign-in/code");
      server.trips.reset();
      await fresh.submit(page, "/sign-in/code", { email });
      return server.trips.d1;
    };
    expect([await tripsOf(ada.email), await tripsOf(EVE)]).toEqual([4, 4]);
  });

  it("is in the language of the person, on the page and in the e-mail", async () => {
    await env.DB.prepare("UPDATE users SET language = 'ar' WHERE id = ?").bind(ada.userId).run();
    const asked = await browser.open("/sign-in/code", { headers: { "accept-language": "de" } });
    expect(asked.text).toContain('<html lang="de" dir="ltr">');
    await browser.submit(asked, "/sign-in/code", { email: ada.email });
    const { html, subject } = await lastEmail(server, ada.email);
    expect([html.includes('<html lang="ar" dir="rtl">'), subject]).toEqual([true, "رمزك لدى Countersign"]);
  });

  it("asks a person with a second factor for it", async () => {
    await env.DB.prepare("INSERT INTO recovery_codes (user_id, code_sha256, created_at) VALUES (?, 'x', 0)")
      .bind(ada.userId)
      .run();
    const page = await ask("/sign-in/code", ada.email);
    const response = await browser.send("/sign-in/code", {
      method: "POST",
      body: form({ ...fieldsOf(page, "/sign-in/code"), code: await codeFor(server, ada.email) }),
      headers: SAME_SITE,
    });
    expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/sign-in\/second\?pending=/);
    expect(await count("SELECT count(*) AS n FROM sessions")).toBe(0);
  });

  it("lets a person who is disabled get no code", async () => {
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(ada.userId).run();
    await ask("/sign-in/code", ada.email);
    expect(await emailsTo(server)).toEqual([]);
  });

  it("sends so many codes and no more", async () => {
    for (let asked = 0; asked < 5; asked++) expect((await ask("/sign-in/code", ada.email)).status).toBe(200);
    const page = await ask("/sign-in/code", ada.email);
    expect([page.status, page.headers.get("retry-after")]).toEqual([429, String(15 * MINUTE)]);
    expect(await emailsTo(server, ada.email)).toHaveLength(5);
    server.pass(15 * MINUTE);
    expect((await ask("/sign-in/code", ada.email)).status).toBe(200);
  });
});

describe("creating an account", () => {
  const create = async (email: string, fields: Readonly<Record<string, string>> = {}) => {
    const page = await ask("/create-account", email);
    return enter("/create-account", page, {
      code: await codeFor(server, email),
      name: "Eve Example",
      password: NEW_PASSWORD,
      ...fields,
    });
  };

  it("makes one for whoever has the address, and signs them in", async () => {
    expect(isIn(await create(EVE))).toBe(true);
    const row = await env.DB.prepare("SELECT name, email_verified, language FROM users WHERE email = ?").bind(EVE).first();
    expect(row).toEqual({ name: "Eve Example", email_verified: 1, language: "en" });
    const fresh = new Browser(server);
    expect(isIn(await signIn(fresh, await fresh.open("/sign-in"), EVE, NEW_PASSWORD))).toBe(true);
    const { results } = await env.DB.prepare("SELECT action FROM audit WHERE action LIKE 'user.%'").all();
    expect(results).toEqual([{ action: "user.created" }]);
  });

  it("makes one without a password, which codes then lead into", async () => {
    expect(isIn(await create(EVE, { password: "" }))).toBe(true);
    const fresh = new Browser(server);
    const page = await ask("/sign-in/code", EVE, fresh);
    expect(isIn(await enter("/sign-in/code", page, { code: await codeFor(server, EVE) }, fresh))).toBe(true);
  });

  it("says the same where there is an account already, tells its owner, and changes nothing", async () => {
    const page = await ask("/create-account", ada.email);
    expect(textOf(page)).toContain(`We have sent an email to ${ada.email}`);
    expect((await emailsTo(server, ada.email)).map(({ kind }) => kind)).toEqual(["account_exists"]);
    const before = await snapshot();
    const tried = await enter("/create-account", page, { code: "00000000", name: "Eve", password: NEW_PASSWORD });
    expect([tried.status, await snapshot()]).toEqual([400, before]);
  });

  it("makes one account of one code that is sent twice at once", async () => {
    const page = await ask("/create-account", EVE);
    const fields = { ...fieldsOf(page, "/create-account"), code: await codeFor(server, EVE), name: "Eve" };
    const send = () => browser.send("/create-account", { method: "POST", body: form(fields), headers: SAME_SITE });
    expect((await Promise.all([send(), send()])).map(({ status }) => status).sort()).toEqual([303, 400]);
    expect(await count("SELECT count(*) AS n FROM users")).toBe(2);
  });

  it.each([
    ["no name", { name: "" }, "Type your name."],
    ["a name that nobody sees", { name: "\u202e\u200b " }, "Type your name."],
    ["a password that is too short", { password: "xk7-Qz!" }, "This password is too short."],
    ["one of the commonest", { password: "iloveyou" }, "This password is among those that are guessed first."],
    ["the address as the password", { password: "EVE@fabrikam.example" }, "This password is your address, your name or ours."],
    ["no code", { code: "" }, "Type the code from the email."],
    ["a wrong code", { code: "1" }, "This code does not count, or counts no more."],
  ])("comes back with %s, and keeps what was typed but the password", async (_, fields, problem) => {
    const before = await snapshot();
    const page = await create(EVE, fields);
    expect([page.status, await snapshot()]).toEqual([400, before]);
    expect(textOf(page)).toContain(problem);
    expect(page.text).toContain('aria-invalid="true"');
    expect(page.text).not.toContain("four words");
    expect(fieldsOf(page, "/create-account")["email"]).toBe(EVE);
    expect(await count(`SELECT count(*) AS n FROM users WHERE email = '${EVE}'`)).toBe(0);
  });

  it("loses no try of the code to a mistake elsewhere", async () => {
    const page = await ask("/create-account", EVE);
    const code = await codeFor(server, EVE);
    for (let tries = 0; tries < 6; tries++)
      expect((await enter("/create-account", page, { code, name: "", password: NEW_PASSWORD })).status).toBe(400);
    expect(isIn(await enter("/create-account", page, { code, name: "Eve", password: NEW_PASSWORD }))).toBe(true);
  });

  it.each(["", "eve", "eve@", "a b@c.example"])("asks again for an address such as %j", async (email) => {
    const page = await ask("/create-account", email);
    expect([page.status, (await emailsTo(server)).length]).toEqual([400, 0]);
    expect(page.text).toContain('aria-describedby="email-problem"');
  });
});

describe("a forgotten password", () => {
  const reset = async (fields: Readonly<Record<string, string>> = {}) => {
    const page = await ask("/forgot-password", ada.email);
    return enter("/forgot-password", page, {
      code: await codeFor(server, ada.email),
      password: NEW_PASSWORD,
      ...fields,
    });
  };

  it("is replaced, ends every session, and tells the person", async () => {
    const old = new Browser(server);
    await signIn(old, await old.open("/sign-in"), ada.email);
    expect(isIn(await reset())).toBe(true);
    expect((await old.open("/settings/authorizations")).url).toContain("/sign-in");
    const fresh = new Browser(server);
    expect((await signIn(fresh, await fresh.open("/sign-in"), ada.email, PASSWORD)).status).toBe(400);
    expect(isIn(await signIn(fresh, await fresh.open("/sign-in"), ada.email, NEW_PASSWORD))).toBe(true);
    expect((await emailsTo(server, ada.email)).map(({ kind }) => kind)).toContain("password_changed");
    expect(await count("SELECT count(*) AS n FROM audit WHERE action = 'password.changed'")).toBe(1);
  });

  it.each([
    ["keep", 200, 0],
    ["end", 400, 1],
  ])("with grants=%s leaves services what it says", async (grants, status, ended) => {
    await addOrganization("contoso", "all", ada.userId);
    await addResource();
    await addClient("buildboard");
    const tokens = await obtainTokens(server, new Browser(server), ada.email);
    server.pass(5);
    expect(isIn(await reset({ grants }))).toBe(true);
    const refreshed = await post(server, "/token", refreshRequest(tokens.refresh_token));
    expect(refreshed.status).toBe(status);
    expect(await count("SELECT count(*) AS n FROM grants WHERE revoked_at IS NOT NULL")).toBe(ended);
    expect(await count("SELECT count(*) AS n FROM audit WHERE action = 'grant.revoked'")).toBe(ended);
    expect((await env.KV.list({ prefix: "revoked:grant:" })).keys).toHaveLength(ended);
  });

  it("comes back with a password that is none", async () => {
    const before = await snapshot();
    const page = await reset({ password: "short" });
    expect([page.status, await snapshot()]).toEqual([400, before]);
  });

  it("sets one password of one code that is sent twice at once", async () => {
    const page = await ask("/forgot-password", ada.email);
    const fields = { ...fieldsOf(page, "/forgot-password"), code: await codeFor(server, ada.email) };
    const send = (password: string) =>
      browser.send("/forgot-password", { method: "POST", body: form({ ...fields, password }), headers: SAME_SITE });
    const answers = await Promise.all([send("one of two passwords"), send("two of two passwords")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
    expect(await count("SELECT count(*) AS n FROM audit WHERE action = 'password.changed'")).toBe(1);
  });
});

describe("a form of these that no page of ours sent", () => {
  it.each(["/sign-in/code", "/create-account", "/forgot-password"])("sends nothing: %s", async (path) => {
    const page = await browser.open(path);
    for (const [, forgery] of forgeries) {
      const response = await browser.forge(page, path, forgery, { email: ada.email });
      expect(response.status).toBe(403);
    }
    expect(await emailsTo(server)).toEqual([]);
  });
});
