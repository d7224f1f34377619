import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { markKey } from "../../../src/model.ts";
import { checkToken, createResourceServer } from "../../../src/verify/index.ts";
import { Browser, type Fields, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, decideClient, SECRET } from "../../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  obtainTokens,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../../harness.ts";

const HERE = "/settings/authorizations";
const DAY = 24 * 3600;
/** How far ahead a mark is dated that the grant outlives. */
const AHEAD = 3000;
const CONTOSO = `aa${"contoso".padEnd(20, "0")}`;
const FABRIKAM = `aa${"fabrikam".padEnd(20, "0")}`;
const FIREFOX = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };
let tokens: Tokens;
let grant: string;
let here: string;

const idOf = async (userId: string): Promise<string> =>
  (await env.DB.prepare("SELECT id FROM grants WHERE user_id = ? AND revoked_at IS NULL").bind(userId).first<{ id: string }>())
    ?.id ?? "";

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addOrganization("fabrikam", "all", ada.userId);
  await addResource();
  await addClient("buildboard", {}, { name: "Northstar Tools", verifiedAt: Date.UTC(2026, 0, 2) });
  await addClient("contoso-devops", {
    grant_types: [TOKEN_EXCHANGE],
    redirect_uris: [],
    scope: "builds.read",
    token_exchange: { resources: [API], impersonation: true, delegation: false },
  });
  tokens = await obtainTokens(server, browser, ada.email);
  grant = await idOf(ada.userId);
  here = `${HERE}/${grant}`;
  server.pass(1);
});

/** Sends a form of the page with these fields, in a browser that is signed in. */
async function send(fields: Fields, from = browser, on = server): Promise<Response> {
  const { csrf = "" } = fieldsOf(await from.open(here), here);
  const browserOn = new Browser(on);
  for (const [name, value] of from.cookies) browserOn.cookies.set(name, value);
  return browserOn.send(here, { method: "POST", headers: SAME_SITE, body: form({ csrf: String(csrf), ...fields }) });
}

/** The same, and the page that comes of it. */
async function act(fields: Fields): Promise<Page> {
  const response = await send(fields);
  expect(response.status).toBe(303);
  return browser.open((response.headers.get("location") ?? "").replace(ISSUER, ""));
}

const refresh = (held: Tokens, fields: Fields = {}) => post(server, "/token", refreshRequest(held.refresh_token, fields));
const isActive = async (held: Tokens) => (await introspect(server, held.access_token))["active"];

const resourceServer = () =>
  createResourceServer({
    issuer: ISSUER,
    audience: API,
    revocations: env.KV,
    fetch: (input) => server.fetch(new URL(String(input)).pathname),
    now: server.deps.now,
  });
const entersApi = (held: Tokens) =>
  checkToken(held.access_token, resourceServer()).then(
    () => true,
    () => false,
  );

const actions = async (): Promise<readonly string[]> => {
  const rows = await env.DB.prepare("SELECT action FROM audit WHERE grant_id = ? ORDER BY rowid").bind(grant).all<{
    action: string;
  }>();
  return rows.results.map(({ action }) => action);
};

/** Ticks of the narrowing form as the page shows them, without those that are named. */
async function unticked(...names: readonly string[]): Promise<Fields> {
  const page = await browser.open(here);
  const shown = [...page.text.matchAll(/name="shown_(\w+)" value="([^"]*)"/g)].map(([, box = "", value = ""]) => [
    box,
    value.replaceAll("&quot;", '"'),
  ]);
  const fields: Record<string, string[]> = {};
  for (const [box = "", value = ""] of shown) {
    fields[`shown_${box}`] = [...(fields[`shown_${box}`] ?? []), value];
    if (!names.includes(value)) fields[box] = [...(fields[box] ?? []), value];
  }
  return { action: "narrow", ...fields };
}

describe("the page of an authorization", () => {
  it("says what it may do, where, since when, from where it was last used, and on which devices", async () => {
    await addOrganization("litware", "approved", ada.userId);
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), ada.email);
    const response = responseOf(await other.open(authorizationUrl(), { headers: FIREFOX }));
    await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    server.pass(3 * 3600);
    const page = await browser.open(here);
    const text = textOf(page);
    for (const words of [
      "Buildboard by Northstar Tools Verified publisher",
      "Approved 24 November 2026 Last used 3 hours ago From local Ends When you revoke it",
      "About you – Recognise you",
      "See workitems.read All that is in workitems.read. in Contoso DevOps",
      "It keeps this access while you are not there.",
      "In all organizations that you may enter Contoso Allowed",
      "Litware Needs approval",
      "Firefox on Linux since 24 November 2026 , last used: 3 hours ago Holds no access at the moment. Can renew it until",
      "Pause access",
      "In 7 days",
      "Access handed out 24 November 2026 at 12:00 UTC · by the service · Firefox on Linux · local",
      "Approved 24 November 2026 at 12:00 UTC · by you",
    ])
      expect(text).toContain(words);
    expect(page.text).toContain('href="/report/buildboard"');
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("refresh")).toBeNull();
    await decideClient(FABRIKAM, "buildboard", "denied");
    expect(textOf(await browser.open(here))).toContain("Fabrikam Refused");
  });

  it("tells when the access that a device holds ends", async () => {
    expect(textOf(await browser.open(here))).toContain("Holds access until 24 November 2026 at 12:05 UTC .");
  });

  it("is one trip, and shows 100 devices of any number", async () => {
    await env.DB.prepare(
      `INSERT INTO families (id, grant_id, client_id, device, generation, rotated_at, redirect_uri, scopes, resources, auth_at, acr, amr,
        created_at, code_expires_at, idle_expires_at, expires_at)
       SELECT 'aadevice' || value, grant_id, client_id, 'Device ' || value, generation, rotated_at, redirect_uri, scopes, resources, auth_at,
        acr, amr, created_at, code_expires_at, idle_expires_at, expires_at
       FROM families, json_each(?) WHERE families.grant_id = ?`,
    )
      .bind(JSON.stringify(Array.from({ length: 300 }, (_, index) => index)), grant)
      .run();
    server.trips.reset();
    const page = await browser.open(here);
    expect([server.trips.d1, server.trips.kv]).toEqual([1, 0]);
    expect(page.text.match(/value="revoke_device"/g)?.length).toBe(100);
    expect(textOf(page)).toContain("There are more. To end them all, revoke the access.");
  });

  it.each([
    ["another person's", () => idOf(grace.userId)],
    ["one that does not exist", async () => "aaunknown"],
    [
      "one that is over",
      async () => {
        await env.DB.prepare("UPDATE grants SET expires_at = 1 WHERE id = ?").bind(grant).run();
        return grant;
      },
    ],
  ])("%s is a 404 to look at and to act on, and nothing has changed", async (_, find) => {
    await obtainTokens(server, new Browser(server), grace.email);
    const csrf = String(fieldsOf(await browser.open(here), here)["csrf"]);
    const path = `${HERE}/${await find()}`;
    expect((await browser.open(path)).status).toBe(404);
    const before = await snapshot();
    // What has run out may still be revoked, so that whoever presses the button late is not told that there is nothing.
    for (const fields of everyAct.filter(({ action }) => action !== "revoke" || !path.includes(grant)))
      expect([
        fields["action"],
        (await browser.send(path, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) })).status,
      ]).toEqual([fields["action"], 404]);
    for (const name of path.includes(grant) ? [] : ["history.csv", "history.json"])
      expect((await browser.send(`${path}/${name}`)).status).toBe(404);
    expect(await snapshot()).toBe(before);
  });

  it("leads whoever is not signed in to the sign-in and back, and does nothing for them", async () => {
    const csrf = String(fieldsOf(await browser.open(here), here)["csrf"]);
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    await env.DB.prepare("UPDATE sessions SET expires_at = 1").run();
    const before = await snapshot();
    const to = `${ISSUER}/sign-in?${form({ to: here })}`;
    for (const path of [here, `${here}/history.csv`]) {
      const response = await server.fetch(path, { headers: { cookie } });
      expect(response.status).toBe(303);
    }
    for (const fields of everyAct) {
      const headers = { ...SAME_SITE, cookie };
      const response = await server.fetch(here, { method: "POST", headers, body: form({ csrf, ...fields }) });
      expect([response.status, response.headers.get("location")]).toEqual([303, to]);
    }
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("takes no form with %s", async (_, forgery) => {
    const page = await browser.open(here);
    const before = await snapshot();
    for (const fields of everyAct) expect((await browser.forge(page, here, forgery, fields)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, Fields]>([
    ["no action", {}],
    ["an unknown action", { action: "explode" }],
    ["two actions", { action: ["pause", "revoke"] }],
    ["a device without its id", { action: "revoke_device" }],
    ["an organization without its id", { action: "remove_organization" }],
    ["no lifetime", { action: "shorten" }],
    ["a lifetime that there is not", { action: "shorten", lifetime: "forever" }],
    ["nothing unticked", { action: "narrow", shown_scope: ["builds.read"], scope: ["builds.read"] }],
    ["nothing shown", { action: "narrow" }],
  ])("with %s is a 400, and nothing has changed", async (_, fields) => {
    const before = await snapshot();
    server.pass(1);
    expect((await send(fields)).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("says nothing of what did not happen, whatever the address says", async () => {
    for (const done of ["paused", "resumed", "narrowed", "shortened", "x"]) {
      const page = await browser.open(`${here}?done=${done}&revoked=${grant}`);
      expect(page.text).not.toContain('class="notice ok"');
      expect(page.headers.get("refresh")).toBeNull();
    }
  });
});

/** Everything that can be done there; none of these ids is another person's. */
const everyAct: readonly Fields[] = [
  { action: "pause" },
  { action: "resume" },
  { action: "narrow", shown_scope: ["builds.read", "workitems.read"], scope: ["workitems.read"] },
  { action: "remove_organization", organization_id: CONTOSO },
  { action: "shorten", lifetime: "7_days" },
  { action: "revoke" },
  { action: "revoke_device", family_id: "aaunknown" },
];

describe("to pause", () => {
  const error = async (response: Response) => [response.status, (await response.json<{ error: string }>()).error];

  it("ends what is out, refuses what is new, and says so; to resume makes the same refresh token good again", async () => {
    expect(await entersApi(tokens)).toBe(true);
    const page = await act({ action: "pause" });
    expect(textOf(page)).toContain("Paused. It gets no access until you resume it.");
    expect(textOf(page)).toContain("everywhere in 6 minutes at the latest");
    expect(page.headers.get("refresh")).toBe(String(6 * 60 + AHEAD / 1000 + 1));
    expect(await env.KV.get(markKey("grant", grant))).toBe(String(server.deps.now() + AHEAD));
    expect([await isActive(tokens), await entersApi(tokens)]).toEqual([false, false]);
    expect(await introspect(server, tokens.refresh_token)).toEqual({ active: false });
    expect((await server.fetch("/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } })).status).toBe(401);
    for (let time = 0; time < 3; time++) expect(await error(await refresh(tokens))).toEqual([400, "access_denied"]);
    server.pass(DAY);
    expect(await error(await refresh(tokens))).toEqual([400, "access_denied"]);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    expect(textOf(await act({ action: "resume" }))).toContain("Resumed. It goes on where it stopped");
    const fresh = await tokensOf(await refresh(tokens));
    expect([await isActive(fresh), await entersApi(fresh), await isActive(tokens)]).toEqual([true, true, false]);
    expect((await actions()).slice(2)).toEqual(["code.redeemed", "grant.paused", "grant.resumed"]);
  });

  it("and resume within the same second leaves the old token dead and makes the new one good", async () => {
    await send({ action: "pause" });
    await send({ action: "resume" });
    const fresh = await tokensOf(await refresh(tokens));
    expect([await isActive(fresh), await entersApi(fresh)]).toEqual([true, true]);
    expect([await isActive(tokens), await entersApi(tokens)]).toEqual([false, false]);
    const claims = JSON.parse(atob((fresh.access_token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    expect(claims.iat).toBeLessThanOrEqual(server.deps.now() / 1000 + 4);
    expect(claims.exp).toBe(Math.floor(server.deps.now() / 1000) + fresh.expires_in);
  });

  it("twice is like once", async () => {
    await send({ action: "pause" });
    const before = await snapshot();
    server.pass(1);
    expect((await send({ action: "pause" })).status).toBe(303);
    expect(await snapshot()).toBe(before);
  });

  it("what is not paused is resumed by nobody", async () => {
    const before = await snapshot();
    expect((await send({ action: "resume" })).status).toBe(303);
    expect(await snapshot()).toBe(before);
  });

  it("leaves a code that is on its way whole, until it expires", async () => {
    const code = (await authorize(browser, ada.email)).get("code") ?? "";
    await send({ action: "pause" });
    expect(await error(await post(server, "/token", codeRequest(code)))).toEqual([400, "access_denied"]);
    await send({ action: "resume" });
    expect(await isActive(await tokensOf(await post(server, "/token", codeRequest(code))))).toBe(true);
  });

  it("a refresh token of a generation long gone, shown meanwhile, ends nothing", async () => {
    const second = await tokensOf(await refresh(tokens));
    server.pass(120);
    await send({ action: "pause" });
    expect(await error(await refresh(tokens))).toEqual([400, "access_denied"]);
    await send({ action: "resume" });
    expect((await refresh(second)).status).toBe(200);
  });

  it("lets no service pass on what it had", async () => {
    const exchange = () =>
      post(
        server,
        "/token",
        {
          grant_type: TOKEN_EXCHANGE,
          subject_token: tokens.access_token,
          subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        },
        basic("contoso-devops", SECRET),
      );
    const exchanged = await tokensOf(await exchange());
    expect(await entersApi(exchanged)).toBe(true);
    await send({ action: "pause" });
    expect(await error(await exchange())).toEqual([400, "invalid_request"]);
    expect(await entersApi(exchanged)).toBe(false);
  });

  it("makes the service ask, and approving resumes", async () => {
    await send({ action: "pause" });
    const silent = responseOf(await browser.open(authorizationUrl({ prompt: "none" })));
    expect(silent.get("error")).toBe("consent_required");
    const page = await browser.open(authorizationUrl());
    expect(page.text).toContain('action="/consent"');
    expect(await error(await refresh(tokens))).toEqual([400, "access_denied"]);
    server.pass(1);
    const code = responseOf(await approve(browser, page)).get("code") ?? "";
    expect(await isActive(await tokensOf(await post(server, "/token", codeRequest(code))))).toBe(true);
    expect((await refresh(tokens)).status).toBe(200);
    expect(await actions()).toContain("grant.resumed");
  });

  it("between an approval and its code: no code comes of it", async () => {
    const page = await browser.open(authorizationUrl({ prompt: "consent" }));
    const approved = await browser.send("/consent", {
      method: "POST",
      headers: SAME_SITE,
      body: form({ ...fieldsOf(page, "/consent"), decision: "approve" }),
    });
    server.pass(1);
    await send({ action: "pause" });
    const next = await browser.open((approved.headers.get("location") ?? "").replace(ISSUER, ""));
    expect(next.text).toContain('action="/consent"');
  });

  it("and then revoke ends it for good", async () => {
    await send({ action: "pause" });
    await send({ action: "revoke" });
    expect(await error(await refresh(tokens))).toEqual([400, "invalid_grant"]);
  });

  it("beside refreshes: whatever the order, nothing that was handed out before counts after it, and nothing is lost", async () => {
    let held = tokens;
    for (let round = 0; round < 50; round++) {
      server.pass(2);
      const [paused, answer] = await Promise.all([send({ action: "pause" }), refresh(held)]);
      expect(paused.status).toBe(303);
      const body = await answer.json<Tokens & { error?: string }>();
      if (answer.status === 200) {
        expect(await isActive(body)).toBe(false);
        expect(await entersApi(body)).toBe(false);
        held = body;
      } else expect([answer.status, body.error]).toEqual([400, "access_denied"]);
      expect(await error(await refresh(held))).toEqual([400, "access_denied"]);
      expect((await send({ action: "resume" })).status).toBe(303);
      held = await tokensOf(await refresh(held));
      expect(await isActive(held)).toBe(true);
    }
  }, 120_000);
});

describe("to narrow", () => {
  it("takes what was unticked from the grant and from what is out; the next refresh gives the rest", async () => {
    const page = await act(await unticked("builds.read", "profile"));
    expect(textOf(page)).toContain("Saved. It may do less from now on.");
    expect(textOf(page)).toContain("Less allowed");
    expect(page.text).not.toContain('value="builds.read"');
    expect([await isActive(tokens), await entersApi(tokens)]).toEqual([false, false]);
    const fresh = await tokensOf(await refresh(tokens));
    expect(fresh.scope.split(" ").toSorted()).toEqual(["offline_access", "openid", "workitems.read"]);
    expect([await isActive(fresh), await entersApi(fresh)]).toEqual([true, true]);
    const rows = await env.DB.prepare("SELECT detail FROM audit WHERE action = 'grant.narrowed'").all<{ detail: string }>();
    expect(rows.results.map(({ detail }) => JSON.parse(detail))).toEqual([
      { scopes: ["profile", "builds.read"], claims: [], details: 0 },
    ]);
  });

  it("makes the service ask again for what was taken", async () => {
    await act(await unticked("builds.read"));
    server.pass(5);
    expect(responseOf(await browser.open(authorizationUrl({ prompt: "none" }))).get("error")).toBe("consent_required");
    expect(responseOf(await browser.open(authorizationUrl({ scope: "openid workitems.read" }))).get("code")).not.toBeNull();
  });

  it("leaves what the page did not show, and what the form invents", async () => {
    await send({ action: "narrow", shown_scope: ["builds.read", "unknown", "workitems.write"], scope: [] });
    const fresh = await tokensOf(await refresh(tokens));
    expect(fresh.scope.split(" ").toSorted()).toEqual(["offline_access", "openid", "profile", "workitems.read"]);
  });

  it("takes a detail", async () => {
    const detail = { type: "repository_access", repositories: ["web"], actions: ["read"] };
    const other = { type: "repository_access", repositories: ["api"], actions: ["push"] };
    const changes = { authorization_details: JSON.stringify([detail, other]) };
    const held = await obtainTokens(server, browser, ada.email, changes);
    const canonical = JSON.stringify({ actions: ["push"], repositories: ["api"], type: "repository_access" });
    const fields = await unticked(canonical);
    expect(JSON.stringify(fields)).toContain("repositories");
    await act(fields);
    const fresh = await (await refresh(held)).json<{ authorization_details: readonly object[] }>();
    expect(JSON.stringify(fresh.authorization_details)).toContain("web");
    expect(JSON.stringify(fresh.authorization_details)).not.toContain("api");
  });

  it("to nothing is refused beside the boxes, and nothing has changed", async () => {
    await addClient("second", { client_name: "Second" });
    await authorize(browser, ada.email, { client_id: "second", scope: "builds.read offline_access" });
    const row = await env.DB.prepare("SELECT id FROM grants WHERE client_id = 'second'").first<{ id: string }>();
    here = `${HERE}/${row?.id}`;
    const fields = await unticked("builds.read");
    const before = await snapshot();
    const response = await send(fields);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Leave something ticked. To take everything away, revoke the access.");
    expect(await snapshot()).toBe(before);
  });

  it("beside refreshes: whatever the order, no token holds what was taken once it is", async () => {
    for (let round = 0; round < 50; round++) {
      await env.DB.prepare(`UPDATE grants SET scopes = '["offline_access","openid","workitems.read","builds.read"]'`).run();
      const held = await obtainTokens(server, browser, ada.email, {
        scope: "openid offline_access workitems.read builds.read",
      });
      const fields = { action: "narrow", shown_scope: ["builds.read"], scope: [] };
      const [narrowed, answer] = await Promise.all([send(fields), refresh(held)]);
      expect(narrowed.status).toBe(303);
      const fresh = await tokensOf(answer);
      const seen = await introspect(server, fresh.access_token);
      if (fresh.scope.includes("builds.read")) expect([seen, await entersApi(fresh)]).toEqual([{ active: false }, false]);
      const next = await tokensOf(await refresh(fresh));
      expect(next.scope).not.toContain("builds.read");
      expect(await isActive(next)).toBe(true);
      server.pass(5);
    }
  }, 120_000);
});

describe("to remove an organization", () => {
  it("from all leaves the others, and what is out ends", async () => {
    expect((await introspect(server, tokens.access_token))["organizations"]).toEqual(["contoso", "fabrikam"]);
    const page = await act({ action: "remove_organization", organization_id: CONTOSO });
    expect(textOf(page)).toContain("In the organizations that you chose Fabrikam Allowed");
    expect(textOf(page)).toContain("Less allowed: Contoso");
    expect(await entersApi(tokens)).toBe(false);
    const fresh = await tokensOf(await refresh(tokens));
    expect((await introspect(server, fresh.access_token))["organizations"]).toEqual(["fabrikam"]);
    await addOrganization("litware", "all", ada.userId);
    expect((await introspect(server, (await tokensOf(await refresh(fresh))).access_token))["organizations"]).toEqual([
      "fabrikam",
    ]);
    await act({ action: "remove_organization", organization_id: FABRIKAM });
    expect(textOf(await browser.open(here))).toContain("In the organizations that you chose None today");
  });

  it.each([
    ["that the person is no member of", "aaother"],
    ["that was removed before", CONTOSO],
  ])("%s changes nothing", async (_, organizationId) => {
    await send({ action: "remove_organization", organization_id: CONTOSO });
    const before = await snapshot();
    server.pass(1);
    expect((await send({ action: "remove_organization", organization_id: organizationId })).status).toBe(303);
    expect(await snapshot()).toBe(before);
  });
});

describe("to shorten", () => {
  const endsAt = async () =>
    (await env.DB.prepare("SELECT expires_at FROM grants WHERE id = ?").bind(grant).first<{ expires_at: number }>())
      ?.expires_at;

  it.each([
    ["7_days", 7 * DAY],
    ["30_days", 30 * DAY],
    ["today", 12 * 3600 - 1.25],
  ])("to %s ends it then: no refresh, and no token that lives longer", async (lifetime, seconds) => {
    const page = await act({ action: "shorten", lifetime, time_zone: "UTC" });
    expect(textOf(page)).toContain("Saved. Its access ends on");
    expect(await endsAt()).toBe(server.deps.now() + seconds * 1000);
    server.pass(seconds - 30);
    const fresh = await tokensOf(await refresh(tokens));
    expect(fresh.expires_in).toBeLessThanOrEqual(30);
    server.pass(30);
    expect((await refresh(fresh)).status).toBe(400);
    expect(await isActive(fresh)).toBe(false);
  });

  it("ends what is out where that would live longer, and only there", async () => {
    await act({ action: "shorten", lifetime: "7_days" });
    expect([await isActive(tokens), await entersApi(tokens)]).toEqual([true, true]);
    server.pass(12 * 3600 - 60 - (server.deps.now() % 1000) / 1000);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const late = await tokensOf(await refresh(tokens));
    await act({ action: "shorten", lifetime: "today", time_zone: "UTC" });
    expect([await isActive(late), await entersApi(late)]).toEqual([false, false]);
    const fresh = await tokensOf(await refresh(late));
    expect([fresh.expires_in <= 60, await entersApi(fresh)]).toEqual([true, true]);
  });

  it("goes by the day of the person", async () => {
    await act({ action: "shorten", lifetime: "today", time_zone: "Asia/Tokyo" });
    expect(await endsAt()).toBe(Date.UTC(2026, 10, 24, 15));
  });

  it("goes by UTC where the time zone is none", async () => {
    await act({ action: "shorten", lifetime: "today", time_zone: "Mars/Olympus" });
    expect(await endsAt()).toBe(Date.UTC(2026, 10, 25));
  });

  it("never lengthens", async () => {
    await act({ action: "shorten", lifetime: "7_days" });
    expect((await browser.open(here)).text).not.toContain('value="30_days"');
    const before = await snapshot();
    await send({ action: "shorten", lifetime: "30_days" });
    expect(await snapshot()).toBe(before);
  });
});

describe("of what a directory let in", () => {
  beforeEach(async () => {
    await env.DB.prepare("UPDATE grants SET authority = 'https://directory.example', organizations = ?")
      .bind(JSON.stringify([CONTOSO]))
      .run();
  });

  it("the page says who alone can keep it out, and lets the person pause and revoke it, no more", async () => {
    const page = await browser.open(here);
    expect(textOf(page)).toContain(
      "Let in by the directory of Contoso , directory.example . You were not asked, and only its owners",
    );
    for (const missing of ["narrow", "remove_organization", "shorten"]) expect(page.text).not.toContain(`value="${missing}"`);
    for (const there of ["pause", "revoke"]) expect(page.text).toContain(`value="${there}"`);
  });

  it("nothing is narrowed, left or shortened", async () => {
    const before = await snapshot();
    for (const fields of everyAct.slice(2, 5)) await send(fields);
    expect(await snapshot()).toBe(before);
  });
});

describe("when D1 fails", () => {
  const failing = (db: D1Database) =>
    new Proxy(db, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name === "batch") return () => Promise.reject(new Error("D1_ERROR: no such luck"));
        return typeof value === "function" ? value.bind(target) : value;
      },
    });

  it.each<[string, Fields, string]>([
    ["pause", { action: "pause" }, "Not paused. The access still stands"],
    ["resume", { action: "resume" }, "Not resumed. The service still waits"],
    ["narrow", everyAct[2] ?? {}, "Nothing was taken away."],
    ["leave an organization", everyAct[3] ?? {}, "Nothing was taken away."],
    ["shorten", everyAct[4] ?? {}, "The time was not shortened."],
    ["revoke", { action: "revoke" }, "Not revoked. The access still stands"],
  ])("to %s is said not to have happened", async (_, fields, words) => {
    const before = await snapshot();
    const response = await send(fields, browser, createServer({ db: failing, clock: { now: server.deps.now() } }));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await response.text()).toContain(words);
    expect(await snapshot()).toBe(before);
    expect((await refresh(tokens)).status).toBe(200);
  });
});

describe("the effect", () => {
  it("is announced, then said to be complete by a page that asks no more", async () => {
    const response = await send({ action: "pause" });
    const path = (response.headers.get("location") ?? "").replace(ISSUER, "");
    const left = Number((await browser.open(path)).headers.get("refresh"));
    server.pass(left);
    const page = await browser.open(path);
    expect(textOf(page)).toContain("This now holds everywhere.");
    expect(page.headers.get("refresh")).toBeNull();
  });

  it("of one device stays on the page of the others", async () => {
    const row = await env.DB.prepare("SELECT id FROM families").first<{ id: string }>();
    const page = await act({ action: "revoke_device", family_id: row?.id ?? "" });
    expect(page.url).toBe(`${ISSUER}${here}?revoked=${row?.id}`);
    expect(textOf(page)).toContain("Revoked on Unknown device .");
    expect(textOf(page)).toContain("No device at the moment");
    expect(await isActive(tokens)).toBe(false);
  });
});

describe("the history", () => {
  it("goes on over pages, and can be taken along whole", async () => {
    for (let round = 0; round < 15; round++) {
      server.pass(10);
      await send({ action: "pause" });
      server.pass(10);
      await send({ action: "resume" });
    }
    const first = await browser.open(here);
    expect(first.text).toContain(`href="${here}?history=2#history"`);
    const second = await browser.open(`${here}?history=2`);
    expect(textOf(second)).toContain("Approved 24 November 2026 at 12:00 UTC · by you");
    server.trips.reset();
    const csv = await browser.send(`${here}/history.csv`);
    expect([csv.status, server.trips.d1]).toEqual([200, 1]);
    expect(csv.headers.get("content-disposition")).toBe('attachment; filename="history.csv"');
    const lines = (await csv.text()).split("\r\n");
    expect(lines[0]).toBe("time,event,what,by,device,organization,place,network");
    expect(lines.length).toBe(1 + 33 + 1);
    expect(lines.at(-2)).toContain("grant.consented,Approved,by you,");
    const json = await (await browser.send(`${here}/history.json`)).json<{ client_id: string; events: readonly object[] }>();
    expect([json.client_id, json.events.length]).toEqual(["buildboard", 33]);
    await send({ action: "revoke" });
    expect(await (await browser.send(`${here}/history.csv`)).text()).toContain("grant.revoked,Revoked,by you,");
  });

  it("holds what hides a formula as text", async () => {
    await env.DB.prepare("UPDATE families SET device = '=HYPERLINK(\"https://evil.example\")'").run();
    expect(await (await browser.send(`${here}/history.csv`)).text()).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
  });
});

it("where a service last used an authorization is where it redeemed or refreshed from", async () => {
  const cf = { city: "Leipzig", country: "DE" };
  const request = new Request(`${ISSUER}/token`, {
    method: "POST",
    body: form(refreshRequest(tokens.refresh_token)),
    headers: { authorization: basic("buildboard", SECRET), "cf-connecting-ip": "203.0.113.7" },
  });
  Object.defineProperty(request, "cf", { value: cf });
  const { handle } = await import("../../../src/app.ts");
  expect((await handle(request, server.deps)).status).toBe(200);
  expect(textOf(await browser.open(here))).toContain("From Leipzig, Germany · 203.0.113.0/24");
});
