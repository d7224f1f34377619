import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, SAME_SITE, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, changeResource, giveClient, PASSWORD } from "../builders.ts";
import { introspect, obtainTokens, post, refreshRequest, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { codeFor, emailsTo, lastEmail } from "../mailbox.ts";

const ACCOUNT = "/settings/account";
const NEW_PASSWORD = "four words in a row";
const NEW_EMAIL = "ada@fabrikam.example";
const MINUTE = 60;

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

const userRow = (columns: string) =>
  env.DB.prepare(`SELECT ${columns} FROM users WHERE id = ?`).bind(ada.userId).first<Record<string, unknown>>();
const count = async (sql: string): Promise<number> => (await env.DB.prepare(sql).first<number>("n")) ?? -1;
const actions = async () =>
  (await env.DB.prepare("SELECT action FROM audit WHERE action NOT LIKE 'session.%' ORDER BY rowid").all()).results.map(
    ({ action }) => action,
  );

/** An organization, an API and a service with a token of Ada's. */
async function approveService() {
  const organizationId = await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  // What this isolate remembers of a house without an API is forgotten.
  server.pass(MINUTE);
  const tokens = await obtainTokens(server, new Browser(server), ada.email);
  server.pass(2);
  return { organizationId, tokens };
}

describe("every page of the account", () => {
  it.each([ACCOUNT, `${ACCOUNT}/email`, `${ACCOUNT}/password`, `${ACCOUNT}/export`, `${ACCOUNT}/delete`])(
    "%s leads whoever is not signed in to sign in and back",
    async (path) => {
      const page = await new Browser(server).open(path);
      expect(page.url).toBe(`${ISSUER}/sign-in?to=${encodeURIComponent(path)}`);
    },
  );

  it.each([`${ACCOUNT}/email`, `${ACCOUNT}/password`, `${ACCOUNT}/delete`])(
    "%s wants to know anew who it is when the sign-in is ten minutes old",
    async (path) => {
      server.pass(10 * MINUTE);
      const page = await browser.open(path);
      expect(page.url).toBe(`${ISSUER}/sign-in?confirm=1&to=${encodeURIComponent(path)}`);
    },
  );

  it.each([
    [ACCOUNT, { act: "name", name: "Eve" }],
    [`${ACCOUNT}/email`, { email: NEW_EMAIL }],
    [`${ACCOUNT}/password`, { password: NEW_PASSWORD }],
    [`${ACCOUNT}/delete`, { email: "ada@contoso.example" }],
  ])("%s takes no form but ours", async (path, fields) => {
    const page = await browser.open(path);
    const before = await snapshot();
    for (const [, forgery] of forgeries) expect((await browser.forge(page, path, forgery, fields)).status).toBe(403);
    expect([await snapshot(), await userRow("name, email, disabled_at")]).toEqual([
      before,
      { name: "Ada Example", email: ada.email, disabled_at: null },
    ]);
  });

  it.each([
    ["email", { email: NEW_EMAIL }],
    ["password", { password: NEW_PASSWORD }],
    ["delete", { email: "ada@contoso.example" }],
    ["export", {}],
  ])("a form of %s that was opened in time and sent too late does nothing", async (name, fields) => {
    const path = `${ACCOUNT}/${name}`;
    const page = await browser.open(name === "export" ? ACCOUNT : path);
    server.pass(10 * MINUTE);
    const before = await snapshot();
    const answer = await browser.submit(page, path, fields);
    expect(answer.url).toBe(`${ISSUER}/sign-in?confirm=1&to=${encodeURIComponent(path)}`);
    expect([await snapshot(), (await emailsTo(server)).length]).toEqual([before, 0]);
  });
});

describe("the name and the notices", () => {
  const change = async (fields: Readonly<Record<string, string>>) =>
    browser.submit(await browser.open(ACCOUNT), ACCOUNT, fields);

  it("are kept, and what was so already is no event", async () => {
    for (let times = 0; times < 2; times++) {
      expect(textOf(await change({ act: "name", name: " Ada  Lovelace\u200b " }))).toContain("Saved.");
      await browser.open(ACCOUNT, {
        method: "POST",
        body: form({ csrf: String(fieldsOf(await browser.open(ACCOUNT), ACCOUNT)["csrf"]), act: "notices", notices: "safety" }),
        headers: SAME_SITE,
      });
    }
    expect(await userRow("name, notices")).toEqual({ name: "Ada Lovelace", notices: "safety" });
    expect(await actions()).toEqual(["user.updated", "user.updated"]);
  });

  it.each(["", "   ", "\u202e\u200b"])("a name such as %j comes back", async (name) => {
    const page = await change({ act: "name", name });
    expect([page.status, await actions()]).toEqual([400, []]);
    expect(page.text).toContain('aria-invalid="true"');
  });
});

describe("the address", () => {
  const PATH = `${ACCOUNT}/email`;
  const ask = async (email: string) => browser.submit(await browser.open(PATH), PATH, { email });

  it("becomes the new one with the code that was sent there, and the old one is told", async () => {
    const page = await ask(NEW_EMAIL);
    expect(await userRow("email")).toEqual({ email: ada.email });
    const done = await browser.submit(page, PATH, { code: await codeFor(server, NEW_EMAIL) });
    expect([done.url, textOf(done).includes("Your address is changed.")]).toEqual([
      `${ISSUER}${ACCOUNT}?done=email_changed`,
      true,
    ]);
    expect(await userRow("email, email_verified")).toEqual({ email: NEW_EMAIL, email_verified: 1 });
    expect(await actions()).toEqual(["email.changed"]);
    expect((await lastEmail(server, ada.email)).text).toContain(NEW_EMAIL);
    const fresh = new Browser(server);
    expect((await signIn(fresh, await fresh.open("/sign-in"), NEW_EMAIL)).status).toBe(200);
  });

  it("stays as it is without the code, with a wrong one, and with somebody else's address", async () => {
    const eve = await addUser("Eve");
    const before = await snapshot();
    const page = await ask(NEW_EMAIL);
    expect((await browser.submit(page, PATH, { code: "" })).status).toBe(400);
    expect((await browser.submit(page, PATH, { code: "1" })).status).toBe(400);
    const taken = await ask(eve.email);
    expect(textOf(taken)).toContain(`We have sent an email to ${eve.email}`);
    expect((await emailsTo(server, eve.email)).map(({ kind }) => kind)).toEqual(["account_exists"]);
    expect((await browser.submit(taken, PATH, { code: "00000000" })).status).toBe(400);
    expect([await snapshot(), await userRow("email")]).toEqual([before, { email: ada.email }]);
  });

  it.each([
    ["/sign-in/code", {}],
    ["/forgot-password", { password: NEW_PASSWORD }],
  ])("once it is another one, lets nobody in at %s by a code that went to the old one", async (path, fields) => {
    const reader = new Browser(server);
    const form = await reader.submit(await reader.open(path), path, { email: ada.email });
    const code = await codeFor(server, ada.email);
    await browser.submit(await ask(NEW_EMAIL), PATH, { code: await codeFor(server, NEW_EMAIL) });
    const before = await snapshot();
    const answer = await reader.submit(form, path, { ...fields, code });
    expect([answer.status, textOf(answer).includes("This code does not count")]).toEqual([400, true]);
    expect([await snapshot(), (await reader.open(ACCOUNT)).url.includes("/sign-in")]).toEqual([before, true]);
  });

  it("is not taken from whoever got it in the meantime", async () => {
    const page = await ask(NEW_EMAIL);
    const code = await codeFor(server, NEW_EMAIL);
    const eve = await addUser("Eve");
    await env.DB.prepare("UPDATE users SET email = ? WHERE id = ?").bind(NEW_EMAIL, eve.userId).run();
    expect((await browser.submit(page, PATH, { code })).status).toBe(400);
    expect(await userRow("email")).toEqual({ email: ada.email });
  });

  it("is changed by a code in the session alone in which it was asked for", async () => {
    const page = await ask(NEW_EMAIL);
    const code = await codeFor(server, NEW_EMAIL);
    const elsewhere = new Browser(server);
    await signIn(elsewhere, await elsewhere.open("/sign-in"), ada.email);
    const other = await elsewhere.open(PATH);
    const { csrf = "" } = fieldsOf(other, PATH);
    const sent = await elsewhere.open(PATH, {
      method: "POST",
      body: form({ ...fieldsOf(page, PATH), csrf, code }),
      headers: SAME_SITE,
    });
    expect([sent.status, await userRow("email")]).toEqual([400, { email: ada.email }]);
  });

  it.each([
    ["", "Type your email address."],
    ["nobody", "This is not an email address."],
    ["ADA@contoso.example", "This is the address of your account already."],
  ])("asks again for %j", async (email, problem) => {
    const page = await ask(email);
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining(problem)]);
  });
});

describe("the password", () => {
  const PATH = `${ACCOUNT}/password`;
  const change = async (fields: Readonly<Record<string, string>>) => browser.submit(await browser.open(PATH), PATH, fields);

  it("is changed, other browsers are signed out, this one is not", async () => {
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), ada.email);
    const page = await change({ password: NEW_PASSWORD });
    expect(textOf(page)).toContain("Your new password is set.");
    expect((await other.open(ACCOUNT)).url).toContain("/sign-in");
    expect((await browser.open(ACCOUNT)).url).toBe(`${ISSUER}${ACCOUNT}`);
    const fresh = new Browser(server);
    expect((await signIn(fresh, await fresh.open("/sign-in"), ada.email, PASSWORD)).status).toBe(400);
    expect((await signIn(fresh, await fresh.open("/sign-in"), ada.email, NEW_PASSWORD)).status).toBe(200);
    expect(await actions()).toEqual(["password.changed"]);
    expect((await emailsTo(server, ada.email, "password_changed")).length).toBe(1);
  });

  it("ends the codes that are out", async () => {
    const reader = new Browser(server);
    const form = await reader.submit(await reader.open("/sign-in/code"), "/sign-in/code", { email: ada.email });
    const code = await codeFor(server, ada.email);
    await change({ password: NEW_PASSWORD });
    expect((await reader.submit(form, "/sign-in/code", { code })).status).toBe(400);
  });

  it("ends what services may do only where the person wants it", async () => {
    const { tokens } = await approveService();
    await change({ password: NEW_PASSWORD });
    const kept = await post(server, "/token", refreshRequest(tokens.refresh_token));
    expect(kept.status).toBe(200);
    server.pass(2);
    await change({ password: `${NEW_PASSWORD}, and one`, grants: "end" });
    const { refresh_token } = await kept.json<{ refresh_token: string }>();
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(400);
  });

  it.each(["", "short", "iloveyou", "Ada Example", "ada@contoso.example"])("%j comes back", async (password) => {
    const before = await snapshot();
    const page = await change({ password });
    expect([page.status, await snapshot(), page.text.includes('value="short"')]).toEqual([400, before, false]);
  });
});

describe("the export", () => {
  it("is all that we know of the person, without a secret", async () => {
    const { tokens } = await approveService();
    await changeResource(API, { ownerId: ada.userId });
    const report = "INSERT INTO reports VALUES ('r', 'buildboard', ?, 'other', 'It is slow.', ?, NULL)";
    await env.DB.prepare(report).bind(ada.userId, server.deps.now()).run();
    const page = await browser.open(ACCOUNT);
    const answer = await browser.submit(page, `${ACCOUNT}/export`);
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="account.json"');
    const data = JSON.parse(answer.text);
    expect(data.person).toMatchObject({ email: ada.email, name: "Ada Example", hasPassword: true });
    expect(data.authorizations).toMatchObject([{ clientId: "buildboard" }]);
    expect(data.organizations).toMatchObject([{ organization: "contoso", role: "member" }]);
    expect(data.own_apis).toMatchObject([{ identifier: API }]);
    expect(data.reports).toMatchObject([{ clientId: "buildboard", text: "It is slow." }]);
    expect([data.sessions.length, data.devices.length, data.events.length > 2]).toEqual([2, 1, true]);
    const { password_hash } = (await userRow("password_hash")) ?? {};
    const sessions = await env.DB.prepare("SELECT id FROM sessions").all<{ id: string }>();
    expect((await actions()).at(-1)).toBe("user.exported");
    for (const secret of [password_hash, tokens.refresh_token, ...sessions.results.map(({ id }) => id)])
      expect(answer.text).not.toContain(String(secret));
  });
});

describe("deleting the account", () => {
  const PATH = `${ACCOUNT}/delete`;
  const remove = async (email = ada.email) => browser.submit(await browser.open(PATH), PATH, { email });

  it("ends everything that was done with it, and leaves an id that says nothing", async () => {
    const { tokens } = await approveService();
    await addClient("contoso-devops");
    const at = Date.UTC(2026, 0, 1);
    await env.DB.batch([
      env.DB.prepare("INSERT INTO recovery_codes VALUES (?, 'x', ?, NULL)").bind(ada.userId, at),
      env.DB.prepare(
        "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ('https://d.example', 's', ?, ?)",
      ).bind(ada.userId, at),
    ]);
    const named = "INSERT INTO audit (id, at, action, actor, user_id, detail) VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
    await env.DB.batch([
      env.DB.prepare(named).bind(
        "l",
        at,
        "identity.linked",
        ada.userId,
        '{"issuer":"https://d.example","subject":"ada.example"}',
      ),
      env.DB.prepare(named).bind("p", at, "passkey.added", ada.userId, '{"name":"Ada Example\'s key"}'),
    ]);
    const page = await remove();
    expect([page.status, textOf(page)]).toEqual([200, expect.stringContaining("Your account is deleted")]);
    expect(await userRow("email, name, profile, password_hash, disabled_at IS NOT NULL AS gone")).toEqual({
      email: `deleted:${ada.userId}`,
      name: "",
      profile: "{}",
      password_hash: null,
      gone: 1,
    });
    for (const table of ["sessions", "memberships", "recovery_codes", "identities"])
      expect([table, await count(`SELECT count(*) AS n FROM ${table} WHERE user_id = '${ada.userId}'`)]).toEqual([table, 0]);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(400);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    const marks = (await env.KV.list({ prefix: "revoked:" })).keys.map(({ name }) => name.split(":")[1]);
    expect(marks.sort()).toEqual(["grant", "user"]);
    expect((await lastEmail(server, ada.email)).kind).toBe("account_deleted");
    expect((await actions()).filter((action) => action === "user.deleted")).toHaveLength(1);
    const log = await env.DB.prepare("SELECT * FROM audit").all();
    expect(JSON.stringify(log.results)).not.toMatch(/contoso\.example|Ada Example|ada\.example/);
  });

  it("lets nobody in any more, and the address to somebody new", async () => {
    const kept = [...browser.cookies];
    await remove();
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.open(ACCOUNT)).url).toContain("/sign-in");
    const fresh = new Browser(server);
    expect((await signIn(fresh, await fresh.open("/sign-in"), ada.email)).status).toBe(400);
    const asked = await fresh.submit(await fresh.open("/create-account"), "/create-account", { email: ada.email });
    const fields = { code: await codeFor(server, ada.email), name: "Ada again", password: NEW_PASSWORD };
    expect((await fresh.submit(asked, "/create-account", fields)).status).toBe(200);
    const ids = await env.DB.prepare("SELECT id FROM users WHERE email = ?").bind(ada.email).all();
    expect(ids.results).not.toEqual([{ id: ada.userId }]);
  });

  it("needs the address to be typed", async () => {
    const before = await snapshot();
    const page = await remove("eve@contoso.example");
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("Nothing was deleted.")]);
    expect(await snapshot()).toBe(before);
  });

  it("waits for an organization to have another owner", async () => {
    const eve = await addUser("Eve");
    const organizationId = await addOrganization("contoso", "all", ada.userId, eve.userId);
    const owns = (userId: string) =>
      env.DB.prepare("UPDATE memberships SET role = 'owner' WHERE user_id = ? AND organization_id = ?")
        .bind(userId, organizationId)
        .run();
    const open = await browser.open(PATH);
    await owns(ada.userId);
    const before = await snapshot();
    expect((await browser.submit(open, PATH, { email: ada.email })).status).toBe(409);
    const page = await browser.open(PATH);
    expect([textOf(page).includes("Contoso"), page.text.includes(`action="${PATH}"`)]).toEqual([true, false]);
    expect(await snapshot()).toBe(before);
    await owns(eve.userId);
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(eve.userId).run();
    expect((await browser.submit(open, PATH, { email: ada.email })).status, "one who cannot sign in is none").toBe(409);
    await env.DB.prepare("UPDATE users SET disabled_at = NULL").run();
    expect((await remove()).status).toBe(200);
  });

  it("takes along what the person alone asked of an organization, and leaves what others ask", async () => {
    const eve = await addUser("Eve");
    const id = await addOrganization("contoso", "approved", ada.userId, eve.userId);
    await addClient("contoso-devops");
    const ask = "INSERT INTO access_requests VALUES (?, ?, ?, '', '[]', 1)";
    await env.DB.batch([
      env.DB.prepare("INSERT INTO organization_clients SELECT ?, client_id, 'requested', NULL, 1 FROM clients").bind(id),
      env.DB.prepare(ask).bind(id, "buildboard", ada.userId),
      env.DB.prepare(ask).bind(id, "contoso-devops", ada.userId),
      env.DB.prepare(ask).bind(id, "contoso-devops", eve.userId),
    ]);
    expect((await remove()).status).toBe(200);
    const left = await env.DB.prepare(
      "SELECT client_id, user_id, status FROM access_requests JOIN organization_clients USING (organization_id, client_id)",
    ).all();
    expect(left.results).toEqual([{ client_id: "contoso-devops", user_id: eve.userId, status: "requested" }]);
    const queue = await env.DB.prepare("SELECT client_id FROM organization_clients").all();
    expect(queue.results).toEqual([{ client_id: "contoso-devops" }]);
  });

  it.each([
    ["service", () => giveClient("mine", ada.userId), "Delete the service that you have registered."],
    ["API", () => changeResource(API, { ownerId: ada.userId }), "Delete the API that you have registered."],
  ])("waits until the %s of the person is deleted", async (_, give, words) => {
    await addClient("mine");
    await addResource();
    const open = await browser.open(PATH);
    await give();
    expect((await browser.submit(open, PATH, { email: ada.email })).status).toBe(409);
    expect(textOf(await browser.open(PATH))).toContain(words);
    expect(await userRow("disabled_at")).toEqual({ disabled_at: null });
  });

  it("does it once, of two that ask at once", async () => {
    const fields = { ...fieldsOf(await browser.open(PATH), PATH), email: ada.email };
    const send = () => browser.send(PATH, { method: "POST", body: form(fields), headers: SAME_SITE });
    await Promise.all([send(), send()]);
    expect((await actions()).filter((action) => action === "user.deleted")).toHaveLength(1);
    expect((await emailsTo(server, ada.email, "account_deleted")).length).toBe(1);
  });
});

describe("the account's pages", () => {
  it.each([
    [ACCOUNT, 1],
    [`${ACCOUNT}/password`, 1],
    [`${ACCOUNT}/delete`, 1],
  ])("%s is one trip to D1", async (path, trips) => {
    await browser.open(path);
    server.trips.reset();
    await browser.open(path);
    expect(server.trips).toMatchObject({ d1: trips, kv: 0 });
  });
});
