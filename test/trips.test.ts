/** Round trips are the worldwide latency: how many each request makes to D1 and KV once its isolate is warm. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handle } from "../src/app.ts";
import { proofLine } from "../src/clients/publisher.ts";
import { checkRequest, createResourceServer } from "../src/verify/index.ts";
import { Browser, fieldsOf } from "./browser.ts";
import { API, addClient, addInitialAccessToken, addOrganization, addResource, addUser, PASSWORD, SECRET } from "./builders.ts";
import { createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "./clientHost.ts";
import { clientKey, sign } from "./clientKey.ts";
import { DEVELOPER, registerService, serviceFields } from "./developer.ts";
import { addDeviceClient, enterCode, obtainApproved, obtainCodes, poll, requestCodes } from "./device.ts";
import { addDirectory, addIdentity, bearerClaims, DIRECTORY, GRANT_TYPE } from "./directory.ts";
import { AUTHENTICATORS, appFields, codeOf, PASSKEYS, passkeyFields, RECOVERY_CODES, SECOND_STEP } from "./factors.ts";
import {
  authorizationUrl,
  authorize,
  codeRequest,
  obtainTokens,
  openAuthorization,
  post,
  refreshRequest,
  signIn,
  type Tokens,
  tokensOf,
} from "./flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server } from "./harness.ts";
import { codeFor } from "./mailbox.ts";
import { addOperator, ownToken } from "./oauth/admin/operator.ts";
import { connectDirectory, depart, openidProvider, returnPath, serverWith } from "./openidDirectory.ts";
import { makeDpopKey, proofBy } from "./proof.ts";

const SETTINGS = "/settings/authorizations";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

let server: Server;
let browser: Browser;
let email: string;
let tokens: Tokens;
let grace: { userId: string; email: string };

beforeAll(async () => {
  await empty();
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient("contoso-devops", {
    grant_types: [TOKEN_EXCHANGE, "client_credentials"],
    redirect_uris: [],
    scope: "builds.read",
    token_exchange: { resources: [API], impersonation: true, delegation: true },
  });
  await addClient("nightly", { grant_types: ["client_credentials"], redirect_uris: [], scope: "builds.read" });
  await addDeviceClient();
  await addClient("sync", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [] });
  await addDirectory(["jwt_bearer"], { clients: ["sync"] });
  // Somebody else, so that what Ada approved stays as the others count it.
  grace = await addUser("Grace");
  await addIdentity("ada@directory", grace.userId);
});

/** An isolate that has served each client once. */
beforeEach(async () => {
  server = createServer();
  browser = new Browser(server);
  tokens = await obtainTokens(server, browser, email);
  for (const [clientId, path] of [["contoso-devops", "/introspect"] as const, ["cli", "/revoke"] as const])
    await post(server, path, { token: "x", client_id: clientId }, clientId === "cli" ? null : basic(clientId, SECRET));
  server.pass(1);
});

/** The trips of one request, which must end with this status. */
async function count(status: number, request: () => Promise<Response>): Promise<{ d1: number; kv: number }> {
  server.trips.reset();
  const response = await request();
  const { d1, kv } = server.trips;
  expect(response.status, await response.text()).toBe(status);
  return { d1, kv };
}

const exchange = (fields: Parameters<typeof form>[0]) =>
  post(
    server,
    "/token",
    { grant_type: TOKEN_EXCHANGE, subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN, ...fields },
    basic("contoso-devops", SECRET),
  );

const submit = (path: string, fields: Parameters<typeof form>[0]) =>
  browser.send(path, { method: "POST", body: form(fields), headers: { origin: ISSUER, "sec-fetch-site": "same-origin" } });

describe("of a program", () => {
  it.each<[string, { d1: number; kv: number }, () => Promise<() => Promise<Response>>]>([
    ["the metadata", { d1: 0, kv: 0 }, async () => () => server.fetch("/.well-known/openid-configuration")],
    ["the OAuth metadata", { d1: 0, kv: 0 }, async () => () => server.fetch("/.well-known/oauth-authorization-server")],
    ["the keys", { d1: 0, kv: 0 }, async () => () => server.fetch("/jwks")],
    [
      "a code exchange",
      { d1: 1, kv: 0 },
      async () => {
        const code = (await authorize(browser, email)).get("code") ?? "";
        return () => post(server, "/token", codeRequest(code));
      },
    ],
    ["a refresh", { d1: 1, kv: 0 }, async () => () => post(server, "/token", refreshRequest(tokens.refresh_token))],
    [
      "a token that a client gets for itself",
      { d1: 0, kv: 0 },
      async () => {
        const send = () => post(server, "/token", { grant_type: "client_credentials" }, basic("nightly", SECRET));
        await tokensOf(await send());
        return send;
      },
    ],
    [
      "one for which a proof must be used up",
      { d1: 1, kv: 0 },
      async () => {
        const request = { method: "POST", body: form({ grant_type: "client_credentials" }) };
        const headers = { authorization: basic("nightly", SECRET) };
        await tokensOf(await server.fetch("/token", { ...request, headers }));
        const iat = Math.floor(server.deps.now() / 1000);
        const dpop = await proofBy(await makeDpopKey(), { htm: "POST", htu: `${ISSUER}/token`, iat });
        return () => server.fetch("/token", { ...request, headers: { ...headers, dpop } });
      },
    ],
    ["an exchange of a person's token", { d1: 1, kv: 0 }, async () => () => exchange({})],
    [
      "an exchange that names who acts",
      { d1: 1, kv: 0 },
      async () => {
        const own = await post(server, "/token", { grant_type: "client_credentials" }, basic("contoso-devops", SECRET));
        const { access_token } = await tokensOf(own);
        return () => exchange({ actor_token: access_token, actor_token_type: ACCESS_TOKEN });
      },
    ],
    [
      "the assertion of a directory, of an isolate that has seen one of its before",
      { d1: 1, kv: 0 },
      async () => {
        const send = async () => {
          const assertion = await sign(await clientKey("ES256", `ES256-of-${DIRECTORY}`), bearerClaims(server));
          return post(server, "/token", { grant_type: GRANT_TYPE, assertion, scope: "builds.read" }, basic("sync", SECRET));
        };
        await tokensOf(await send());
        return send;
      },
    ],
    [
      "a device that asks for its codes",
      { d1: 1, kv: 0 },
      async () => {
        await obtainCodes(server);
        return () => requestCodes(server);
      },
    ],
    [
      "a device whose code was approved",
      { d1: 1, kv: 0 },
      async () => {
        const { device_code } = await obtainApproved(server, new Browser(server), grace.email);
        return () => poll(server, device_code);
      },
    ],
    [
      "an introspection of an access token",
      { d1: 1, kv: 0 },
      async () => () => post(server, "/introspect", { token: tokens.access_token }, basic("contoso-devops", SECRET)),
    ],
    [
      "an introspection of a refresh token",
      { d1: 1, kv: 0 },
      async () => () => post(server, "/introspect", { token: tokens.refresh_token }),
    ],
    [
      "userinfo",
      { d1: 1, kv: 0 },
      async () => () => server.fetch("/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } }),
    ],
    ["a revoked refresh token", { d1: 1, kv: 1 }, async () => () => post(server, "/revoke", { token: tokens.refresh_token })],
    ["a revoked access token", { d1: 1, kv: 1 }, async () => () => post(server, "/revoke", { token: tokens.access_token })],
    ["a revocation of nonsense", { d1: 0, kv: 0 }, async () => () => post(server, "/revoke", { token: "nonsense" })],
  ])("%s makes %o trips", async (_, expected, arrange) => {
    expect(await count(200, await arrange())).toEqual(expected);
  });

  it("a device that waits makes one for each poll, and a forged device code none", async () => {
    const { device_code } = await obtainCodes(server);
    expect(await count(400, () => poll(server, device_code))).toEqual({ d1: 1, kv: 0 });
    expect(await count(400, () => poll(server, device_code.replace(/.$/, "!")))).toEqual({ d1: 0, kv: 0 });
  });

  it("a forged code or refresh token makes none", async () => {
    const forged = tokens.refresh_token.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect(await count(400, () => post(server, "/token", refreshRequest(forged)))).toEqual({ d1: 0, kv: 0 });
    expect(await count(400, () => post(server, "/token", codeRequest("csc_nonsense")))).toEqual({ d1: 0, kv: 0 });
  });

  it("an exchange that the tokens alone rule out makes none", async () => {
    expect(await count(400, () => exchange({ scope: "workitems.write" }))).toEqual({ d1: 0, kv: 0 });
    expect(await count(400, () => exchange({ resource: "https://nowhere.example" }))).toEqual({ d1: 0, kv: 0 });
  });

  it("a check by countersign/verify makes none to D1, one to KV, and asks the issuer for nothing", async () => {
    let fetches = 0;
    const resourceServer = createResourceServer({
      issuer: ISSUER,
      audience: API,
      revocations: server.deps.kv,
      now: server.deps.now,
      fetch: (input, init) => {
        fetches++;
        return handle(new Request(input, init), server.deps);
      },
    });
    const call = async () => {
      const request = new Request(API, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      return Response.json(await checkRequest(request, resourceServer, "builds.read"));
    };
    await call();
    expect(fetches).toBe(2);
    expect(await count(200, call)).toEqual({ d1: 0, kv: 1 });
    expect(fetches).toBe(2);
  });
});

describe("of a person", () => {
  it("/authorize of a stranger makes none, and leads to the sign-in page, which makes none", async () => {
    const stranger = new Browser(server);
    expect(await count(303, () => stranger.send(authorizationUrl()))).toEqual({ d1: 0, kv: 0 });
    expect(await count(200, () => stranger.send("/sign-in"))).toEqual({ d1: 0, kv: 0 });
  });

  it("a sign-in makes two: one counts the attempt and finds the person, one begins the session", async () => {
    const stranger = new Browser(server);
    const page = await stranger.open(authorizationUrl());
    const fields = { ...fieldsOf(page, "/sign-in"), email, password: PASSWORD };
    const request = { method: "POST", body: form(fields), headers: { origin: ISSUER } };
    expect(await count(303, () => stranger.send("/sign-in", request))).toEqual({ d1: 2, kv: 0 });
  });

  it("the choice between several people makes one to show and one to take; their security and its events one each, an end two", async () => {
    const several = new Browser(server);
    for (const one of [await addUser("Several"), { email }])
      await signIn(several, await several.open("/sign-in?another=1"), one.email);
    expect(await count(200, () => several.send("/sign-in"))).toEqual({ d1: 1, kv: 0 });
    for (const path of ["/settings/security", "/settings/security/events"])
      expect(await count(200, () => several.send(path))).toEqual({ d1: 1, kv: 0 });
    const page = await several.open("/sign-in");
    const [, other = ""] = /name="choice" value="([\w-]{43})"/.exec(page.text) ?? [];
    const choice = { ...fieldsOf(page, "/sign-in"), choice: other };
    const chosen = { method: "POST", body: form(choice), headers: { origin: ISSUER } };
    expect(await count(303, () => several.send("/sign-in", chosen))).toEqual({ d1: 1, kv: 0 });
    const { csrf = "" } = fieldsOf(await several.open("/sign-out"), "/sign-out");
    const end = { method: "POST", body: form({ csrf, end: "others" }), headers: { origin: ISSUER } };
    expect(await count(303, () => several.send("/settings/security", end))).toEqual({ d1: 2, kv: 0 });
  });

  it("a code by e-mail makes four: the limits, the code, the e-mail's leaving and its end; signing in with it three", async () => {
    const stranger = new Browser(server);
    const path = "/sign-in/code";
    const asked = { ...fieldsOf(await stranger.open(path), path), email };
    const send = (fields: Readonly<Record<string, string | readonly string[]>>) =>
      stranger.send(path, { method: "POST", body: form(fields), headers: { origin: ISSUER } });
    expect(await count(200, () => send(asked))).toEqual({ d1: 4, kv: 0 });
    const entered = { ...asked, step: "code", code: await codeFor(server, email) };
    expect(await count(303, () => send(entered))).toEqual({ d1: 3, kv: 0 });
  });

  it("the pages of the account make one, and each change of it one more", async () => {
    const own = "/settings/account";
    // Somebody whom no other test needs afterwards.
    const { email: leaving } = await addUser("Zoe");
    browser = new Browser(server);
    await signIn(browser, await browser.open("/sign-in"), leaving);
    for (const path of [own, `${own}/email`, `${own}/password`, `${own}/delete`])
      expect(await count(200, () => browser.send(path)), path).toEqual({ d1: 1, kv: 0 });
    const { csrf = "" } = fieldsOf(await browser.open(own), own);
    expect(await count(303, () => submit(own, { csrf, act: "name", name: "Grace H." }))).toEqual({ d1: 2, kv: 0 });
    expect(await count(200, () => submit(`${own}/export`, { csrf }))).toEqual({ d1: 2, kv: 0 });
    const password = { csrf, password: "four words in a row" };
    expect(await count(303, () => submit(`${own}/password`, password))).toEqual({ d1: 2, kv: 0 });
    expect(await count(200, () => submit(`${own}/delete`, { csrf, email: leaving }))).toMatchObject({ d1: 2 });
  });

  it("a sign-in at a directory makes none to begin and two to end: who it is, and the session; the list of work accounts two", async () => {
    const provider = await openidProvider();
    provider.claims = { ...provider.claims, email: "grace@tailspin.example" };
    ({ server } = serverWith(provider));
    await connectDirectory(server, null, { domains: ["tailspin.example"] });
    const comes = async () => {
      browser = new Browser(server);
      const begun = await count(303, () => browser.send("/sign-in/work/contoso"));
      await depart(browser, provider);
      return [begun, await count(303, () => browser.send(returnPath(provider)))];
    };
    await comes();
    expect(await comes()).toEqual([
      { d1: 0, kv: 0 },
      { d1: 2, kv: 0 },
    ]);
    expect(await count(200, () => browser.send("/settings/account/identities"))).toEqual({ d1: 2, kv: 0 });
  });

  it("/authorize makes one for the approval page, and approving makes one, and one to KV where it takes something away", async () => {
    const url = authorizationUrl({ prompt: "consent" });
    expect(await count(200, () => browser.send(url))).toEqual({ d1: 1, kv: 0 });
    const page = await browser.open(url);
    const fields = { ...fieldsOf(page, "/consent"), decision: "approve" };
    expect(await count(303, () => submit("/consent", fields))).toEqual({ d1: 1, kv: 0 });
    server.pass(1);
    const less = { ...fieldsOf(await browser.open(url), "/consent"), decision: "approve", scope: "builds.read" };
    expect(await count(303, () => submit("/consent", less))).toEqual({ d1: 1, kv: 1 });
  });

  it("/authorize that yields a code makes two: one looks, one begins the family", async () => {
    expect(await count(303, () => browser.send(authorizationUrl()))).toEqual({ d1: 2, kv: 0 });
  });

  it("choosing a language makes none for a stranger, and one for who is signed in", async () => {
    expect(await count(200, () => browser.send("/language"))).toEqual({ d1: 1, kv: 0 });
    const chosen = { ...fieldsOf(await browser.open("/language"), "/language"), language: "de" };
    expect(await count(303, () => submit("/language", chosen))).toEqual({ d1: 1, kv: 0 });
    expect(await count(303, () => submit("/language", { ...chosen, language: "" }))).toEqual({ d1: 1, kv: 0 });
    const stranger = new Browser(server);
    expect(await count(200, () => stranger.send("/language"))).toEqual({ d1: 0, kv: 0 });
  });

  it("the field for a device's code makes none, a code one and one for who types it, the approval page one, approving two", async () => {
    const { user_code } = await obtainCodes(server);
    browser = new Browser(server);
    expect(await count(200, () => browser.send("/device"))).toEqual({ d1: 0, kv: 0 });
    await signIn(browser, await browser.open("/sign-in"), grace.email);
    const typed = { ...fieldsOf(await browser.open("/device"), "/device"), user_code };
    expect(await count(303, () => submit("/device", typed))).toEqual({ d1: 2, kv: 0 });
    const page = await enterCode(browser, user_code, grace.email);
    expect(await count(200, () => browser.send(page.url.slice(ISSUER.length)))).toEqual({ d1: 1, kv: 0 });
    const fields = { ...fieldsOf(page, "/device/decision"), decision: "approve" };
    expect(await count(303, () => submit("/device/decision", fields))).toEqual({ d1: 2, kv: 0 });
  });

  it("the list of authorizations makes one, the page of one as well, each act one, and one to KV where it ends what is out", async () => {
    expect(await count(200, () => browser.send(SETTINGS))).toEqual({ d1: 1, kv: 0 });
    const csrf = String(fieldsOf(await browser.open(SETTINGS), SETTINGS)["csrf"]);
    const own = new URL((await openAuthorization(browser, "Buildboard")).url).pathname;
    expect(await count(200, () => browser.send(own))).toEqual({ d1: 1, kv: 0 });
    for (const file of ["csv", "json"])
      expect(await count(200, () => browser.send(`${own}/history.${file}`))).toEqual({ d1: 1, kv: 0 });
    const acts: readonly (readonly [kv: number, fields: Parameters<typeof form>[0]])[] = [
      [1, { action: "pause" }],
      [0, { action: "resume" }],
      [1, { action: "narrow", shown_scope: "builds.read" }],
      [1, { action: "remove_organization", organization_id: `aa${"contoso".padEnd(20, "0")}` }],
      [0, { action: "shorten", lifetime: "30_days" }],
      [1, { action: "revoke" }],
    ];
    for (const [kv, fields] of acts) {
      server.pass(10);
      expect(await count(303, () => submit(own, { csrf, ...fields })), String(fields["action"])).toEqual({ d1: 1, kv });
    }
    await obtainTokens(server, browser, email);
    expect(await count(303, () => submit(SETTINGS, { csrf, action: "revoke_all" }))).toMatchObject({ d1: 1 });
  });

  it("the pages of organizations make one each, and one more to decide, and to KV one for each consent that loses the organization", async () => {
    const here = "/settings/organizations/contoso";
    const owns = (role: string) => env.DB.prepare("UPDATE memberships SET role = ?").bind(role).run();
    await owns("owner");
    await obtainTokens(server, browser, email);
    for (const page of [
      "",
      "/contoso",
      "/contoso/members",
      "/contoso/access",
      "/contoso/services",
      "/contoso/requests",
      "/contoso/log",
    ])
      expect(await count(200, () => browser.send(`/settings/organizations${page}`)), page).toEqual({ d1: 1, kv: 0 });
    const { csrf = "" } = fieldsOf(await browser.open(`${here}/access`), `${here}/access`);
    expect(await count(303, () => submit(`${here}/access`, { csrf, policy: "none" }))).toMatchObject({ d1: 2, kv: 1 });
    server.pass(10);
    expect(await count(303, () => submit(`${here}/access`, { csrf, policy: "all" }))).toEqual({ d1: 2, kv: 0 });
    // A third finds the service, whose name the e-mail to those who asked has.
    const decision = { csrf, client_id: "nightly", action: "approve" };
    expect(await count(303, () => submit(`${here}/services`, decision))).toEqual({ d1: 3, kv: 0 });
    await owns("member");
  });

  it("the developer pages make one to show a service or all of them, and one more to register, change or give it a secret", async () => {
    expect(await count(200, () => browser.send(DEVELOPER))).toEqual({ d1: 1, kv: 0 });
    const { csrf = "" } = fieldsOf(await browser.open(`${DEVELOPER}/new`), `${DEVELOPER}/new`);
    expect(await count(200, () => browser.send(`${DEVELOPER}/new`))).toEqual({ d1: 1, kv: 0 });
    // A third counts the registrations.
    expect(await count(303, () => submit(`${DEVELOPER}/new`, { ...serviceFields(), csrf }))).toEqual({ d1: 3, kv: 0 });
    const own = `${DEVELOPER}/${await registerService(browser)}`;
    for (const page of ["", "/edit", "/secrets", "/publisher", "/try", "/delete"])
      expect(await count(200, () => browser.send(own + page)), page).toEqual({ d1: 1, kv: 0 });
    expect(await count(303, () => submit(`${own}/edit`, { ...serviceFields(), csrf }))).toEqual({ d1: 2, kv: 0 });
    const secret = { csrf, action: "new", overlap: "keep" };
    expect(await count(200, () => submit(`${own}/secrets`, secret))).toEqual({ d1: 2, kv: 0 });
    expect(await count(303, () => submit(`${own}/delete`, { csrf }))).toEqual({ d1: 2, kv: 1 });
  });

  it("the pages of a developer's APIs make one for who it is and one for what they show, and no more than four to change anything", async () => {
    const csrf = String(fieldsOf(await browser.open(`${DEVELOPER}/new`), `${DEVELOPER}/new`)["csrf"]);
    const address = "https://api.northstar.example/";
    const here = `${DEVELOPER}/resources`;
    const own = `${here}/${encodeURIComponent(address)}`;
    const owner = await env.DB.prepare("SELECT id FROM users WHERE email = ?").bind(email).first<string>("id");
    Object.assign(server.deps, {
      fetch: async () => new Response(await proofLine(server.deps, String(owner), new URL(address).host)),
    });
    const fields = { csrf, action: "save", identifier: address, name: "Notes" };
    // Another second than that in which the tests before this one revoked.
    server.pass(7);
    const trips = {
      list: await count(200, () => browser.send(here)),
      new: await count(303, () => submit(`${here}/new`, fields)),
      show: await count(200, () => browser.send(own)),
      change: await count(303, () => submit(own, { ...fields, name: "Notes 2" })),
      ask: await count(200, () => browser.send(`${own}/delete`)),
      deletion: await count(303, () => submit(`${own}/delete`, { csrf })),
    };
    expect(trips).toEqual({
      list: { d1: 2, kv: 0 },
      new: { d1: 3, kv: 0 },
      show: { d1: 2, kv: 0 },
      change: { d1: 4, kv: 0 },
      ask: { d1: 3, kv: 0 },
      deletion: { d1: 4, kv: 0 },
    });
  });

  it("the front page and the style sheet make none for a stranger", async () => {
    for (const path of ["/", "/style.css", "/icon.svg"])
      expect(await count(200, () => server.fetch(path)), path).toEqual({ d1: 0, kv: 0 });
  });
});

describe("of an isolate that has just begun", () => {
  it("a code exchange makes four, of which those for clients, resources and keys are its last for a minute", async () => {
    const codes = [await authorize(browser, email), await authorize(browser, email)].map((answer) => answer.get("code") ?? "");
    server = createServer({ clock: { now: server.deps.now() } });
    const [first = "", second = ""] = codes;
    expect(await count(200, () => post(server, "/token", codeRequest(first)))).toEqual({ d1: 4, kv: 0 });
    server.pass(59);
    expect(await count(200, () => post(server, "/token", codeRequest(second)))).toEqual({ d1: 1, kv: 0 });
  });
});

describe("of a client that registers itself", () => {
  const asked = { client_name: "Fieldnotes", redirect_uris: ["https://fieldnotes.example/cb"] };
  const send = (path: string, method: string, body?: object, token?: string) =>
    server.fetch(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });

  it("registering makes two, one that counts or finds its token; managing makes one to look and one to write, and replacing one that counts", async () => {
    const now = server.deps.now();
    server = createServer({ config: { registration: "open" }, clock: { now } });
    await Promise.all([server.fetch("/jwks"), server.fetch("/.well-known/openid-configuration")]);
    expect(await count(201, () => send("/register", "POST", asked))).toEqual({ d1: 2, kv: 0 });
    const initial = await addInitialAccessToken();
    let registered: Response | undefined;
    const register = async () => {
      registered = await send("/register", "POST", asked, initial);
      return registered.clone();
    };
    expect(await count(201, register)).toEqual({ d1: 2, kv: 0 });
    const { client_id = "", registration_access_token: token } = (await registered?.json<Record<string, string>>()) ?? {};
    const path = `/register/${client_id}`;
    expect(await count(200, () => send(path, "GET", undefined, token))).toEqual({ d1: 1, kv: 0 });
    expect(await count(200, () => send(path, "PUT", { ...asked, client_id }, token))).toEqual({ d1: 3, kv: 0 });
    expect(await count(204, () => send(path, "DELETE", undefined, token))).toEqual({ d1: 2, kv: 1 });
    expect(await count(401, () => send(path, "GET"))).toEqual({ d1: 0, kv: 0 });
  });
});

describe("of a client that a document describes", () => {
  const fields = { client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK };
  const url = authorizationUrl({ ...fields, scope: "offline_access builds.read" });
  const host = createClientHost();
  host.serve(DOCUMENT, documentOf());

  it("the first request makes four beside that for the resources: it looks, counts, registers, looks again; later ones make none", async () => {
    server = createServer({ fetch: host.fetch });
    const visitor = new Browser(server);
    expect(await count(303, () => visitor.send(url))).toEqual({ d1: 5, kv: 0 });
    expect(await count(303, () => visitor.send(url))).toEqual({ d1: 0, kv: 0 });
    const answer = await authorize(visitor, email, { ...fields, scope: "offline_access builds.read" });
    const code = answer.get("code") ?? "";
    await server.fetch("/jwks");
    expect(await count(200, () => post(server, "/token", codeRequest(code, fields), null))).toEqual({ d1: 1, kv: 0 });
  });

  it("a refresh makes one, and three more where the document is stale: it looks, writes what it read, looks again", async () => {
    server = createServer({ fetch: host.fetch });
    const answer = await authorize(new Browser(server), email, { ...fields, scope: "offline_access builds.read" });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(answer.get("code") ?? "", fields), null));
    const refresh = () => post(server, "/token", refreshRequest(tokens.refresh_token, fields), null);
    expect(await count(200, refresh)).toEqual({ d1: 1, kv: 0 });
    server = createServer({ fetch: host.fetch, clock: { now: server.deps.now() } });
    await Promise.all([server.fetch("/jwks"), server.fetch("/.well-known/openid-configuration")]);
    await env.DB.prepare("UPDATE clients SET document_fresh_until = 0").run();
    expect(await count(200, refresh)).toEqual({ d1: 4, kv: 0 });
    expect(await count(200, refresh)).toEqual({ d1: 1, kv: 0 });
  });

  it("a logo makes one", async () => {
    expect(await count(404, () => server.fetch("/logos/nobody"))).toEqual({ d1: 1, kv: 0 });
  });
});

describe("of an operator", () => {
  it("each request makes one for who calls, and one for what is done", async () => {
    await addOperator();
    const headers = { authorization: `Bearer ${await ownToken(server)}`, "content-type": "application/json" };
    const send = (method: string, path: string, body?: object) => () =>
      server.fetch(`/admin/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const two = { d1: 2, kv: 0 };
    expect(await count(200, send("GET", "resources"))).toEqual(two);
    expect(await count(201, send("PUT", "resources/urn:notes", { name: "Notes" }))).toEqual(two);
    expect(await count(204, send("DELETE", "resources/urn:notes"))).toEqual(two);
    expect(await count(200, send("GET", "trusted-issuers"))).toEqual(two);
    expect(await count(201, send("POST", "initial-access-tokens", { label: "CI" }))).toEqual(two);
    expect(await count(200, send("GET", "clients"))).toEqual(two);
    expect(await count(200, send("POST", "clients/cli/disable"))).toEqual({ d1: 3, kv: 1 });
    expect(await count(200, send("POST", "clients/cli/enable"))).toEqual({ d1: 3, kv: 0 });
  });
});

describe("of a person's factors", () => {
  it("a page makes one and an act one more; to sign in by passkey makes three, by a code after the password three", async () => {
    const lin = await addUser("Lin");
    const own = new Browser(server);
    await signIn(own, await own.open("/sign-in"), lin.email);
    const send = (on: Browser, path: string, fields: Parameters<typeof form>[0]) => () =>
      on.send(path, { method: "POST", body: form(fields), headers: { origin: ISSUER, "sec-fetch-site": "same-origin" } });
    for (const path of [PASSKEYS, `${PASSKEYS}/new`, AUTHENTICATORS, `${AUTHENTICATORS}/new`, RECOVERY_CODES])
      expect(await count(200, () => own.send(path)), path).toEqual({ d1: 1, kv: 0 });
    const { key, fields } = await passkeyFields(own);
    expect(await count(303, send(own, `${PASSKEYS}/new`, fields))).toEqual({ d1: 2, kv: 0 });
    const app = await appFields(server, own);
    expect(await count(200, send(own, `${AUTHENTICATORS}/new`, app.fields))).toEqual({ d1: 2, kv: 0 });
    const { csrf } = fieldsOf(await own.open(RECOVERY_CODES), RECOVERY_CODES);
    expect(await count(200, send(own, RECOVERY_CODES, { csrf: csrf ?? "" }))).toEqual({ d1: 2, kv: 0 });

    const other = new Browser(server);
    const page = await other.open("/sign-in/passkey");
    const answer = { ...fieldsOf(page, "/sign-in/passkey"), credential: await key.sign(page) };
    expect(await count(303, send(other, "/sign-in/passkey", answer))).toEqual({ d1: 3, kv: 0 });
    server.pass(60);
    const third = new Browser(server);
    const step = await signIn(third, await third.open("/sign-in"), lin.email);
    const code = await codeOf(server, app.secret);
    expect(await count(303, send(third, SECOND_STEP, { ...fieldsOf(step, SECOND_STEP), code }))).toEqual({ d1: 3, kv: 0 });
  });
});
