import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { PASSKEY_SCRIPT, PASSKEY_SCRIPT_HASH } from "../../src/account/passkey/script.ts";
import { Authenticator, type Faults, optionsOf, UV } from "../authenticator.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, setPassword } from "../builders.ts";
import { authorizationUrl, codeRequest, post, responseOf, signIn, tokensOf } from "../flow.ts";
import { createServer, empty, form, type Server, snapshot } from "../harness.ts";

const LIST = "/settings/security/passkeys";
const NEW = `${LIST}/new`;
const SIGN_IN = "/sign-in/passkey";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
});

/** Every row that a refused request must not have touched, and what would be told by e-mail. */
async function everything(): Promise<string> {
  return JSON.stringify([await snapshot(), (await env.DB.prepare("SELECT kind FROM emails").all()).results]);
}

const actions = async (): Promise<unknown[]> =>
  (await env.DB.prepare("SELECT action FROM audit WHERE action LIKE 'passkey%' ORDER BY rowid").all()).results.map(
    ({ action }) => action,
  );

/** Signs in by password and adds a passkey. */
async function register(options: { synced?: boolean } = {}, name = "My key"): Promise<Authenticator> {
  const key = await Authenticator.make(options);
  if (!browser.cookies.has("__Host-countersign-session")) await signIn(browser, await browser.open("/sign-in"), ada.email);
  const page = await browser.open(NEW);
  const added = await browser.submit(page, NEW, { credential: await key.create(page), name });
  expect([added.status, new URL(added.url).pathname + new URL(added.url).search]).toEqual([200, `${LIST}?done=added`]);
  return key;
}

/** Signs in with the passkey, in a browser that was never here. */
async function enter(key: Authenticator, faults: Faults = {}, fresh = new Browser(server), path = SIGN_IN): Promise<Page> {
  const page = await fresh.open(path);
  return fresh.submit(page, SIGN_IN, { credential: await key.sign(page, faults) });
}

const isIn = (page: Page): boolean => page.status === 200 && page.url.endsWith("/settings/authorizations");

it("the script is the one that the policy names, and no other runs", async () => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PASSKEY_SCRIPT));
  expect(PASSKEY_SCRIPT_HASH).toBe(`sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`);
  const page = await browser.open(SIGN_IN);
  expect(page.headers.get("content-security-policy")).toContain(`script-src '${PASSKEY_SCRIPT_HASH}'`);
  expect(page.text.split("<script>")[1]?.split("</script>")[0]).toBe(PASSKEY_SCRIPT);
  expect(page.text).toContain(' id="passkey" class="stack" hidden=""');
});

describe("adding", () => {
  it("asks for a passkey that is found without an address and unlocked by the person, under a handle that says nothing", async () => {
    await register();
    const { user, excludeCredentials, ...options } = optionsOf(await browser.open(NEW));
    expect(options).toMatchObject({
      rp: { id: "id.example", name: "Countersign" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    });
    expect(user?.id).toMatch(/^[\w-]{43}$/);
    expect(excludeCredentials).toHaveLength(1);
  });

  it("is listed with its name, logged, and told of by e-mail", async () => {
    await register({ synced: true }, " Phone ");
    await register({}, "");
    const text = textOf(await browser.open(LIST));
    for (const words of ["Phone", "Synced to your devices", "On one device", "Not yet"]) expect(text).toContain(words);
    expect(await actions()).toEqual(["passkey.added", "passkey.added"]);
    const { results } = await env.DB.prepare(`SELECT kind, "to" FROM emails WHERE kind = 'factor_added'`).all();
    expect(results).toEqual([
      { kind: "factor_added", to: ada.email },
      { kind: "factor_added", to: ada.email },
    ]);
  });

  it("counts once for one challenge", async () => {
    await register();
    const page = await browser.open(NEW);
    const [one, two] = [await Authenticator.make(), await Authenticator.make()];
    const answers = await Promise.all([one.create(page), two.create(page)]);
    const pages = await Promise.all(answers.map((credential) => browser.submit(page, NEW, { credential })));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(await actions()).toHaveLength(2);
  });

  const bad: readonly (readonly [name: string, faults: Faults])[] = [
    ["another origin", { origin: "https://id.example.evil.example" }],
    ["another site's passkey", { rpId: "evil.example" }],
    ["a signature in place of a creation", { type: "webauthn.get" }],
    ["another challenge", { challenge: "A".repeat(43) }],
    ["nobody who unlocked it", { without: UV }],
    ["nobody there", { without: 1 }],
  ];

  it.each(bad)("refuses %s, and nothing changes", async (_, faults) => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await browser.open(NEW);
    const before = await everything();
    const key = await Authenticator.make();
    const refused = await browser.submit(page, NEW, { credential: await key.create(page, faults) });
    expect([refused.status, textOf(refused)]).toEqual([400, expect.stringContaining("could not be created")]);
    expect(await everything()).toBe(before);
  });

  it.each(["", "null", "{}", "[]", '{"id":1}', '{"id":"x"}', "x"])("refuses the answer %j", async (credential) => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await browser.open(NEW);
    const before = await everything();
    expect((await browser.submit(page, NEW, { credential })).status).toBe(400);
    expect(await everything()).toBe(before);
  });

  it("takes no offer that was for something else, is too old, or is another person's", async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const key = await Authenticator.make();
    const page = await browser.open(NEW);
    const credential = await key.create(page);
    const offers = [fieldsOf(await browser.open(SIGN_IN), SIGN_IN)["offer"] ?? "", "", "x"];
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    offers.push(fieldsOf(await other.open(NEW), NEW)["offer"] ?? "");
    for (const offer of offers) expect((await browser.submit(page, NEW, { credential, offer })).status).toBe(400);
    server.pass(9 * 60);
    await signIn(browser, await browser.open("/sign-in?another=1"), ada.email);
    const late = await browser.open(NEW);
    server.pass(599);
    expect(await browser.submit(page, NEW, { credential, csrf: fieldsOf(late, NEW)["csrf"] ?? "" })).toMatchObject({
      status: 400,
    });
    expect((await env.DB.prepare("SELECT count(*) AS n FROM passkeys").first())?.["n"]).toBe(0);
  });

  it("asks who signed in too long ago to do it again first", async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await browser.open(NEW);
    server.pass(601);
    expect((await browser.send(NEW)).headers.get("location")).toContain("/sign-in?confirm=1&to=");
    const key = await Authenticator.make();
    const before = await everything();
    const asked = await browser.submit(page, NEW, { credential: await key.create(page) });
    expect(asked.url).toContain("/sign-in?confirm=1&to=%2Fsettings%2Fsecurity%2Fpasskeys%2Fnew");
    expect(await everything()).toBe(before);
  });
});

describe("signing in", () => {
  it("needs the passkey alone, and says how it was done: a key of its own, or one kept on several devices", async () => {
    for (const [synced, amr] of [
      [false, ["hwk", "pop", "user", "mfa"]],
      [true, ["swk", "pop", "user", "mfa"]],
    ] as const) {
      const key = await register({ synced });
      for (let times = 0; times < 2; times++) expect(isIn(await enter(key))).toBe(true);
      const row = await env.DB.prepare("SELECT amr, acr FROM sessions ORDER BY rowid DESC LIMIT 1").first();
      expect([JSON.parse(String(row?.["amr"])), row?.["acr"]]).toEqual([amr, "urn:countersign:acr:passkey"]);
    }
  });

  it("goes on to the service that the person came from, whose tokens say so", async () => {
    const key = await register();
    await addOrganization("contoso", "all", ada.userId);
    await addResource();
    await addClient("buildboard");
    const fresh = new Browser(server);
    const start = await fresh.open(authorizationUrl({ scope: "openid", acr_values: "urn:countersign:acr:passkey" }));
    const query = new URLSearchParams({ continue: new URL(start.url).searchParams.get("continue") ?? "" });
    const consent = await enter(key, {}, fresh, `${SIGN_IN}?${query}`);
    const response = responseOf(await fresh.submit(consent, "/consent", { decision: "approve" }));
    const { id_token } = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    const claims = JSON.parse(atob((id_token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    expect(claims).toMatchObject({ acr: "urn:countersign:acr:passkey", amr: ["hwk", "pop", "user", "mfa"] });
  });

  const bad: readonly (readonly [name: string, faults: Faults])[] = [
    ["another origin", { origin: "http://id.example" }],
    ["another site's signature", { rpId: "example" }],
    ["another challenge", { challenge: "A".repeat(43) }],
    ["a creation in place of a signature", { type: "webauthn.create" }],
    ["nobody who unlocked it", { without: UV }],
    ["nobody there", { without: 1 }],
    ["a signature of something else", { garbled: true }],
    ["another person's handle", { userHandle: "A".repeat(43) }],
    ["no handle", { userHandle: null }],
  ];

  it.each(bad)("refuses %s, and nothing changes", async (_, faults) => {
    const key = await register();
    const before = await everything();
    const page = await enter(key, faults);
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("did not work here")]);
    expect(await everything()).toBe(before);
  });

  it("refuses a counter that does not grow, and logs it", async () => {
    const key = await register();
    expect(isIn(await enter(key, { counter: 7 }))).toBe(true);
    for (const counter of [7, 3, 0]) {
      server.pass(1);
      expect((await enter(key, { counter })).status).toBe(400);
    }
    expect(await actions()).toEqual(["passkey.added", ...Array(3).fill("passkey.refused")]);
    expect(isIn(await enter(key, { counter: 8 }))).toBe(true);
  });

  it("refuses a passkey that nobody has, one that was removed, and one of somebody who may not sign in", async () => {
    const key = await register();
    const stranger = await Authenticator.make();
    expect((await enter(stranger)).status).toBe(400);
    await env.DB.prepare("UPDATE users SET disabled_at = 1").run();
    expect((await enter(key)).status).toBe(400);
    await env.DB.prepare("UPDATE users SET disabled_at = NULL").run();
    await browser.submit(await browser.open(LIST), LIST, { act: "remove" });
    const page = await enter(key);
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("is not known here")]);
  });

  it("takes one answer once, of two at the same time too", async () => {
    const key = await register({ synced: true });
    const fresh = new Browser(server);
    const page = await fresh.open(SIGN_IN);
    const body = form({ ...fieldsOf(page, SIGN_IN), credential: await key.sign(page) });
    const send = () => fresh.send(SIGN_IN, { method: "POST", body, headers: SAME_SITE });
    const both = await Promise.all([send(), send()]);
    expect(both.map(({ status }) => status).sort()).toEqual([303, 400]);
    server.pass(1);
    expect((await send()).status).toBe(400);
  });

  it("takes no answer after ten minutes, nor in another browser", async () => {
    const key = await register();
    const fresh = new Browser(server);
    const page = await fresh.open(SIGN_IN);
    const credential = await key.sign(page);
    const other = new Browser(server);
    const theirs = await other.open(SIGN_IN);
    const offer = fieldsOf(page, SIGN_IN)["offer"] ?? "";
    expect((await other.submit(theirs, SIGN_IN, { credential, offer })).status).toBe(400);
    server.pass(600);
    const late = await fresh.submit(page, SIGN_IN, { credential });
    expect([late.status, textOf(late)]).toEqual([400, expect.stringContaining("lay open for too long")]);
  });

  it.each(forgeries)("refuses a form with %s", async (_, forgery) => {
    const key = await register();
    const fresh = new Browser(server);
    const page = await fresh.open(SIGN_IN);
    const before = await everything();
    const refused = await fresh.forge(page, SIGN_IN, forgery, { credential: await key.sign(page) });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    expect(await everything()).toBe(before);
  });
});

describe("renaming and removing", () => {
  it("renames, with the mistake in words at the field", async () => {
    await register();
    const page = await browser.open(LIST);
    const wrong = await browser.submit(page, LIST, { act: "rename", name: " " });
    expect([wrong.status, textOf(wrong)]).toEqual([400, expect.stringContaining("Type a name.")]);
    expect(wrong.text).toMatch(/aria-describedby="new-[\w-]+-problem" aria-invalid="true"/);
    const renamed = await browser.submit(page, LIST, { act: "rename", name: "Blue key" });
    expect(textOf(renamed)).toContain("Blue key");
    await browser.submit(page, LIST, { act: "rename", name: "Blue key" });
    expect(await actions()).toEqual(["passkey.added", "passkey.renamed"]);
  });

  it("removes, logs and tells, once; sessions stay", async () => {
    const key = await register();
    const page = await browser.open(LIST);
    const removed = await browser.submit(page, LIST, { act: "remove" });
    expect([removed.status, textOf(removed)]).toEqual([200, expect.stringContaining("You have no passkey yet.")]);
    expect((await browser.submit(page, LIST, { act: "remove" })).status).toBe(404);
    expect(await actions()).toEqual(["passkey.added", "passkey.removed"]);
    const { results } = await env.DB.prepare("SELECT kind FROM emails WHERE kind = 'factor_removed'").all();
    expect(results).toHaveLength(1);
    expect((await enter(key)).status).toBe(400);
  });

  it("keeps the last way to sign in, and no other", async () => {
    await register();
    await setPassword(ada.userId, null);
    await env.DB.prepare("UPDATE users SET email_verified = 0").run();
    const page = await browser.open(LIST);
    const before = await everything();
    const kept = await browser.submit(page, LIST, { act: "remove" });
    expect([kept.status, textOf(kept)]).toEqual([400, expect.stringContaining("your only way to sign in")]);
    expect(await everything()).toBe(before);
    await env.DB.prepare(
      "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ('https://directory.example', 'a', ?, 0)",
    )
      .bind(ada.userId)
      .run();
    expect((await browser.submit(page, LIST, { act: "remove" })).status).toBe(200);
  });

  it("removes the two last passkeys never both, at the same time neither", async () => {
    await register({}, "one");
    await register({}, "two");
    await setPassword(ada.userId, null);
    await env.DB.prepare("UPDATE users SET email_verified = 0").run();
    const page = await browser.open(LIST);
    const ids = [...page.text.matchAll(/name="id" value="([\w-]+)"/g)].map(([, id = ""]) => id);
    await Promise.all([...new Set(ids)].map((id) => browser.submit(page, LIST, { act: "remove", id })));
    expect((await env.DB.prepare("SELECT count(*) AS n FROM passkeys").first())?.["n"]).toBe(1);
  });

  it("lets nobody touch another's, nor does anything without a step-up or an act that there is", async () => {
    await register();
    const page = await browser.open(LIST);
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    const id = fieldsOf(page, LIST)["id"] ?? "";
    const csrf = fieldsOf(await other.open(NEW), NEW)["csrf"] ?? "";
    const before = await everything();
    for (const act of ["rename", "remove"]) {
      const body = form({ csrf, id, act, name: "mine" });
      expect((await other.send(LIST, { method: "POST", body, headers: SAME_SITE })).status).toBe(404);
    }
    expect((await browser.submit(page, LIST, { act: "sell" })).status).toBe(400);
    server.pass(601);
    expect((await browser.submit(page, LIST, { act: "remove" })).url).toContain("/sign-in?confirm=1");
    expect(await everything()).toBe(before);
  });
});
