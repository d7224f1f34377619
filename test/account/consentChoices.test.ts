import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { unsealValues } from "../../src/mail/sealedValues.ts";
import { open } from "../../src/store/database.ts";
import { grants, memberships, users } from "../../src/store/schema.ts";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, changeResource } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  codeRequest,
  introspect,
  post,
  refreshRequest,
  responseOf,
  signIn,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, type Server, snapshot } from "../harness.ts";

const DAY = 24 * 3600;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;
let fabrikam: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  fabrikam = await addOrganization("fabrikam", "approved", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

async function begin(changes: Parameters<typeof authorizationUrl>[0] = {}): Promise<Page> {
  const page = await browser.open(authorizationUrl(changes));
  return page.text.includes('name="password"') ? signIn(browser, page, ada.email) : page;
}

const redeem = async (page: Page) => tokensOf(await post(server, "/token", codeRequest(responseOf(page).get("code") ?? "")));
const refresh = (token: string) => post(server, "/token", refreshRequest(token));
const one = <T>(query: string) => env.DB.prepare(query).first<T>();
const itemOf = (page: Page, title: string): string =>
  [...page.text.matchAll(/<li\b.*?<\/li>/gs)].map(([item]) => item).find((item) => item.includes(title)) ?? "";

/** The e-mails that wait, with what they say. */
async function emails() {
  const { results } = await env.DB.prepare('SELECT "to", kind, language, sealed_values FROM emails ORDER BY rowid').all<{
    to: string;
    kind: string;
    language: string;
    sealed_values: string;
  }>();
  return Promise.all(
    results.map(async ({ sealed_values, ...email }) => ({ ...email, values: await unsealValues(server.deps, sealed_values) })),
  );
}

describe("required_scope", () => {
  it("leaves no box beside what the service cannot do without, and what is taken off by hand stays given", async () => {
    await addClient("strict", { required_scope: "builds.read" });
    const page = await begin({ client_id: "strict", scope: "openid email builds.read workitems.read" });
    expect(itemOf(page, "See builds")).toContain("Required");
    expect(itemOf(page, "See builds")).not.toContain("<input");
    expect(itemOf(page, "See workitems")).toContain("<input");
    expect(textOf(page)).toContain("What is required cannot be left out: if you do not want it, deny the request.");
    const code = responseOf(await approve(browser, page, { scope: null })).get("code");
    expect(code).toMatch(/^csc_/);
    expect(await one("SELECT scopes FROM grants")).toEqual({ scopes: '["openid","builds.read"]' });
  });

  it("makes nothing of a scope that the request does not ask for", async () => {
    await addClient("strict", { required_scope: "workitems.write" });
    const page = await begin({ client_id: "strict", scope: "openid builds.read" });
    expect(page.text).not.toContain("Required");
    responseOf(await approve(browser, page));
    expect(await one("SELECT scopes FROM grants")).toEqual({ scopes: '["openid","builds.read"]' });
  });

  it("never makes full access one that cannot be left out", async () => {
    const scopes = [
      { name: "devops.full", title: "Everything", description: "All of it.", access: "full", risk: "high" },
      { name: "builds.read", title: "See builds", description: "All builds.", access: "read", risk: "low" },
    ] as const;
    await changeResource(API, { scopes });
    await addClient("strict", { required_scope: "devops.full builds.read" });
    const page = await begin({ client_id: "strict", scope: "openid devops.full builds.read" });
    responseOf(await approve(browser, page, { scope: null }));
    expect(await one("SELECT scopes FROM grants")).toEqual({ scopes: '["openid","builds.read"]' });
  });
});

describe("what was left out", () => {
  it("stays without its tick the next time, and is asked for again", async () => {
    responseOf(await approve(browser, await begin(), { scope: ["builds.read"] }));
    server.pass(1);
    const page = await begin();
    expect(fieldsOf(page, "/consent")["scope"]).toEqual("builds.read");
    responseOf(await approve(browser, page));
    expect(await one("SELECT scopes, declined FROM grants")).toEqual({
      scopes: '["builds.read","offline_access","openid"]',
      declined: '["profile","workitems.read"]',
    });
  });

  it("is forgotten once it is given", async () => {
    responseOf(await approve(browser, await begin(), { scope: ["builds.read"] }));
    server.pass(1);
    responseOf(await approve(browser, await begin(), { scope: ["builds.read", "profile"] }));
    expect(await one("SELECT declined FROM grants")).toEqual({ declined: '["workitems.read"]' });
  });
});

describe("what was allowed before", () => {
  it("lies folded where something is new, its ticks as they were", async () => {
    responseOf(await approve(browser, await begin({ scope: "openid email builds.read" })));
    server.pass(1);
    const page = await begin({ scope: "openid email builds.read workitems.write" });
    const folded = /<details class="before">(.*?)<\/details>/s.exec(page.text)?.[1] ?? "";
    expect(folded).toContain("3 permissions that you allowed before");
    expect(folded).toContain("See builds");
    expect(folded).not.toContain("Change workitems");
    expect(fieldsOf(page, "/consent")["scope"]).toEqual(["workitems.write", "email", "builds.read"]);
  });

  it("lies open where nothing is new", async () => {
    responseOf(await approve(browser, await begin()));
    server.pass(1);
    expect((await begin({ prompt: "consent" })).text).not.toContain('class="before"');
  });
});

describe("for how long", () => {
  it("is until it is revoked, unless the person says otherwise", async () => {
    const page = await begin();
    expect(fieldsOf(page, "/consent")["lifetime"]).toBe("until_revoked");
    const { refresh_token } = await redeem(await approve(browser, page, { lifetime: null }));
    expect(await one("SELECT expires_at, once FROM grants")).toEqual({ expires_at: null, once: 0 });
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  it("can be 30 days, after which no token is good, and the service must ask again", async () => {
    const { refresh_token } = await redeem(await approve(browser, await begin(), { lifetime: "30_days" }));
    server.pass(20 * DAY);
    const { refresh_token: later } = await tokensOf(await refresh(refresh_token));
    server.pass(10 * DAY - 100);
    const last = await tokensOf(await refresh(later));
    expect(last.expires_in).toBeLessThanOrEqual(100);
    server.pass(101);
    const dead = await refresh(last.refresh_token);
    expect([dead.status, await dead.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    expect(await introspect(server, last.refresh_token)).toEqual({ active: false });
    expect(await introspect(server, last.access_token)).toEqual({ active: false });
    const page = await begin({ prompt: "none" });
    expect(responseOf(page).get("error")).toBe("login_required");
    expect(textOf(await begin())).toContain("Buildboard asks to act in your name");
  });

  it("is asked with the earlier choice, and widening changes it as chosen", async () => {
    responseOf(await approve(browser, await begin(), { lifetime: "30_days" }));
    server.pass(DAY);
    const page = await begin({ scope: "openid offline_access workitems.write" });
    expect(fieldsOf(page, "/consent")["lifetime"]).toBe("30_days");
    responseOf(await approve(browser, page, { lifetime: "until_revoked" }));
    expect(await one("SELECT expires_at FROM grants")).toEqual({ expires_at: null });
  });

  it("can be this time alone: no refresh token, an end with its last token, and nothing for the next request", async () => {
    const tokens = await redeem(await approve(browser, await begin(), { lifetime: "once" }));
    expect(tokens).not.toHaveProperty("refresh_token");
    expect(tokens.scope.split(" ")).not.toContain("offline_access");
    expect(await one("SELECT once, separate FROM grants")).toEqual({ once: 1, separate: 1 });
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    expect(responseOf(await begin({ prompt: "none" })).get("error")).toBe("consent_required");
    expect(textOf(await begin())).toContain("Buildboard asks to act in your name");
    server.pass(6 * 60);
    const grant = await one<{ expires_at: number }>("SELECT expires_at FROM grants");
    expect(grant?.expires_at).toBeLessThanOrEqual(server.deps.now());
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
  });

  it("of this time alone leaves what was approved before as it was, on every device", async () => {
    const before = await redeem(await approve(browser, await begin()));
    server.pass(1);
    const page = await begin({ scope: "openid offline_access workitems.write" });
    expect(textOf(page)).toContain("What you approved before stays as it is.");
    const { scope } = await redeem(await approve(browser, page, { lifetime: "once" }));
    expect(scope).toBe("openid workitems.write");
    expect((await tokensOf(await refresh(before.refresh_token))).scope).toBe(before.scope);
    const { results } = await env.DB.prepare("SELECT once, expires_at IS NULL AS lasts FROM grants ORDER BY once").all();
    expect(results).toEqual([
      { once: 0, lasts: 1 },
      { once: 1, lasts: 0 },
    ]);
  });

  it.each(["", "forever", "30", "ONCE"])(
    "is refused as %j where that is no choice, and nothing is stored",
    async (lifetime) => {
      const page = await begin();
      const before = await snapshot();
      const answer = await approve(browser, page, { lifetime: lifetime === "" ? ["once", "30_days"] : lifetime });
      expect(answer.status).toBe(400);
      expect(await snapshot()).toBe(before);
    },
  );

  it("cannot be once for a grant that the service adds to", async () => {
    const created = await redeem(await approve(browser, await begin({ grant_management_action: "create" })));
    const { grant_id } = created as unknown as { grant_id: string };
    server.pass(1);
    const page = await begin({ grant_management_action: "merge", grant_id, scope: "openid workitems.write" });
    expect(page.text).not.toContain('value="once"');
    const before = await snapshot();
    expect((await approve(browser, page, { lifetime: "once" })).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });
});

describe("how many approved it", () => {
  it.each([
    [0, "fewer than 10 people"],
    [9, "fewer than 10 people"],
    [10, "about 10 people"],
    [47, "about 40 people"],
    [999, "about 900 people"],
    [1000, "more than 1,000 people"],
    [1500, "more than 1,000 people"],
  ])("is told roughly: %i", async (count, words) => {
    await env.DB.prepare("PRAGMA defer_foreign_keys = on").run();
    const rows = Array.from({ length: Math.ceil(count / 100) }, (_, batch) =>
      Array.from({ length: Math.min(100, count - batch * 100) }, (_, index) => `p${batch}-${index}`),
    );
    for (const ids of rows)
      await env.DB.batch([
        env.DB.prepare(
          `INSERT INTO users (id, email, email_verified, name, profile, created_at, updated_at)
           SELECT value, value, 1, value, '{}', 0, 0 FROM json_each(?)`,
        ).bind(JSON.stringify(ids)),
        env.DB.prepare(
          `INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, created_at, consented_at)
           SELECT value, value, 'buildboard', '[]', '[]', '[]', 0, 0 FROM json_each(?)`,
        ).bind(JSON.stringify(ids)),
      ]);
    expect(textOf(await begin())).toContain(`Approved by ${words}`);
  });

  it("does not count what was revoked, nor what a directory let in", async () => {
    for (let index = 0; index < 12; index++) {
      const { userId } = await addUser(`P${index}x`);
      const values = { userId, clientId: "buildboard", scopes: [], claims: [], resources: [], createdAt: 0, consentedAt: 0 };
      await open(env.DB)
        .insert(grants)
        .values([
          { ...values, id: `r${index}`, revokedAt: 1 },
          { ...values, id: `d${index}`, separate: true, authority: "https://login.example" },
        ]);
    }
    expect(textOf(await begin())).toContain("Approved by fewer than 10 people");
  });
});

describe("an organization that waits for an approval", () => {
  const requests = () => one<{ n: number }>("SELECT count(*) AS n FROM access_requests").then((row) => row?.n);

  it("is asked from the page, which then says so, and keeps what was ticked", async () => {
    const page = await begin();
    const ticks = { scope: ["builds.read"], reach: "chosen", organization: [contoso], lifetime: "30_days" };
    const asked = await browser.submit(page, "/consent", {
      ...ticks,
      decision: "request_approval",
      request_organization: fabrikam,
      request_reason: "For the build lights",
    });
    expect(asked.status).toBe(200);
    expect(textOf(asked)).toContain("The owners of Fabrikam have been asked.");
    expect(itemOf(asked, "Fabrikam")).toContain("You asked its owners on");
    expect(fieldsOf(asked, "/consent")).toMatchObject({ ...ticks, scope: "builds.read", organization: contoso });
    expect(asked.text).not.toContain('name="request_organization"');
    expect(await one("SELECT organization_id, client_id, user_id, reason FROM access_requests")).toEqual({
      organization_id: fabrikam,
      client_id: "buildboard",
      user_id: ada.userId,
      reason: "For the build lights",
    });
    expect(await one("SELECT count(*) AS n FROM grants")).toEqual({ n: 0 });
    expect(responseOf(await approve(browser, asked)).get("code")).toMatch(/^csc_/);
    server.pass(1);
    expect(itemOf(await begin({ prompt: "consent" }), "Fabrikam")).toContain("You asked its owners on");
  });

  it.each([
    ["no organization", { request_organization: null }, "Choose the organization whose owners you want to ask."],
    ["one of somebody else", { request_organization: "aaelsewhere" }, "does not wait for a request of yours"],
    ["a reason that is too long", { request_reason: "x".repeat(501) }, "The reason is longer than 500 characters."],
  ])("with %s is a mistake on the page, which keeps what was typed", async (_, fields, words) => {
    const page = await begin();
    const before = await snapshot();
    const answer = await browser.submit(page, "/consent", {
      decision: "request_approval",
      request_organization: fabrikam,
      request_reason: "Please",
      ...fields,
    });
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain(words);
    expect(answer.text).toMatch(/aria-invalid="true"[^>]*aria-describedby="ask-problem"/);
    expect(answer.text).toContain((fields as { request_reason?: string }).request_reason ?? ">Please</textarea>");
    expect([await snapshot(), await requests()]).toEqual([before, 0]);
  });

  it("that lets the service in already is not asked", async () => {
    const answer = await browser.submit(await begin(), "/consent", {
      decision: "request_approval",
      request_organization: contoso,
    });
    expect([answer.status, await requests()]).toEqual([400, 0]);
  });

  it("is approved as a whole by its owner who says so, in the same step, and no member is asked for it again", async () => {
    await open(env.DB).update(memberships).set({ role: "owner" });
    const page = await begin();
    expect(itemOf(page, "Fabrikam")).toContain("Approve it for all of");
    expect(itemOf(page, "Contoso")).not.toContain("Approve it for all of");
    expect(fieldsOf(page, "/consent")).not.toHaveProperty("approve_for");
    const { access_token } = await redeem(await approve(browser, page, { approve_for: [fabrikam] }));
    expect((await introspect(server, access_token))["organizations"]).toEqual(["contoso", "fabrikam"]);
    expect(await one("SELECT organization_id, client_id, status, decided_by FROM organization_clients")).toEqual({
      organization_id: fabrikam,
      client_id: "buildboard",
      status: "approved",
      decided_by: ada.userId,
    });
    const logged = "SELECT actor, organization_id, client_id FROM audit WHERE action = 'access.approved'";
    const { results } = await env.DB.prepare(logged).all();
    expect(results).toEqual([{ actor: ada.userId, organization_id: fabrikam, client_id: "buildboard" }]);
  });

  it("that members had asked is told to them once its owner has approved it so, and waits for nothing more", async () => {
    const grace = await addUser("Grace");
    await open(env.DB)
      .insert(memberships)
      .values({ userId: grace.userId, organizationId: fabrikam, role: "owner", createdAt: 0 });
    const asking = { decision: "request_approval", request_organization: fabrikam };
    await browser.submit(await begin(), "/consent", asking);
    const owner = new Browser(server);
    const page = await signIn(owner, await owner.open(authorizationUrl()), grace.email);
    responseOf(await approve(owner, page, { approve_for: [fabrikam] }));
    const told = (await emails()).filter(({ kind }) => kind === "access_approved");
    expect(told.map(({ to, values }) => [to, values?.["organization"]])).toEqual([[ada.email, "Fabrikam"]]);
    expect(await requests()).toBe(0);
    expect(itemOf(await begin(), "Fabrikam")).toContain("Its owners approved this service.");
  });

  it.each([
    ["a member", "member", "approved", null],
    ["an owner where no service is let in", "owner", "none", null],
    ["an owner where the service was denied", "owner", "approved", "denied"],
  ] as const)("is not approved by %s who adds the field by hand", async (_, role, policy, status) => {
    await open(env.DB).update(memberships).set({ role });
    await env.DB.prepare("UPDATE organizations SET policy = ? WHERE id = ?").bind(policy, fabrikam).run();
    if (status !== null)
      await env.DB.prepare("INSERT INTO organization_clients VALUES (?, 'buildboard', ?, NULL, 0)")
        .bind(fabrikam, status)
        .run();
    responseOf(await approve(browser, await begin(), { approve_for: [fabrikam] }));
    const row = await one<{ status: string }>("SELECT status FROM organization_clients");
    expect(row?.status ?? null).toBe(status);
    expect(await one("SELECT count(*) AS n FROM audit WHERE action = 'access.approved'")).toEqual({ n: 0 });
  });
});

describe("two hundred organizations", () => {
  it("are one trip and one page, all but ten folded, and each can be ticked", async () => {
    const names = Array.from({ length: 198 }, (_, index) => `org${String(index).padStart(3, "0")}`);
    const ids: string[] = [];
    for (const name of names) ids.push(await addOrganization(name, "all", ada.userId));
    await begin();
    server.trips.reset();
    const response = await browser.send(authorizationUrl());
    expect(server.trips).toMatchObject({ d1: 1 });
    const page: Page = { status: 200, url: "", headers: response.headers, text: await response.text() };
    const fieldset = /<fieldset class="reach">.*?<\/fieldset>/s.exec(page.text)?.[0] ?? "";
    const [open = "", folded = ""] = fieldset.split("<details>");
    expect([open.split('name="organization"').length - 1, folded.split('name="organization"').length - 1]).toEqual([10, 190]);
    expect(folded).toContain("190 more organizations");
    responseOf(await approve(browser, page, { reach: "chosen", organization: ids }));
    const grant = await one<{ organizations: string }>("SELECT organizations FROM grants");
    expect(JSON.parse(grant?.organizations ?? "[]")).toHaveLength(198);
    server.pass(1);
    const again = await begin({ prompt: "consent" });
    expect(again.text.split("<details>")[0]?.split('name="organization"').length).toBe(199);
  }, 60_000);
});

describe("a paused service that comes again", () => {
  it("is said to wait, and goes on once the person approves", async () => {
    const { refresh_token } = await redeem(await approve(browser, await begin()));
    await env.DB.prepare("UPDATE grants SET paused_at = ?").bind(server.deps.now()).run();
    server.pass(1);
    const page = await begin();
    expect(textOf(page)).toMatch(/You have paused this service since 24 November 2026 ?\. If you approve, it goes on\./);
    expect((await refresh(refresh_token)).status).toBe(400);
    responseOf(await approve(browser, page));
    expect((await refresh(refresh_token)).status).toBe(200);
  });
});

describe("the person is told by e-mail", () => {
  it("of a new authorization, and of one that became more, and of nothing else", async () => {
    responseOf(await approve(browser, await begin()));
    server.pass(1);
    responseOf(await approve(browser, await begin({ prompt: "consent" })));
    server.pass(1);
    responseOf(await approve(browser, await begin({ scope: "openid workitems.write" })));
    const told = (await emails()).filter(({ kind }) => kind.startsWith("authorization_"));
    expect(told.map(({ to, kind }) => [to, kind])).toEqual([
      [ada.email, "authorization_new"],
      [ada.email, "authorization_widened"],
    ]);
    expect(told[0]?.values).toMatchObject({ service: "Buildboard", path: "/settings/authorizations" });
    expect(told[0]?.values?.["permissions"]).toContain("See builds.read");
    expect(told[1]?.values?.["permissions"]).toContain("Change workitems.write");
  });

  it("of more organizations too", async () => {
    responseOf(await approve(browser, await begin(), { reach: "chosen", organization: [contoso] }));
    server.pass(1);
    responseOf(await approve(browser, await begin({ prompt: "consent" }), { reach: "all" }));
    expect((await emails()).map(({ kind }) => kind)).toContain("authorization_widened");
  });

  it("unless they want to hear of what concerns their safety alone", async () => {
    await open(env.DB).update(users).set({ notices: "safety" });
    responseOf(await approve(browser, await begin()));
    expect((await emails()).filter(({ kind }) => kind.startsWith("authorization_"))).toEqual([]);
  });

  it("once, however often the form is sent", async () => {
    const page = await begin();
    await Promise.all([approve(browser, page), approve(browser, page)]);
    expect((await emails()).filter(({ kind }) => kind === "authorization_new")).toHaveLength(1);
  });
});

describe("what is kept of a consent", () => {
  it("is who was verified to stand behind the service, and where the approval came from", async () => {
    await addClient("northstar", {}, { name: "Northstar Tools", verifiedAt: 1 });
    await addClient("claimed", {}, { name: "Northstar Tools", verifiedAt: null });
    responseOf(await approve(browser, await begin({ client_id: "northstar" })));
    responseOf(await approve(browser, await begin({ client_id: "claimed" })));
    const { results } = await env.DB.prepare("SELECT client_id, publisher_name FROM grants ORDER BY client_id DESC").all();
    expect(results).toEqual([
      { client_id: "northstar", publisher_name: "Northstar Tools" },
      { client_id: "claimed", publisher_name: null },
    ]);
    const row = await one<{ whereabouts: string }>("SELECT whereabouts FROM audit WHERE action = 'grant.consented'");
    expect(JSON.parse(row?.whereabouts ?? "null")).toHaveProperty("network");
  });
});

describe("in the person's language", () => {
  it.each([
    ["de", "ltr", "möchte in Ihrem Namen handeln", "Zustimmen"],
    ["fr", "ltr", "demande à agir en votre nom", "Accepter"],
    ["es", "ltr", "pide actuar en su nombre", "Aprobar"],
    ["ja", "ltr", "代わって操作する許可を求めています", "承認"],
    ["ar", "rtl", "أن تتصرف باسمك", "موافقة"],
  ])("%s: the page is all of it, and names of strangers stay apart", async (language, direction, heading, button) => {
    await addClient("hostile", { client_name: "Goo\u202egle\u200b", redirect_uris: [CALLBACK] });
    await begin();
    const page = await browser.open(authorizationUrl({ client_id: "hostile" }), { headers: { "accept-language": language } });
    expect(page.text).toContain(`<html lang="${language}" dir="${direction}"`);
    expect(textOf(page)).toContain(heading);
    expect(page.text).toMatch(new RegExp(`value="approve">\\s*${button}`));
    expect(page.text).toContain("<bdi>Google</bdi>");
    expect(page.text).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/);
    expect(textOf(page)).not.toMatch(/\{\w+\}|Approve\b|About you|For how long|undefined/);
  });
});
