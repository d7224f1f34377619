import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Page, textOf } from "../browser.ts";
import { addResource, addUser, PASSWORD } from "../builders.ts";
import { DEVELOPER, enter, makeSecret, registerService, sendForm, serviceFields, submitForm } from "../developer.ts";
import { codeRequest, post } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const HOUR = 3600;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let id: string;
let path: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addResource();
  await enter(browser, ada.email);
  id = await registerService(browser);
  path = `${DEVELOPER}/${id}/secrets`;
});

/** Whether the secret authenticates the service: the code is none in any case. */
async function works(secret: string, on = server): Promise<boolean> {
  const response = await post(on, "/token", codeRequest("x"), basic(id, secret));
  const { error } = await response.json<{ error: string }>();
  return error === "invalid_grant";
}

const kept = async (): Promise<string> => (await env.DB.prepare("SELECT secrets FROM clients").first<string>("secrets")) ?? "";

const fingerprintsOn = (page: Page): readonly string[] =>
  [...page.text.matchAll(/name="fingerprint" value="([^"]*)"/g)].map(([, value = ""]) => value);

describe("a secret of a service", () => {
  it("is shown once, works, and is kept as its SHA-256 alone", async () => {
    expect(textOf(await browser.open(path))).toContain("None. Without one the service cannot get tokens.");
    const page = await submitForm(browser, path, { action: "new", overlap: "keep" });
    const secret = /<code>(css_[\w-]{43})<\/code>/.exec(page.text)?.[1] ?? "";
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await works(secret)).toBe(true);
    expect(await kept()).not.toContain(secret);
    const { results } = await env.DB.prepare("SELECT * FROM audit").all();
    expect(JSON.stringify(results)).not.toContain(secret);
    const again = await browser.open(path);
    expect(again.text).not.toContain(secret);
    expect(textOf(again)).toContain("made on 24 November 2026 ( just now ), without an end");
    expect(fingerprintsOn(again)).toHaveLength(1);
  });

  it.each<[overlap: string, seconds: number, words: RegExp]>([
    ["1h", HOUR, /within an hour/],
    ["24h", 24 * HOUR, /ends on 25 November 2026 \(within 24 hours\)/],
    ["7d", 7 * 24 * HOUR, /ends on 1 December 2026 \(within 7 days\)/],
  ])("goes on beside the next one for %s, as the developer chose", async (overlap, seconds, words) => {
    const first = await makeSecret(browser, id);
    const second = await makeSecret(browser, id, overlap);
    const page = textOf(await browser.open(path));
    expect(page).toMatch(words);
    expect(page).not.toContain("Make a new secret");
    expect([await works(first), await works(second)]).toEqual([true, true]);
    server.pass(seconds - 1);
    expect([await works(first), await works(second)]).toEqual([true, true]);
    server.pass(1);
    expect([await works(first), await works(second)]).toEqual([false, true]);
    expect(fingerprintsOn(await browser.open(path))).toHaveLength(1);
  });

  it("ends at once beside the next one, if the developer chose that", async () => {
    const first = await makeSecret(browser, id);
    const second = await makeSecret(browser, id, "now");
    expect([await works(first), await works(second)]).toEqual([false, true]);
  });

  it("goes on until the developer ends it, if they chose that", async () => {
    const first = await makeSecret(browser, id);
    const second = await makeSecret(browser, id, "keep");
    server.pass(14 * 24 * HOUR - 60);
    expect([await works(first), await works(second)]).toEqual([true, true]);
    const [fingerprint = ""] = fingerprintsOn(await browser.open(path));
    const page = await submitForm(browser, path, { action: "end", fingerprint });
    expect(textOf(page)).toContain("The secret has ended.");
    expect([await works(first), await works(second)]).toEqual([false, true]);
    const before = await snapshot();
    expect((await submitForm(browser, path, { action: "end", fingerprint })).status).toBe(200);
    expect(await snapshot()).toBe(before);
  });

  it("is known to every other server within a minute", async () => {
    const first = await makeSecret(browser, id);
    const elsewhere = createServer({ clock: { now: server.deps.now() } });
    expect(await works(first, elsewhere)).toBe(true);
    const second = await makeSecret(browser, id, "now");
    const later = createServer({ clock: { now: server.deps.now() + 60_000 } });
    expect([await works(first, later), await works(second, later)]).toEqual([false, true]);
  });

  it("is not the third", async () => {
    await makeSecret(browser, id);
    await makeSecret(browser, id);
    const before = await snapshot();
    const page = await submitForm(browser, path, { action: "new", overlap: "now" });
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("Two secrets are live, which is the most.")]);
    expect(page.text).not.toContain("css_");
    expect(await snapshot()).toBe(before);
  });

  it("takes the place of one that has run out, which is then forgotten", async () => {
    await makeSecret(browser, id);
    await makeSecret(browser, id, "now");
    await makeSecret(browser, id, "1h");
    server.pass(HOUR - 1);
    await env.DB.prepare("UPDATE sessions SET auth_at = ?").bind(server.deps.now()).run();
    server.pass(1);
    await makeSecret(browser, id);
    expect(JSON.parse(await kept())).toHaveLength(2);
  });

  it("is shown to nobody who signed in more than an hour ago, before they type their password again", async () => {
    server.pass(HOUR);
    const before = await snapshot();
    const form = await submitForm(browser, path, { action: "new", overlap: "keep" });
    expect(await snapshot()).toBe(before);
    expect(form.url).toBe(`${ISSUER}/sign-in?${new URLSearchParams({ to: path, confirm: "1" })}`);
    expect(textOf(form)).toContain("Confirm that it is you");
    const back = await browser.submit(form, "/sign-in", { email: ada.email, password: PASSWORD });
    expect(back.url).toBe(ISSUER + path);
    expect(await works(await makeSecret(browser, id))).toBe(true);
  });

  it("is kept encrypted as well where it signs", async () => {
    await sendForm(browser, `${DEVELOPER}/${id}/edit`, serviceFields({ token_endpoint_auth_method: "client_secret_jwt" }));
    const secret = await makeSecret(browser, id);
    const [row] = JSON.parse(await kept()) as readonly { readonly sealed?: string }[];
    expect(row?.sealed).toMatch(/^[\w-]{60,}$/);
    expect(await kept()).not.toContain(secret);
  });

  it("is made once, when two ask at the same time for the place of one", async () => {
    await makeSecret(browser, id);
    const answers = await Promise.all([1, 2].map(() => submitForm(browser, path, { action: "new", overlap: "now" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(JSON.parse(await kept())).toHaveLength(1);
    const shown = answers.find(({ status }) => status === 200);
    expect(await works(/<code>(css_[\w-]+)<\/code>/.exec(shown?.text ?? "")?.[1] ?? "")).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ["no action", {}],
    ["an unknown action", { action: "show" }],
    ["no overlap", { action: "new" }],
    ["an unknown overlap", { action: "new", overlap: "2d" }],
    ["an overlap that every object has", { action: "new", overlap: "constructor" }],
    ["no fingerprint", { action: "end" }],
  ])("is not touched by a form with %s", async (_, fields) => {
    await makeSecret(browser, id);
    const before = await snapshot();
    expect((await submitForm(browser, path, fields)).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("does not exist for a service that needs none", async () => {
    const other = await registerService(browser, { kind: "spa" });
    expect((await browser.open(`${DEVELOPER}/${other}/secrets`)).status).toBe(404);
    const before = await snapshot();
    const fields = { action: "new", overlap: "keep" };
    expect((await sendForm(browser, `${DEVELOPER}/${other}/secrets`, fields)).status).toBe(404);
    expect(await snapshot()).toBe(before);
  });
});
