import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { open } from "../../src/store/database.ts";
import { memberships, users } from "../../src/store/schema.ts";
import { Browser, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { addIdentity } from "../directory.ts";
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
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";
import { emailsTo } from "../mailbox.ts";
import {
  addDomain,
  CONTOSO,
  connectDirectory,
  depart,
  internetOf,
  openidProvider,
  type Provider,
  returnPath,
  SECRET_THERE,
  serverWith,
  signInByDirectory,
} from "../openidDirectory.ts";

const SETTINGS = `${ISSUER}/settings/authorizations`;

let provider: Provider;
let server: Server;
let clock: { now: number };
let browser: Browser;
let contoso: string;

beforeEach(async () => {
  await empty();
  provider = await openidProvider();
  ({ server, clock } = serverWith(provider));
  browser = new Browser(server);
  contoso = await addOrganization("contoso", "all");
  await addDomain(contoso);
});

const isIn = (page: Page): boolean => page.status === 200 && page.url === SETTINGS;
const people = () => open(env.DB).select().from(users);
const members = () => open(env.DB).select().from(memberships);
const audited = async () =>
  (await env.DB.prepare("SELECT action FROM audit ORDER BY rowid").all<{ action: string }>()).results.map(
    ({ action }) => action,
  );

describe("somebody new from a connected directory", () => {
  beforeEach(() => connectDirectory(server, contoso));

  it("gets an account with the address that the directory vouches for, and is a member of its organization", async () => {
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    const [person] = await people();
    expect(person).toMatchObject({
      email: "grace@contoso.example",
      emailVerified: true,
      name: "Grace Hopper",
      passwordHash: null,
    });
    expect(await members()).toMatchObject([{ userId: person?.id, organizationId: contoso, role: "member" }]);
    expect(await audited()).toEqual(["account.created", "identity.linked", "member.added", "session.started"]);
    const session = await env.DB.prepare("SELECT directory_id, amr FROM sessions").first();
    expect(session).toEqual({ directory_id: "contoso", amr: "[]" });
    expect(await emailsTo(server, undefined, "identity_linked")).toEqual([]);
  });

  it("goes on to the service that sent them, with the address typed as a hint", async () => {
    await addResource();
    await addClient("buildboard");
    await addClient("contoso-devops");
    const page = await browser.open(authorizationUrl());
    const sealed = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const path = `/sign-in/work/contoso?${new URLSearchParams({ continue: sealed, login_hint: "grace@contoso.example" })}`;
    const asked = await depart(browser, provider, path);
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: "code",
      client_id: "countersign-there",
      redirect_uri: `${ISSUER}/sign-in/work/contoso/callback`,
      scope: "openid profile email",
      code_challenge_method: "S256",
      login_hint: "grace@contoso.example",
    });
    const consent = await browser.open(returnPath(provider));
    expect(textOf(consent)).toContain("Grace Hopper");
    const code = responseOf(await approve(browser, consent)).get("code") ?? "";
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code)));
    expect((await introspect(server, tokens.access_token))["organizations"]).toEqual(["contoso"]);
  });

  it("is written to in the language of their browser", async () => {
    await depart(browser, provider);
    await browser.open(returnPath(provider), { headers: { "accept-language": "de-AT, en" } });
    expect(await people()).toMatchObject([{ language: "de" }]);
  });

  it("is made once of two answers at the same time", async () => {
    const second = new Browser(server);
    await depart(browser, provider);
    const first = returnPath(provider);
    await depart(second, provider);
    // Both codes are for the same person; each browser has a nonce of its own.
    const other = returnPath(provider);
    const [nonceOfFirst] = [new URLSearchParams(first.split("?")[1])];
    expect(nonceOfFirst.get("state")).not.toBe(new URLSearchParams(other.split("?")[1]).get("state"));
    await second.open(other);
    await signInByDirectory(browser, provider);
    expect(await people()).toHaveLength(1);
    expect((await audited()).filter((action) => action === "account.created")).toHaveLength(1);
  });

  it("is made once when D1 loses the answer", async () => {
    await depart(browser, provider);
    const path = returnPath(provider);
    let calls = 0;
    const lossy = (db: D1Database) =>
      new Proxy(db, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
          return async (statements: D1PreparedStatement[]) => {
            const answer = await target.batch(statements);
            if (++calls === 2) throw new Error("D1_ERROR: Network connection lost.");
            return answer;
          };
        },
      });
    const faulty = createServer({ clock, db: lossy, fetch: internetOf(clock, provider) });
    const there = new Browser(faulty);
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    expect(isIn(await there.open(path))).toBe(true);
    expect([(await people()).length, (await members()).length]).toEqual([1, 1]);
    expect(await audited()).toEqual(["account.created", "identity.linked", "member.added", "session.started"]);
  });

  it("comes back as the same person, whatever their address has become", async () => {
    await signInByDirectory(browser, provider);
    provider.claims = { ...provider.claims, email: "grace.hopper@contoso.example" };
    expect(isIn(await signInByDirectory(new Browser(server), provider))).toBe(true);
    expect(await people()).toMatchObject([{ email: "grace@contoso.example" }]);
  });

  it("has an address that is not verified unless the directory says so", async () => {
    provider.claims = { ...provider.claims, email_verified: undefined };
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    expect(await people()).toMatchObject([{ emailVerified: false }]);
  });

  it("has a verified address only in a domain that the organization has proved", async () => {
    await env.DB.prepare("DELETE FROM organization_domains").run();
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    expect(await people()).toMatchObject([{ emailVerified: false }]);
  });

  it("is recorded with the methods of RFC 8176 that the directory names, and no others", async () => {
    provider.claims = { ...provider.claims, amr: ["mfa", "pwd", "rsa", "ngcmfa", 7] };
    await signInByDirectory(browser, provider);
    const session = await env.DB.prepare("SELECT amr, acr FROM sessions").first();
    expect(session).toEqual({ amr: '["mfa","pwd"]', acr: "urn:countersign:acr:mfa" });
  });

  it("has signed in when the directory says so, which may be long ago", async () => {
    provider.claims = { ...provider.claims, auth_time: Math.floor(clock.now / 1000) - 3600 };
    await signInByDirectory(browser, provider);
    expect(await env.DB.prepare("SELECT auth_at FROM sessions").first("auth_at")).toBe(
      (Math.floor(clock.now / 1000) - 3600) * 1000,
    );
  });

  it("has not signed in just now when the directory does not say when", async () => {
    provider.claims = { ...provider.claims, auth_time: undefined };
    await signInByDirectory(browser, provider);
    expect(await env.DB.prepare("SELECT auth_at FROM sessions").first("auth_at")).toBe(clock.now - 3600_000);
  });

  it("signs in anew at the directory when they come again, and has to say so", async () => {
    await signInByDirectory(browser, provider);
    clock.now += 1200_000;
    await signInByDirectory(browser, provider, "/sign-in/work/contoso?to=/settings/security");
    expect(Object.fromEntries(provider.request)).toMatchObject({
      prompt: "login",
      max_age: "0",
      claims: '{"id_token":{"auth_time":{"essential":true}}}',
    });
    const { results } = await env.DB.prepare("SELECT auth_at FROM sessions").all();
    expect(results).toEqual([{ auth_at: Math.floor(clock.now / 1000) * 1000 }]);
  });

  it("has their address from userinfo where the ID token leaves it out", async () => {
    provider.claims = { sub: "00u-grace" };
    provider.userinfo = { sub: "00u-grace", email: "grace@contoso.example", email_verified: true, name: "Grace" };
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    expect(await people()).toMatchObject([{ email: "grace@contoso.example", emailVerified: true, name: "Grace" }]);
  });
});

describe("how we ask the directory", () => {
  const tokenRequest = () => provider.asked.find(({ path }) => path === "/token");

  it("sends its secret as its metadata says", async () => {
    await connectDirectory(server, contoso);
    await signInByDirectory(browser, provider);
    expect(tokenRequest()?.headers.get("authorization")).toBe(
      `Basic ${btoa(`countersign%2Dthere:${SECRET_THERE.replaceAll("-", "%2D")}`)}`,
    );
    provider.asked.length = 0;
    provider.metadata = {
      ...provider.metadata,
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    };
    clock.now += 3600_000;
    await signInByDirectory(new Browser(server), provider);
    expect(tokenRequest()?.headers.get("authorization")).toBeNull();
    expect(tokenRequest()?.body.get("client_secret")).toBe(SECRET_THERE);
  });

  it("signs with our own key where there is no secret", async () => {
    await connectDirectory(server, contoso, {}, { sealedSecret: null });
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    const [head = "", claims = ""] = (tokenRequest()?.body.get("client_assertion") ?? "").split(".");
    const read = (part: string) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    const { keys } = await (await server.fetch("/jwks")).json<{ keys: { kid: string; alg: string }[] }>();
    expect(keys.find(({ kid }) => kid === read(head).kid)?.alg).toBe("RS256");
    const seconds = Math.floor(clock.now / 1000);
    expect(read(claims)).toMatchObject({ iss: "countersign-there", sub: "countersign-there", aud: CONTOSO, iat: seconds });
  });

  it("reads its metadata once an hour, and its keys once", async () => {
    await connectDirectory(server, contoso);
    await signInByDirectory(browser, provider);
    await signInByDirectory(new Browser(server), provider);
    const count = (path: string) => provider.asked.filter((one) => one.path === path).length;
    expect([count("/.well-known/openid-configuration"), count("/keys"), count("/token")]).toEqual([1, 1, 2]);
  });

  it.each([
    ["prompt=login", { prompt: "login" }, { prompt: "login", max_age: "0" }],
    ["max_age", { max_age: "300" }, { max_age: "300" }],
    ["prompt=select_account", { prompt: "select_account" }, { prompt: "select_account" }],
  ])("passes %s of a service on", async (_, parameters, expected) => {
    await connectDirectory(server, contoso);
    await addResource();
    await addClient("buildboard");
    provider.metadata = { ...provider.metadata, prompt_values_supported: ["none", "login", "select_account"] };
    const page = await browser.open(authorizationUrl(parameters));
    const sealed = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const asked = await depart(browser, provider, `/sign-in/work/contoso?continue=${sealed}`);
    expect(Object.fromEntries(asked)).toMatchObject(expected);
  });
});

it.each([
  ["prefers", { acr_values: "urn:countersign:acr:mfa" }, "consent"],
  [
    "insists on",
    { claims: '{"id_token":{"acr":{"essential":true,"value":"urn:countersign:acr:mfa"}}}' },
    "unmet_authentication_requirements",
  ],
])("a service that %s more than the directory proves sends nobody round in circles", async (_, wish, expected) => {
  await connectDirectory(server, contoso);
  await addResource();
  await addClient("buildboard");
  provider.claims = { ...provider.claims, amr: ["pwd"], auth_time: Math.floor(clock.now / 1000) - 600 };
  const start = await browser.open(authorizationUrl(wish));
  const sealed = /name="continue" value="([^"]+)"/.exec(start.text)?.[1] ?? "";
  const page = await signInByDirectory(browser, provider, `/sign-in/work/contoso?continue=${sealed}`);
  expect(page.text.includes('action="/consent"') ? "consent" : new URL(page.url).searchParams.get("error")).toBe(expected);
});

describe("somebody who has an account here", () => {
  it("is found by a verified address in a domain of the organization", async () => {
    await connectDirectory(server, contoso);
    const { userId } = await addUser("Grace");
    expect(isIn(await signInByDirectory(browser, provider))).toBe(true);
    expect(await env.DB.prepare("SELECT user_id FROM identities").first("user_id")).toBe(userId);
    await signInByDirectory(new Browser(server), provider);
    const letters = await emailsTo(server, "grace@contoso.example", "identity_linked");
    expect(letters.map(({ subject }) => subject)).toEqual(["A work account was linked to your account at Countersign"]);
    expect(letters[0]?.text).toContain("through Contoso as well, as grace@contoso.example.");
  });

  const unowned: readonly (readonly [name: string, arrange: () => Promise<unknown> | unknown])[] = [
    [
      "the directory does not vouch for the address",
      () => (provider.claims = { ...provider.claims, email_verified: undefined }),
    ],
    ["the directory vouches in a word of its own", () => (provider.claims = { ...provider.claims, email_verified: "yes" })],
    ["their own address is not verified", () => env.DB.prepare("UPDATE users SET email_verified = 0").run()],
    ["the organization has not proved the domain", () => env.DB.prepare("DELETE FROM organization_domains").run()],
    [
      "the domain is another organization's",
      async () => {
        const other = await addOrganization("fabrikam", "all");
        await env.DB.prepare("UPDATE organization_domains SET organization_id = ?").bind(other).run();
      },
    ],
  ];

  it.each(unowned)("is not found by it when %s", async (_, arrange) => {
    await connectDirectory(server, contoso);
    await addUser("Grace");
    await arrange();
    const before = await snapshot();
    const page = await signInByDirectory(browser, provider);
    expect([page.status, textOf(page)]).toEqual([
      403,
      expect.stringContaining("There is already an account with your address"),
    ]);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["an organization's", () => contoso],
    ["the operator's own", () => null],
  ])("is not found by an address of another domain, although %s directory vouches for it", async (_, owner) => {
    await connectDirectory(server, owner());
    await addUser("Mallory");
    await env.DB.prepare("UPDATE users SET email = 'ceo@fabrikam.example'").run();
    provider.claims = { ...provider.claims, email: "ceo@fabrikam.example" };
    const before = await snapshot();
    const page = await signInByDirectory(browser, provider);
    expect(page.status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("does not come in when they are disabled", async () => {
    await connectDirectory(server, contoso);
    const { userId } = await addUser("Grace");
    await addIdentity("00u-grace", userId, CONTOSO);
    await env.DB.prepare("UPDATE users SET disabled_at = 1").run();
    const before = await snapshot();
    const page = await signInByDirectory(browser, provider);
    expect([page.status, textOf(page)]).toEqual([403, expect.stringContaining("Your account here is disabled")]);
    expect(await snapshot()).toBe(before);
  });
});

describe("a directory that makes no accounts", () => {
  it("says so to somebody new", async () => {
    await connectDirectory(server, contoso, { creates_accounts: false });
    const before = await snapshot();
    const page = await signInByDirectory(browser, provider);
    expect([page.status, textOf(page)]).toEqual([403, expect.stringContaining("You have no account here yet")]);
    expect([await snapshot(), await people()]).toEqual([before, []]);
  });

  it("makes none for an address of a foreign domain either, wherever it may make them", async () => {
    await connectDirectory(server, contoso);
    provider.claims = { ...provider.claims, email: "guest@elsewhere.example" };
    const page = await signInByDirectory(browser, provider);
    expect([page.status, await people()]).toEqual([403, []]);
  });
});

describe("membership by a claim", () => {
  const joins = { claim: "groups", member: ["staff"], owner: ["it-admins"] };
  const roles = async () => (await members()).map(({ role }) => role);
  const comeWith = async (groups: unknown) => {
    provider.claims = { ...provider.claims, groups };
    expect(isIn(await signInByDirectory(new Browser(server), provider))).toBe(true);
    return roles();
  };

  it("is given, changed and taken at each sign-in", async () => {
    await connectDirectory(server, contoso, { joins });
    provider.userinfo = { sub: "00u-grace" };
    expect(await comeWith(["other"])).toEqual([]);
    expect(await comeWith("staff")).toEqual(["member"]);
    expect(await comeWith(["staff", "it-admins"])).toEqual(["owner"]);
    expect(await comeWith(["staff"])).toEqual(["member"]);
    expect(await comeWith(undefined)).toEqual([]);
    const actions = (await audited()).filter((action) => action.startsWith("member."));
    expect(actions).toEqual(["member.added", "member.role_changed", "member.role_changed", "member.removed"]);
  });

  it("takes no other organization's membership, and leaves owners to us where it names none", async () => {
    await connectDirectory(server, contoso, { joins: { claim: "groups", member: ["staff"] } });
    await comeWith(["staff"]);
    const [person] = await people();
    await env.DB.prepare("UPDATE memberships SET role = 'owner'").run();
    await addOrganization("fabrikam", "all", person?.id ?? "");
    expect(await comeWith(["staff"])).toEqual(["owner", "member"]);
    await comeWith([]);
    expect(await members()).toMatchObject([{ organizationId: expect.stringContaining("fabrikam") }]);
  });

  it("stands in the log of the organization, from the first to the last", async () => {
    const olga = await addUser("Olga");
    await env.DB.prepare("INSERT INTO memberships VALUES (?, ?, 'owner', ?)").bind(olga.userId, contoso, clock.now).run();
    await connectDirectory(server, contoso, { joins });
    for (const groups of [["staff"], ["it-admins"], []]) {
      provider.claims = { ...provider.claims, groups };
      await signInByDirectory(new Browser(server), provider);
      clock.now += 1000;
    }
    await signIn(browser, await browser.open("/sign-in"), olga.email);
    const log = textOf(await browser.open("/settings/organizations/contoso/log"));
    const at = ["Member removed", "Role changed", "Member → Owner", "Member added"].map((words) => log.lastIndexOf(words));
    expect([at.includes(-1), at]).toEqual([false, at.toSorted((a, b) => a - b)]);
  });

  it("ends what tokens reach, once it is taken", async () => {
    await connectDirectory(server, contoso, { joins });
    await addResource();
    await addClient("buildboard");
    await addClient("contoso-devops");
    provider.claims = { ...provider.claims, groups: ["staff"] };
    await signInByDirectory(browser, provider);
    const consent = await browser.open(authorizationUrl());
    const code = responseOf(await approve(browser, consent)).get("code") ?? "";
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code)));
    expect((await introspect(server, tokens.access_token))["organizations"]).toEqual(["contoso"]);
    const person = (await people())[0]?.id ?? "";
    const asks = "INSERT INTO access_requests SELECT organization_id, 'buildboard', ?, 'Please', '[]', 0 FROM memberships";
    await env.DB.prepare(asks).bind(person).run();
    await comeWith(["staff"]);
    expect((await env.KV.list({ prefix: "revoked:" })).keys).toEqual([]);
    await comeWith([]);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    expect((await env.KV.list({ prefix: "revoked:grant:" })).keys).toHaveLength(1);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM access_requests").first("n")).toBe(0);
    clock.now += 2 * 60_000;
    const fresh = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token ?? "")));
    expect((await introspect(server, fresh.access_token))["organizations"] ?? []).toEqual([]);
  });
});
