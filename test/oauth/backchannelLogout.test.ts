import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { work } from "../../src/cron.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { authorizationUrl, authorize, codeRequest, post, signIn, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server } from "../harness.ts";

const MINUTE = 60;

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly token: string;
}

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
/** What left the house, and how each address answers; a promise that never settles is a client that hangs. */
let sent: Sent[];
let answers: Map<string, () => Promise<Response>>;

const uriOf = (clientId: string): string => `https://${clientId}.example/logout`;
const down = async () => new Response("down", { status: 503 });

beforeEach(async () => {
  await empty();
  sent = [];
  answers = new Map();
  server = open();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  for (const clientId of ["buildboard", "planner"])
    await addClient(clientId, { client_name: clientId, backchannel_logout_uri: uriOf(clientId) });
  await addClient("quiet");
  await signIn(browser, await browser.open("/sign-in"), ada.email);
});

/** A server whose network is `answers`. */
function open(clock?: { now: number }): Server {
  const fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = String(input);
    sent.push({ url, init, token: new URLSearchParams(String(init.body)).get("logout_token") ?? "" });
    return (answers.get(url) ?? (async () => new Response(null)))();
  };
  const made = createServer(clock === undefined ? {} : { clock });
  Object.assign(made.deps, { fetch });
  return made;
}

async function enter(clientId: string, someone = browser): Promise<Tokens> {
  const query = await authorize(someone, ada.email, { client_id: clientId });
  return tokensOf(await post(server, "/token", codeRequest(query.get("code") ?? ""), basic(clientId, SECRET)));
}

const signOut = async (someone = browser) => someone.submit(await someone.open("/sign-out"), "/sign-out");

async function verify(token: string): Promise<{ payload: JWTPayload; protectedHeader: ProtectedHeaderParameters }> {
  const keys = createLocalJWKSet(await (await server.fetch("/jwks")).json());
  return jwtVerify(token, keys, { issuer: ISSUER, currentDate: new Date(server.deps.now()) });
}

const rows = async () =>
  (await env.DB.prepare("SELECT * FROM logouts ORDER BY client_id").all<Record<string, string | number | null>>()).results;
const told = (): readonly string[] => sent.map(({ url }) => url).sort();

/** The cron, as the platform runs it each minute; `minutes` pass first. */
async function later(minutes: number): Promise<void> {
  server.pass(minutes * MINUTE);
  await work(server.deps);
}

// CASES.md G 117
describe("a service that was used in the session", () => {
  it("is told by a logout token that it can verify, before the person reads that it is over", async () => {
    const { id_token } = await enter("buildboard");
    expect((await signOut()).status).toBe(200);
    expect(sent.map(({ url, init }) => [url, init.method])).toEqual([[uriOf("buildboard"), "POST"]]);
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    const { payload, protectedHeader } = await verify(sent[0]?.token ?? "");
    expect(protectedHeader).toMatchObject({ alg: "RS256", typ: "logout+jwt" });
    const iat = Math.floor(server.deps.now() / 1000);
    const { jti, ...claims } = payload;
    expect(jti).toMatch(/^[0-9a-f]{32}$/);
    expect(claims).toEqual({
      iss: ISSUER,
      aud: "buildboard",
      sub: ada.userId,
      sid: decodeJwt(id_token)["sid"],
      iat,
      exp: iat + 2 * MINUTE,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(claims.sid).toEqual(expect.any(String));
    expect(await rows()).toEqual([]);
  });

  it("is told in its own algorithm and by its own name for the person", async () => {
    const metadata = { id_token_signed_response_alg: "ES256", subject_type: "pairwise" } as const;
    await addClient("pairwise", { ...metadata, backchannel_logout_uri: uriOf("pairwise") });
    const { sub } = decodeJwt((await enter("pairwise")).id_token);
    await signOut();
    const { payload, protectedHeader } = await verify(sent[0]?.token ?? "");
    expect(protectedHeader.alg).toBe("ES256");
    expect(payload.sub).toBe(sub);
    expect(payload.sub).not.toBe(ada.userId);
  });

  it("is told once for a session, with every other one, and nobody else is told", async () => {
    await enter("buildboard");
    await enter("buildboard");
    await enter("planner");
    await enter("quiet");
    await signOut();
    expect(told()).toEqual([uriOf("buildboard"), uriOf("planner")]);
    expect(new Set(sent.map(({ token }) => decodeJwt(token)["sid"])).size).toBe(2);
    await later(5);
    expect(sent.length).toBe(2);
  });

  it("is not told when another of the person's sessions ends", async () => {
    await enter("buildboard");
    const phone = new Browser(server);
    await signIn(phone, await phone.open("/sign-in"), ada.email);
    await enter("planner", phone);
    await signOut(phone);
    expect(told()).toEqual([uriOf("planner")]);
  });

  it("is not told by a form that was refused", async () => {
    await enter("buildboard");
    const page = await browser.open("/sign-out");
    expect((await browser.forge(page, "/sign-out", { headers: { origin: "https://evil.example" } })).status).toBe(403);
    await later(2);
    expect([sent.length, (await rows()).length]).toEqual([0, 0]);
  });

  it("is told once when two sign-outs race", async () => {
    await enter("buildboard");
    const page = await browser.open("/sign-out");
    const copy = new Browser(server);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await Promise.all([browser.submit(page, "/sign-out"), copy.submit(page, "/sign-out")]);
    await later(3);
    expect(new Set(sent.map(({ token }) => decodeJwt(token).jti)).size).toBe(1);
    expect(await rows()).toEqual([]);
  });
});

describe("a sign-in over a session", () => {
  it("of another person tells nobody: the first one's goes on beside it, until everyone in the browser signs out", async () => {
    await enter("buildboard");
    const grace = await addUser("Grace");
    server.pass(1);
    await signIn(browser, await browser.open(authorizationUrl({ client_id: "quiet", prompt: "login" })), grace.email);
    await later(0);
    expect(told()).toEqual([]);
    await browser.submit(await browser.open("/sign-out"), "/sign-out", { all: "1" });
    await later(0);
    expect(told()).toEqual([uriOf("buildboard")]);
    expect(decodeJwt(sent[0]?.token ?? "").sub).toBe(ada.userId);
    expect(await rows()).toEqual([]);
  });

  it("of the same person tells nobody, until the session that goes on ends, by the name that it began with", async () => {
    const { id_token } = await enter("buildboard");
    server.pass(1);
    await signIn(browser, await browser.open(authorizationUrl({ client_id: "quiet", prompt: "login" })), ada.email);
    await later(2);
    expect(sent).toEqual([]);
    await signOut();
    expect(told()).toEqual([uriOf("buildboard")]);
    const { sub, sid } = decodeJwt(sent[0]?.token ?? "");
    expect([sub, sid]).toEqual([ada.userId, decodeJwt(id_token)["sid"]]);
  });
});

describe("a service that does not answer", () => {
  const failures: readonly (readonly [string, () => Promise<Response>])[] = [
    ["is down", down],
    ["refuses the token", async () => new Response(null, { status: 400 })],
    ["redirects", async () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } })],
    ["cannot be reached", async () => Promise.reject(new TypeError("network"))],
    ["answers without end", async () => new Response("x".repeat(70_000))],
  ];
  it.each(failures)("because it %s is told again a minute later, under the same jti", async (_, answer) => {
    await enter("buildboard");
    answers.set(uriOf("buildboard"), answer);
    expect((await signOut()).status).toBe(200);
    expect(sent.length).toBe(1);
    await later(0.9);
    expect(sent.length).toBe(1);
    answers.clear();
    await later(0.1);
    expect(sent.length).toBe(2);
    const [first, second] = sent.map(({ token }) => decodeJwt(token));
    expect(second?.jti).toBe(first?.jti);
    expect(second?.iat).toBe((first?.iat ?? 0) + MINUTE);
    expect(await rows()).toEqual([]);
  });

  it("delays the others by nothing and the person by three seconds at most", async () => {
    await enter("buildboard");
    await enter("planner");
    answers.set(uriOf("buildboard"), () => new Promise(() => undefined));
    const began = performance.now();
    expect((await signOut()).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await rows()).map((row) => [row["client_id"], row["attempts"]])).toEqual([["buildboard", 1]]);
  });

  it("is told twelve times with growing pauses within a day, and is then left for an operator to see", async () => {
    await enter("buildboard");
    answers.set(uriOf("buildboard"), down);
    await signOut();
    const pauses = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360];
    for (const [index, pause] of pauses.entries()) {
      await later(pause - 0.1);
      expect(sent.length).toBe(index + 1);
      await later(0.1);
      expect(sent.length).toBe(index + 2);
    }
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(24 * 60);
    expect((await rows()).map((row) => [row["attempts"], row["failed_at"]])).toEqual([[12, server.deps.now()]]);
    expect(new Set(sent.map(({ token }) => decodeJwt(token).jti)).size).toBe(1);
    await later(24 * 60);
    expect(sent.length).toBe(12);
    await later(30 * 24 * 60);
    expect(await rows()).toEqual([]);
  });

  it("is told once by crons that run at once", async () => {
    await enter("buildboard");
    answers.set(uriOf("buildboard"), down);
    await signOut();
    answers.clear();
    server.pass(MINUTE);
    const other = open({ now: server.deps.now() });
    await Promise.all([work(server.deps), work(other.deps), work(server.deps)]);
    expect(sent.length).toBe(2);
  });

  it.each([
    ["is gone", "DELETE FROM clients WHERE client_id = 'buildboard'"],
    ["is disabled", "UPDATE clients SET disabled_at = 1 WHERE client_id = 'buildboard'"],
    ["wants to hear nothing more", "UPDATE clients SET metadata = json_remove(metadata, '$.backchannel_logout_uri')"],
  ])("is forgotten when it %s", async (_, change) => {
    await enter("buildboard");
    answers.set(uriOf("buildboard"), down);
    await signOut();
    await env.DB.prepare(change).run();
    await later(2);
    expect([sent.length, await rows()]).toEqual([1, []]);
  });
});

// CASES.md G 108 and 117
describe("the outbox", () => {
  const inside = ["https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://169.254.169.254/", `${ISSUER}/x`];
  it.each(inside)("sends nothing to %s, even where it stands in a registration", async (uri) => {
    await addClient("inner", { backchannel_logout_uri: uri });
    await enter("inner");
    expect((await signOut()).status).toBe(200);
    await later(1);
    expect(sent).toEqual([]);
    expect((await rows()).map((row) => row["attempts"])).toEqual([2]);
  });

  it("costs one trip beside the sign-out's own, and none where nobody wants to hear", async () => {
    const trips = async (): Promise<number> => {
      const page = await browser.open("/sign-out");
      server.trips.reset();
      const fields = { method: "POST", body: `csrf=${/name="csrf" value="([^"]+)"/.exec(page.text)?.[1]}` };
      const headers = { origin: ISSUER, "content-type": "application/x-www-form-urlencoded" };
      expect((await browser.send("/sign-out", { ...fields, headers })).status).toBe(303);
      return server.trips.d1;
    };
    await enter("quiet");
    expect(await trips()).toBe(1);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    await enter("buildboard");
    await enter("planner");
    expect(await trips()).toBe(2);
    expect(sent.length).toBe(2);
  });

  it("keeps what it could not note as told, and tells it again under the same jti", async () => {
    await enter("buildboard");
    const page = await browser.open("/sign-out");
    let batches = 0;
    const failing = (db: D1Database) =>
      new Proxy(db, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name === "batch" && ++batches > 2) return () => Promise.reject(new Error("D1_ERROR: no such luck"));
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const broken = createServer({ db: failing, clock: { now: server.deps.now() } });
    Object.assign(broken.deps, { fetch: server.deps.fetch, memory: server.deps.memory });
    const same = new Browser(broken);
    for (const [name, value] of browser.cookies) same.cookies.set(name, value);
    batches = 1;
    const { status } = await same.submit(page, "/sign-out");
    expect([status, sent.length, (await rows()).length]).toEqual([200, 1, 1]);
    await later(1);
    expect(new Set(sent.map(({ token }) => decodeJwt(token).jti)).size).toBe(1);
    expect([sent.length, await rows()]).toEqual([2, []]);
  });
});
