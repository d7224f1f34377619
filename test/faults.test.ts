/** What becomes of each request when D1 or KV fails under it, at each of its calls. Time stands still save where a fault moves it. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { proofLine } from "../src/clients/publisher.ts";
import { work } from "../src/cron.ts";
import { markKey } from "../src/model.ts";
import { open } from "../src/store/database.ts";
import { audit, families, revocations } from "../src/store/schema.ts";
import { Browser, fieldsOf, textOf } from "./browser.ts";
import { API, addClient, addInitialAccessToken, addOrganization, addResource, addUser, PASSWORD, SECRET } from "./builders.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "./clientKey.ts";
import { DEVELOPER, registerService, serviceFields } from "./developer.ts";
import { addDeviceClient, decide, enterCode, obtainCodes, poll, requestCodes } from "./device.ts";
import { addDirectory, addIdentity, DIRECTORY, GRANT_TYPE, idJagClaims, signIdJag } from "./directory.ts";
import { AUTHENTICATORS, addApp, addPasskey, appFields, PASSKEYS, passkeyFields, RECOVERY_CODES } from "./factors.ts";
import {
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  obtainTokens,
  post,
  refreshRequest,
  signIn,
  tokensOf,
} from "./flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "./harness.ts";
import { codeFor } from "./mailbox.ts";
import { addOperator, ownToken } from "./oauth/admin/operator.ts";
import { CONTOSO, connectDirectory } from "./openidDirectory.ts";
import { makeDpopKey, proofBy } from "./proof.ts";

const SETTINGS = "/settings/authorizations";
const ACCOUNT = "/settings/account";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const proofKey = makeDpopKey();
const clock = { now: Date.UTC(2026, 10, 24, 12, 0, 0, 250) };

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
/** What no log line and no error may hold. */
let secrets: string[];
let lines: string[];

const PUBLISHER = "northstar.example";
/** The line of Ada's by which the host is hers. */
let proof = "";
/** What every host answers. */
const hosts: typeof fetch = async () => new Response(proof);

const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
let passing: ReturnType<typeof setTimeout> | undefined;

/** Lets everything run that waits for nothing but the clock, then moves the clock on. */
function passSoon(milliseconds: number): void {
  passing ??= realSetTimeout(() => {
    passing = undefined;
    vi.advanceTimersByTime(milliseconds);
  }, 1);
}

type Call = () => Promise<unknown>;
/** What happens instead of a call to D1 or KV. */
type Fault = (call: Call) => Promise<unknown>;

const fails: Fault = async () => {
  throw new Error("D1_ERROR: internal error; reference = 0123456789");
};
const losesTheRequest: Fault = async () => {
  passSoon(100);
  throw new Error("D1_ERROR: Network connection lost.");
};
const losesTheAnswer: Fault = async (call) => {
  await call();
  passSoon(100);
  throw new Error("D1_ERROR: Network connection lost.");
};
const hangs: Fault = () => {
  passSoon(3000);
  return new Promise(() => {});
};

/** A D1 of which the n-th call, from 1, goes as `at` says. */
function createFaultyServer(at: (call: number) => Fault | undefined): Server {
  let calls = 0;
  const db = (real: D1Database) =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name !== "batch") return value.bind(target);
        return (statements: D1PreparedStatement[]) => {
          const call = () => target.batch(statements);
          return (at(++calls) ?? ((run) => run()))(call);
        };
      },
    });
  return createServer({ clock, db, fetch: hosts });
}

const nth = (call: number, fault: Fault) => (current: number) => (current === call ? fault : undefined);

/** This browser's cookies, in front of another isolate. */
function browserOn(on: Server): Browser {
  const copy = new Browser(on);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

/** Every row of D1. To put them back takes a hundredth of the time in which people sign in and approve. */
async function saveRows(): Promise<readonly D1PreparedStatement[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('d1_migrations', 'signing_keys') AND name NOT GLOB '_cf*'",
  ).all<{ name: string }>();
  const tables = results.map(({ name }) => name);
  const contents = await env.DB.batch<Record<string, unknown>>(tables.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return contents.flatMap(({ results: rows }, index) =>
    rows.map((row) => {
      const names = Object.keys(row);
      const sql = `INSERT INTO "${tables[index]}" (${names.map((column) => `"${column}"`).join()}) VALUES (${names.map(() => "?").join()})`;
      return env.DB.prepare(sql).bind(...Object.values(row));
    }),
  );
}

async function restoreRows(rows: readonly D1PreparedStatement[]): Promise<void> {
  await empty();
  await env.DB.batch([env.DB.prepare("PRAGMA defer_foreign_keys = on"), ...rows]);
}

/** How many rows each table has of each kind of event: what a lost answer must not double. */
async function tally(): Promise<unknown> {
  const statements = [
    "SELECT action, count(*) AS n FROM audit GROUP BY action",
    "SELECT generation, revoked_at IS NULL AS live, count(*) AS n FROM families GROUP BY 1, 2",
    "SELECT revoked_at IS NULL AS live, json_array_length(scopes), count(*) AS n FROM grants GROUP BY 1, 2",
    "SELECT kind, count(*) AS n FROM revocations GROUP BY kind",
    "SELECT count(*) AS n FROM sessions",
    "SELECT count(*) AS n FROM pushed_requests",
    "SELECT status, interval_seconds, count(*) AS n FROM device_codes GROUP BY 1, 2",
    "SELECT count(*) AS n FROM seen",
    "SELECT count(*) AS n, json_array_length(secrets) AS secrets FROM clients GROUP BY 2",
    "SELECT uses_left FROM initial_access_tokens",
    "SELECT count(*) AS n FROM resources",
    "SELECT count(*) AS n FROM trusted_issuers",
    "SELECT count(*) AS n FROM directories",
    "SELECT count(*) AS n FROM identities",
    "SELECT count(*) AS n FROM passkeys",
    "SELECT count(*) AS n FROM authenticators",
    "SELECT used_at IS NULL AS live, count(*) AS n FROM recovery_codes GROUP BY 1",
    "SELECT kind, count(*) AS n FROM emails WHERE kind LIKE 'factor%' GROUP BY 1",
    "SELECT disabled_at IS NULL AS live, count(*) AS n FROM clients GROUP BY 1",
  ];
  return (await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))).map(({ results }) => results);
}

async function setUp(): Promise<void> {
  await empty();
  secrets = [PASSWORD, SECRET];
  server = createServer({ clock, fetch: hosts });
  browser = new Browser(server);
  ada = await addUser("Ada");
  proof = await proofLine(server.deps, ada.userId, PUBLISHER);
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient("contoso-devops", {
    grant_types: [TOKEN_EXCHANGE],
    redirect_uris: [],
    token_exchange: { resources: [API], impersonation: true, delegation: false },
  });
  await addDeviceClient();
  const { jwk } = await clientKey("ES256");
  const keyed = { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [jwk] } } as const;
  await addClient("keyed", {
    ...keyed,
    grant_types: ["authorization_code", "refresh_token", "client_credentials"],
    scope: "openid profile offline_access workitems.read builds.read",
    post_logout_redirect_uris: ["https://keyed.example/bye"],
  });
}

/** A client's assertion and proof, which count once: a request that is sent again brings the same ones. */
async function signedRequest(path: string): Promise<{ readonly fields: Record<string, string>; readonly dpop: string }> {
  const client_assertion = await sign(await clientKey("ES256"), assertionClaims("keyed", clock.now));
  secrets.push(client_assertion);
  const iat = Math.floor(clock.now / 1000);
  const dpop = await proofBy(await proofKey, { htm: "POST", htu: ISSUER + path, iat });
  return { fields: { client_assertion_type: ASSERTION_TYPE, client_assertion }, dpop };
}

const postSigned =
  (path: string, { fields, dpop }: Awaited<ReturnType<typeof signedRequest>>, more: Parameters<typeof form>[0]): Send =>
  (on) =>
    on.fetch(path, { method: "POST", body: form({ ...fields, ...more }), headers: { dpop } });

/** A grant that its client manages, and a token with which it does. */
async function obtainManaged() {
  const scope = "openid offline_access grant_management_query grant_management_revoke";
  const tokens = await obtainTokens(server, browser, ada.email, { scope, grant_management_action: "create" });
  secrets.push(tokens.access_token, tokens.refresh_token, tokens.id_token);
  server.pass(1);
  return { ...tokens, grant_id: String((tokens as { grant_id?: string }).grant_id) };
}

/** One request, to be sent to any isolate. */
type Send = (on: Server) => Promise<Response>;

const sendForm =
  (path: string, fields: Parameters<typeof form>[0]): Send =>
  (on) =>
    browserOn(on).send(path, {
      method: "POST",
      body: form(fields),
      headers: { origin: ISSUER, "sec-fetch-site": "same-origin" },
    });

/** What Ada, who owns Contoso, does there; Grace is a member, and Buildboard has access. */
async function own(path: string, fields: Parameters<typeof form>[0]): Promise<Send> {
  const grace = await addUser("Grace");
  await env.DB.batch([
    env.DB.prepare("UPDATE memberships SET role = 'owner'"),
    env.DB.prepare(
      "INSERT INTO memberships (user_id, organization_id, role, created_at) SELECT ?, id, 'member', 1 FROM organizations",
    ).bind(grace.userId),
  ]);
  await obtain();
  return sendForm(path, { ...(await csrfOf("/settings/organizations/contoso/members")), ...fields });
}

/** The one field that every form of a page has. */
async function csrfOf(path: string): Promise<{ csrf: string }> {
  const { csrf } = fieldsOf(await browser.open(path), path);
  return { csrf: String(csrf) };
}

const enter = async () => signIn(browser, await browser.open("/sign-in"), ada.email);

async function obtain() {
  const tokens = await obtainTokens(server, browser, ada.email);
  secrets.push(tokens.access_token, tokens.refresh_token, tokens.id_token);
  server.pass(1);
  return tokens;
}

const obtainCode = async () => {
  const code = (await authorize(browser, ada.email)).get("code") ?? "";
  secrets.push(code);
  return code;
};

async function obtainDeviceCodes() {
  const codes = await obtainCodes(server);
  secrets.push(codes.device_code, codes.user_code);
  return codes;
}

const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

const registration = { client_name: "Fieldnotes", redirect_uris: ["https://fieldnotes.example/cb"] };

const asJson = (method: string, body: object, token: string): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
});

/** A client that registered itself, with where and by what it manages that. */
async function obtainRegistration() {
  const response = await server.fetch("/register", asJson("POST", registration, await addInitialAccessToken()));
  const told = await response.json<Record<"client_id" | "client_secret" | "registration_access_token", string>>();
  secrets.push(told.client_secret, told.registration_access_token);
  server.pass(1);
  return { path: `/register/${told.client_id}`, token: told.registration_access_token, client_id: told.client_id };
}

/** A request to the API for operators, by a client that administers. */
async function administer(method: string, path: string, body?: object): Promise<Send> {
  await addOperator();
  const token = await ownToken(server);
  secrets.push(token);
  const sent = body === undefined ? { ...bearer(token), method } : asJson(method, body, token);
  return (on) => on.fetch(`/admin/${path}`, sent);
}

/** A service that Ada registered on the developer pages, with where its forms go. */
async function obtainService() {
  await signIn(browser, await browser.open("/sign-in"), ada.email);
  const clientId = await registerService(browser);
  const csrf = await csrfOf(`${DEVELOPER}/new`);
  server.pass(1);
  return { path: `${DEVELOPER}/${clientId}`, ...csrf };
}

/** An API as its developer's form has it. */
const ownApi = {
  identifier: `https://${PUBLISHER}/notes`,
  name: "Notes",
  scope_0_name: "read",
  scope_0_title: "Read your notes",
  scope_0_description: "Every note.",
  scope_0_access: "read",
  action: "save",
};

/** Every request that reaches D1: the status that it gets when all is well, and what must have been before it. */
type Operation = readonly [name: string, status: number, arrange: () => Promise<Send>];

const operations: readonly Operation[] = [
  ["GET /authorize of a stranger", 303, async () => (on) => on.fetch(authorizationUrl())],
  [
    "GET /sign-in",
    200,
    async () => {
      const page = await browser.open(authorizationUrl());
      return (on) => browserOn(on).send(new URL(page.url).pathname + new URL(page.url).search);
    },
  ],
  [
    "POST /sign-in",
    303,
    async () => {
      const page = await browser.open(authorizationUrl());
      return sendForm("/sign-in", { ...fieldsOf(page, "/sign-in"), email: ada.email, password: PASSWORD });
    },
  ],
  [
    "GET /authorize that shows the approval page",
    200,
    async () => {
      const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
      return (on) => browserOn(on).send(new URL(page.url).pathname + new URL(page.url).search);
    },
  ],
  [
    "POST /consent",
    303,
    async () => {
      const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
      return sendForm("/consent", { ...fieldsOf(page, "/consent"), decision: "approve" });
    },
  ],
  [
    "GET /report/{client_id}",
    200,
    async () => {
      await signIn(browser, await browser.open("/sign-in"), ada.email);
      return (on) => browserOn(on).send("/report/buildboard");
    },
  ],
  [
    "POST /report/{client_id}",
    303,
    async () => {
      await signIn(browser, await browser.open("/sign-in"), ada.email);
      const page = await browser.open("/report/buildboard");
      return sendForm("/report/buildboard", { ...fieldsOf(page, "/report/buildboard"), reason: "other", text: "x" });
    },
  ],
  [
    "GET /authorize that yields a code",
    303,
    async () => {
      await obtain();
      return (on) => browserOn(on).send(authorizationUrl());
    },
  ],
  [
    "POST /token with a code",
    200,
    async () => {
      const code = await obtainCode();
      return (on) => post(on, "/token", codeRequest(code));
    },
  ],
  [
    "POST /token with a refresh token",
    200,
    async () => {
      const { refresh_token } = await obtain();
      return (on) => post(on, "/token", refreshRequest(refresh_token));
    },
  ],
  [
    "POST /revoke with a refresh token",
    200,
    async () => {
      const { refresh_token } = await obtain();
      return (on) => post(on, "/revoke", { token: refresh_token });
    },
  ],
  [
    "POST /revoke with an access token",
    200,
    async () => {
      const { access_token } = await obtain();
      return (on) => post(on, "/revoke", { token: access_token });
    },
  ],
  [
    "POST /introspect",
    200,
    async () => {
      const { access_token } = await obtain();
      return (on) => post(on, "/introspect", { token: access_token }, basic("contoso-devops", SECRET));
    },
  ],
  [
    "GET /userinfo",
    200,
    async () => {
      const { access_token } = await obtain();
      return (on) => on.fetch("/userinfo", bearer(access_token));
    },
  ],
  [
    `GET ${SETTINGS}`,
    200,
    async () => {
      await obtain();
      return (on) => browserOn(on).send(SETTINGS);
    },
  ],
  [
    `POST ${SETTINGS} for one service`,
    303,
    async () => {
      const { grant_id } = await introspect(server, (await obtain()).access_token);
      return sendForm(SETTINGS, { ...(await csrfOf(SETTINGS)), action: "revoke", grant_id: String(grant_id) });
    },
  ],
  ...(
    [
      ["pause", {}],
      ["narrow", { shown_scope: "builds.read" }],
      ["remove_organization", { organization_id: `aa${"contoso".padEnd(20, "0")}` }],
      ["shorten", { lifetime: "7_days" }],
    ] as const
  ).map(
    ([action, fields]): Operation => [
      `POST ${SETTINGS} of one service, to ${action}`,
      303,
      async () => {
        const { grant_id } = await introspect(server, (await obtain()).access_token);
        return sendForm(`${SETTINGS}/${String(grant_id)}`, { ...(await csrfOf(SETTINGS)), action, ...fields });
      },
    ],
  ),
  [
    `POST ${SETTINGS} for everything`,
    303,
    async () => {
      await obtain();
      return sendForm(SETTINGS, { ...(await csrfOf(SETTINGS)), action: "revoke_all" });
    },
  ],
  [
    "POST /sign-out",
    303,
    async () => {
      await obtain();
      return sendForm("/sign-out", await csrfOf("/sign-out"));
    },
  ],
  [
    "POST /sign-in of the choice of another person",
    303,
    async () => {
      await enter();
      const grace = await addUser("Grace");
      await signIn(browser, await browser.open("/sign-in?another=1"), grace.email);
      server.pass(1);
      const page = await browser.open("/sign-in");
      const [, choice = ""] = /name="choice" value="([\w-]{43})"/.exec(page.text) ?? [];
      return sendForm("/sign-in", { ...fieldsOf(page, "/sign-in"), choice });
    },
  ],
  [
    "POST /settings/security that ends all other sessions",
    303,
    async () => {
      const other = new Browser(server);
      await signIn(other, await other.open("/sign-in"), ada.email);
      await enter();
      return sendForm("/settings/security", { ...(await csrfOf("/sign-out")), end: "others" });
    },
  ],
  [
    `POST ${PASSKEYS}/new`,
    303,
    async () => {
      await enter();
      return sendForm(`${PASSKEYS}/new`, (await passkeyFields(browser)).fields);
    },
  ],
  [
    `POST ${PASSKEYS} to remove one`,
    303,
    async () => {
      await enter();
      await addPasskey(browser);
      return sendForm(PASSKEYS, { ...fieldsOf(await browser.open(PASSKEYS), PASSKEYS), act: "remove" });
    },
  ],
  [
    `POST ${AUTHENTICATORS}/new`,
    200,
    async () => {
      await enter();
      return sendForm(`${AUTHENTICATORS}/new`, (await appFields(server, browser)).fields);
    },
  ],
  [
    `POST ${AUTHENTICATORS} to remove one`,
    303,
    async () => {
      await enter();
      await addApp(server, browser);
      return sendForm(AUTHENTICATORS, { ...fieldsOf(await browser.open(AUTHENTICATORS), AUTHENTICATORS), act: "remove" });
    },
  ],
  [
    `POST ${RECOVERY_CODES}`,
    200,
    async () => {
      await enter();
      await addApp(server, browser);
      return sendForm(RECOVERY_CODES, await csrfOf(RECOVERY_CODES));
    },
  ],
  [
    "POST /par with an assertion and a proof",
    201,
    async () => {
      const parameters = new URL(authorizationUrl({ client_id: null }), ISSUER).searchParams;
      return postSigned("/par", await signedRequest("/par"), Object.fromEntries(parameters));
    },
  ],
  [
    "GET /authorize of a pushed request that yields a code",
    303,
    async () => {
      await obtain();
      const pushed = await post(server, "/par", Object.fromEntries(new URL(authorizationUrl(), ISSUER).searchParams));
      const { request_uri } = await pushed.json<{ request_uri: string }>();
      return (on) => browserOn(on).send(`/authorize?${new URLSearchParams({ client_id: "buildboard", request_uri })}`);
    },
  ],
  [
    "POST /token with a code, an assertion and a proof",
    200,
    async () => {
      const code = (await authorize(browser, ada.email, { client_id: "keyed" })).get("code") ?? "";
      secrets.push(code);
      return postSigned("/token", await signedRequest("/token"), codeRequest(code));
    },
  ],
  [
    "POST /token of a client for itself, with an assertion and a proof",
    200,
    async () => postSigned("/token", await signedRequest("/token"), { grant_type: "client_credentials" }),
  ],
  [
    "POST /token with an exchange",
    200,
    async () => {
      const { access_token } = await obtain();
      const fields = { grant_type: TOKEN_EXCHANGE, subject_token: access_token, subject_token_type: ACCESS_TOKEN };
      return (on) => post(on, "/token", fields, basic("contoso-devops", SECRET));
    },
  ],
  [
    "POST /token with the assertion of a directory",
    200,
    async () => {
      await addClient("agent", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [] });
      const organizationId = await env.DB.prepare("SELECT id FROM organizations LIMIT 1").first<string>("id");
      const key = await addDirectory(["id_jag"], { organizationId, matchesEmail: true });
      const assertion = await signIdJag(key, idJagClaims(server, { email: ada.email, scope: "builds.read" }));
      secrets.push(assertion);
      return (on) => post(on, "/token", { grant_type: GRANT_TYPE, assertion }, basic("agent", SECRET));
    },
  ],
  ["POST /device_authorization", 200, async () => (on) => requestCodes(on)],
  [
    "POST /device",
    303,
    async () => {
      const { user_code } = await obtainDeviceCodes();
      await signIn(browser, await browser.open("/sign-in"), ada.email);
      return sendForm("/device", { ...fieldsOf(await browser.open("/device"), "/device"), user_code });
    },
  ],
  [
    "GET /device that shows the approval page",
    200,
    async () => {
      const page = await enterCode(browser, (await obtainDeviceCodes()).user_code, ada.email);
      return (on) => browserOn(on).send(page.url.slice(ISSUER.length));
    },
  ],
  [
    "POST /device/decision that approves",
    303,
    async () => {
      const page = await enterCode(browser, (await obtainDeviceCodes()).user_code, ada.email);
      return sendForm("/device/decision", { ...fieldsOf(page, "/device/decision"), decision: "approve" });
    },
  ],
  [
    "POST /device/decision that denies",
    303,
    async () => {
      const page = await enterCode(browser, (await obtainDeviceCodes()).user_code, ada.email);
      return sendForm("/device/decision", { ...fieldsOf(page, "/device/decision"), decision: "deny" });
    },
  ],
  [
    "POST /token with a device code that nobody has decided about",
    400,
    async () => {
      const { device_code } = await obtainDeviceCodes();
      return (on) => poll(on, device_code);
    },
  ],
  [
    "POST /token with a device code that was approved",
    200,
    async () => {
      const { device_code, user_code } = await obtainDeviceCodes();
      await decide(browser, await enterCode(browser, user_code, ada.email), "approve");
      return (on) => poll(on, device_code);
    },
  ],
  [
    "GET /grants",
    200,
    async () => {
      const { access_token, grant_id } = await obtainManaged();
      return (on) => on.fetch(`/grants/${grant_id}`, bearer(access_token));
    },
  ],
  [
    "DELETE /grants",
    204,
    async () => {
      const { access_token, grant_id } = await obtainManaged();
      return (on) => on.fetch(`/grants/${grant_id}`, { ...bearer(access_token), method: "DELETE" });
    },
  ],
  [
    "GET /logout",
    200,
    async () => {
      const { id_token } = await obtain();
      return (on) => browserOn(on).send(`/logout?${new URLSearchParams({ id_token_hint: id_token })}`);
    },
  ],
  [
    "POST /register with a token for one registration",
    201,
    async () => {
      const token = await addInitialAccessToken();
      secrets.push(token);
      return (on) => on.fetch("/register", asJson("POST", registration, token));
    },
  ],
  [
    "GET /register",
    200,
    async () => {
      const { path, token } = await obtainRegistration();
      return (on) => on.fetch(path, bearer(token));
    },
  ],
  [
    "PUT /register",
    200,
    async () => {
      const { path, token, client_id } = await obtainRegistration();
      const changed = {
        ...registration,
        client_id,
        client_name: "Fieldnotes 2",
        token_endpoint_auth_method: "client_secret_jwt",
      };
      return (on) => on.fetch(path, asJson("PUT", changed, token));
    },
  ],
  [
    "DELETE /register",
    204,
    async () => {
      const { path, token } = await obtainRegistration();
      return (on) => on.fetch(path, { ...bearer(token), method: "DELETE" });
    },
  ],
  ["GET /.well-known/openid-configuration", 200, async () => (on) => on.fetch("/.well-known/openid-configuration")],
  ["GET /jwks", 200, async () => (on) => on.fetch("/jwks")],
  ["PUT /admin/resources/{identifier}", 201, () => administer("PUT", "resources/urn:notes", { name: "Notes" })],
  [
    "DELETE /admin/resources/{identifier}",
    204,
    async () => {
      await addResource("urn:notes", "notes.");
      return administer("DELETE", "resources/urn:notes");
    },
  ],
  [
    "PUT /admin/trusted-issuers/{issuer}",
    201,
    () =>
      administer("PUT", `trusted-issuers/${encodeURIComponent("https://directory.example")}`, {
        purposes: ["software_statement"],
        jwks_uri: "https://directory.example/jwks",
      }),
  ],
  [
    "DELETE /admin/trusted-issuers/{issuer}",
    204,
    async () => {
      await addDirectory(["software_statement"]);
      return administer("DELETE", `trusted-issuers/${encodeURIComponent(DIRECTORY)}`);
    },
  ],
  [
    "PUT /admin/directories/{id}",
    201,
    () => administer("PUT", "directories/acme", { display_name: "Acme", issuer: "https://acme.example", client_id: "c" }),
  ],
  [
    "DELETE /admin/directories/{id}",
    204,
    async () => {
      await connectDirectory(server, null);
      return administer("DELETE", "directories/contoso");
    },
  ],
  [
    "POST /settings/account/identities that unlinks one",
    303,
    async () => {
      await connectDirectory(server, null);
      await addIdentity("1", ada.userId, CONTOSO);
      await signIn(browser, await browser.open("/sign-in"), ada.email);
      const path = "/settings/account/identities";
      return sendForm(path, { ...(await csrfOf(path)), action: "unlink", issuer: CONTOSO, subject: "1" });
    },
  ],
  [
    "POST /language",
    303,
    async () => {
      await enter();
      return sendForm("/language", { ...(await csrfOf("/language")), language: "de", time_zone: "Europe/Berlin" });
    },
  ],
  [
    "POST of an organization's policy that keeps out what it let in",
    303,
    () => own("/settings/organizations/contoso/access", { policy: "none" }),
  ],
  [
    "POST of an organization's word about a service",
    303,
    () => own("/settings/organizations/contoso/services", { action: "revoke", client_id: "buildboard" }),
  ],
  [
    "POST of a member's role in an organization",
    303,
    () => own("/settings/organizations/contoso/members", { user_id: "aagrace000000000000000", role: "owner" }),
  ],
  [
    "POST of a member's removal from an organization",
    303,
    () => own("/settings/organizations/contoso/remove/aagrace000000000000000", {}),
  ],
  [
    "POST of an invitation to an organization",
    303,
    () => own("/settings/organizations/contoso/invitations", { email: "zoe@contoso.example" }),
  ],
  ["POST /admin/initial-access-tokens", 201, () => administer("POST", "initial-access-tokens", { label: "CI" })],
  [
    "DELETE /admin/initial-access-tokens/{id}",
    204,
    async () => {
      await addInitialAccessToken();
      const id = await env.DB.prepare("SELECT id FROM initial_access_tokens").first<string>("id");
      return administer("DELETE", `initial-access-tokens/${id}`);
    },
  ],
  [
    "POST /admin/clients/{client_id}/disable",
    200,
    async () => {
      await obtain();
      return administer("POST", "clients/buildboard/disable");
    },
  ],
  [
    "POST /admin/clients/{client_id}/enable",
    200,
    async () => {
      await env.DB.prepare("UPDATE clients SET disabled_at = 1 WHERE client_id = 'buildboard'").run();
      return administer("POST", "clients/buildboard/enable");
    },
  ],
  [
    "POST /admin/clients/{client_id}/verify-publisher",
    200,
    () => administer("POST", "clients/buildboard/verify-publisher", { name: "Northstar Tools", verified: true }),
  ],
  ["DELETE /admin/clients/{client_id}", 204, () => administer("DELETE", "clients/buildboard")],
  [
    "GET of a service's own page",
    200,
    async () => {
      const { path } = await obtainService();
      return (on) => browserOn(on).send(path);
    },
  ],
  [
    "POST of a service's registration",
    303,
    async () => {
      const { csrf } = await obtainService();
      return sendForm(`${DEVELOPER}/new`, { ...serviceFields(), csrf });
    },
  ],
  [
    "POST of a service's settings",
    303,
    async () => {
      const { path, csrf } = await obtainService();
      return sendForm(`${path}/edit`, { ...serviceFields({ client_name: "Till" }), csrf });
    },
  ],
  [
    "POST for a service's new secret",
    200,
    async () => {
      const { path, csrf } = await obtainService();
      return sendForm(`${path}/secrets`, { csrf, action: "new", overlap: "keep" });
    },
  ],
  [
    "POST that proves who publishes a service",
    303,
    async () => {
      const { path, csrf } = await obtainService();
      return sendForm(`${path}/publisher`, { csrf, action: "check", host: PUBLISHER });
    },
  ],
  [
    "POST that registers our own page, to try a service out",
    303,
    async () => {
      const { path, csrf } = await obtainService();
      return sendForm(`${path}/try`, { csrf, callback: "add" });
    },
  ],
  [
    "POST of a developer's API",
    303,
    async () => {
      const { csrf } = await obtainService();
      return sendForm(`${DEVELOPER}/resources/new`, { ...ownApi, csrf });
    },
  ],
  [
    "POST that deletes a developer's API",
    303,
    async () => {
      const { csrf } = await obtainService();
      const { identifier } = ownApi;
      await addResource(identifier, "notes.");
      await env.DB.prepare("UPDATE resources SET owner_id = ? WHERE identifier = ?").bind(ada.userId, identifier).run();
      return sendForm(`${DEVELOPER}/resources/${encodeURIComponent(identifier)}/delete`, { csrf });
    },
  ],
  [
    "POST that deletes a service",
    303,
    async () => {
      const { path, csrf } = await obtainService();
      return sendForm(`${path}/delete`, { csrf });
    },
  ],
  [
    "POST of a name",
    303,
    async () => {
      await enter();
      return sendForm(ACCOUNT, { ...(await csrfOf(ACCOUNT)), act: "name", name: "Ada Lovelace" });
    },
  ],
  [
    "POST of a new address",
    303,
    async () => {
      await enter();
      const path = `${ACCOUNT}/email`;
      const page = await browser.submit(await browser.open(path), path, { email: "ada@fabrikam.example" });
      return sendForm(path, { ...fieldsOf(page, path), code: await codeFor(server, "ada@fabrikam.example") });
    },
  ],
  [
    "POST of a new password that ends every authorization",
    303,
    async () => {
      await obtainTokens(server, browser, ada.email);
      const path = `${ACCOUNT}/password`;
      return sendForm(path, { ...(await csrfOf(path)), password: "four words in a row", grants: "end" });
    },
  ],
  [
    "POST that deletes an account",
    200,
    async () => {
      await obtainTokens(server, browser, ada.email);
      const path = `${ACCOUNT}/delete`;
      return sendForm(path, { ...(await csrfOf(path)), email: ada.email });
    },
  ],
];

/** 503 that says when to come again and nothing of why, which stands in the log under the id that the answer bears. */
async function expectUnavailable(response: Response, call: number): Promise<void> {
  const text = await response.text();
  expect(response.status, `call ${call}: ${text.slice(0, 300)}`).toBe(503);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(text).toContain("temporarily_unavailable");
  const line = JSON.parse(lines.at(-1) ?? "{}");
  expect(text.replaceAll(String(line.request_id), "")).not.toContain("D1");
  expect(line).toMatchObject({ level: "error", status: 503 });
  expect(response.headers.get("request-id") ?? text).toContain(line.request_id);
}

beforeAll(async () => {
  await createServer().fetch("/jwks");
});

beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  for (const method of ["error", "info"] as const)
    vi.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(String(line)));
});

afterEach(() => {
  realClearTimeout(passing);
  passing = undefined;
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const secret of [...secrets, ...browser.cookies.values()]) expect(lines.join("\n")).not.toContain(secret);
});

describe.each(operations)("%s", (_, status, arrange) => {
  let send: Send;
  let rows: readonly D1PreparedStatement[];
  let calls: number;
  let tallied: unknown;

  beforeAll(async () => {
    await setUp();
    send = await arrange();
    rows = await saveRows();
    const healthy = createServer({ clock, fetch: hosts });
    expect((await send(healthy)).status).toBe(status);
    calls = healthy.trips.d1;
    tallied = await tally();
  });

  /** Once for each call that the request makes to D1 in an isolate that knows nothing yet. */
  async function atEachCall(check: (call: number) => Promise<void>): Promise<void> {
    expect(calls).toBeGreaterThan(0);
    for (let call = 1; call <= calls; call++) {
      await restoreRows(rows);
      await check(call);
    }
  }

  it.each([
    ["fails", fails],
    ["hangs", hangs],
  ])("gets 503 when D1 %s at any of its calls, has changed nothing, and succeeds when it is sent again", (_, fault) =>
    atEachCall(async (call) => {
      const faulty = createFaultyServer(nth(call, fault));
      const before = await snapshot();
      await expectUnavailable(await send(faulty), call);
      expect(await snapshot(), `call ${call}`).toBe(before);
      expect((await send(faulty)).status, `again after call ${call}`).toBe(status);
      expect(await tally()).toEqual(tallied);
    }),
  );

  it.each([
    ["request", losesTheRequest],
    ["answer", losesTheAnswer],
  ])("does not notice that D1 loses one %s, at whichever of its calls: it happens once", (_, fault) =>
    atEachCall(async (call) => {
      const response = await send(createFaultyServer(nth(call, fault)));
      expect(response.status, `call ${call}: ${lines.join()}`).toBe(status);
      expect(await tally(), `call ${call}`).toEqual(tallied);
    }),
  );
});

describe("when D1 loses the answer to a batch that it has carried out", () => {
  beforeEach(setUp);

  it("a code gives its tokens all the same, once, and the refresh token is good", async () => {
    const code = await obtainCode();
    const { refresh_token } = await tokensOf(
      await post(createFaultyServer(nth(4, losesTheAnswer)), "/token", codeRequest(code)),
    );
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(200);
    expect(await open(env.DB).select().from(families)).toMatchObject([{ generation: 2, revokedAt: null }]);
    const redeemed = await open(env.DB).select().from(audit).where(eq(audit.action, "code.redeemed"));
    expect(redeemed).toHaveLength(1);
  });

  it("a refresh gives the successor all the same, and that one refreshes", async () => {
    const first = await obtain();
    const faulty = createFaultyServer(nth(4, losesTheAnswer));
    const second = await tokensOf(await post(faulty, "/token", refreshRequest(first.refresh_token)));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await post(server, "/token", refreshRequest(second.refresh_token))).status).toBe(200);
    expect(await open(env.DB).select().from(families)).toMatchObject([{ generation: 3, revokedAt: null }]);
  });

  it("and does so again and again, it is given up after three attempts", async () => {
    const { access_token } = await obtain();
    let attempts = 0;
    const faulty = createFaultyServer((call) => {
      attempts = call;
      return async () => {
        passSoon(400);
        throw new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.");
      };
    });
    await expectUnavailable(await faulty.fetch("/userinfo", bearer(access_token)), 1);
    expect(attempts).toBe(3);
  });
});

describe("when D1 carries a batch out after we have stopped waiting", () => {
  let carriedOut: Promise<unknown> | undefined;
  const isLate: Fault = (call) => {
    carriedOut = call();
    return hangs(call);
  };
  /** An isolate that knows its client, resources and keys, and whose next call is late. */
  async function createLateServer(): Promise<Server> {
    let armed = false;
    const on = createFaultyServer(() => (armed ? isLate : undefined));
    await post(on, "/token", refreshRequest("csr_unknown"));
    armed = true;
    return on;
  }
  beforeEach(setUp);

  it("a refresh that is sent again gets the successor", async () => {
    const { refresh_token } = await obtain();
    await expectUnavailable(await post(await createLateServer(), "/token", refreshRequest(refresh_token)), 1);
    await carriedOut;
    expect(await open(env.DB).select().from(families)).toMatchObject([{ generation: 2 }]);
    const again = await tokensOf(await post(server, "/token", refreshRequest(refresh_token)));
    expect((await post(server, "/token", refreshRequest(again.refresh_token))).status).toBe(200);
  });

  it("a code that is sent again is refused, and the person, still signed in, is back in with one round", async () => {
    const code = await obtainCode();
    await expectUnavailable(await post(await createLateServer(), "/token", codeRequest(code)), 1);
    await carriedOut;
    expect((await post(server, "/token", codeRequest(code))).status).toBe(400);
    const silent = (await authorize(browser, ada.email, { prompt: "none" })).get("code") ?? "";
    expect((await post(server, "/token", codeRequest(silent))).status).toBe(200);
  });
});

/** The settings page's form, sent for all services. */
const everything = { action: "revoke_all" };

describe("while D1 is down", () => {
  beforeEach(setUp);

  it("nothing is said to be revoked: /revoke answers 503, the settings page says so in words, and the tokens live on", async () => {
    const { access_token, refresh_token } = await obtain();
    let down = false;
    const faulty = createFaultyServer(() => (down ? fails : undefined));
    const visitor = browserOn(faulty);
    const list = await visitor.open(SETTINGS);
    down = true;
    const before = await snapshot();
    for (const token of [access_token, refresh_token]) expect((await post(faulty, "/revoke", { token })).status).toBe(503);
    const page = await visitor.submit(list, SETTINGS, everything);
    expect(page.status).toBe(503);
    expect(page.headers.get("retry-after")).toBe("5");
    expect(textOf(page)).toContain("Not revoked. The access still stands");
    expect(await snapshot()).toBe(before);
    expect((await env.KV.list()).keys).toEqual([]);
    expect(await introspect(server, access_token)).toMatchObject({ active: true });
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(200);
    down = false;
    expect(textOf(await visitor.submit(list, SETTINGS, everything))).toContain("Revoked");
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  it("an isolate that has seen them still gives out metadata and keys, so that resource servers go on", async () => {
    let down = false;
    const faulty = createFaultyServer(() => (down ? fails : undefined));
    const paths = ["/jwks", "/.well-known/openid-configuration", "/style.css", "/"];
    for (const path of paths) expect((await faulty.fetch(path)).status).toBe(200);
    down = true;
    for (const path of paths) expect((await faulty.fetch(path)).status, path).toBe(200);
  });

  it("two hundred requests that it leaves hanging are all answered", async () => {
    const { access_token } = await obtain();
    const faulty = createFaultyServer((call) => (call === 1 ? undefined : hangs));
    await faulty.fetch("/jwks");
    const answers = await Promise.all(Array.from({ length: 200 }, () => faulty.fetch("/userinfo", bearer(access_token))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** A KV whose puts go as `fault` says, while there is one; `puts` are those that were asked of it. */
function createEdge() {
  const edge = {
    fault: undefined as Fault | undefined,
    puts: 0,
    kv: (real: KVNamespace) =>
      new Proxy(real, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (name !== "put") return typeof value === "function" ? value.bind(target) : value;
          return (...args: Parameters<KVNamespace["put"]>) => {
            edge.puts++;
            const call = () => target.put(...args);
            return edge.fault === undefined ? call() : edge.fault(call);
          };
        },
      }),
  };
  return edge;
}

describe("when KV fails while something is revoked", () => {
  let edge: ReturnType<typeof createEdge>;
  let on: Server;
  beforeEach(async () => {
    await setUp();
    edge = createEdge();
    on = createServer({ clock, kv: edge.kv });
  });

  const outbox = () => open(env.DB).select().from(revocations);
  const inKv = async () => (await env.KV.list()).keys.map(({ name }) => name);

  it.each<[string, Fault]>([
    [
      "with 500",
      async () => {
        throw new Error("KV PUT failed: 500 Internal Server Error");
      },
    ],
    [
      "with 429",
      async () => {
        throw new Error("KV PUT failed: 429 Too Many Requests");
      },
    ],
    [
      "by hanging",
      () => {
        passSoon(2000);
        return new Promise(() => {});
      },
    ],
  ])(
    "%s the answer is success, since D1 refuses from now on, and the cron delivers the mark once KV is well",
    async (_, fault) => {
      const { access_token, refresh_token } = await obtain();
      edge.fault = fault;
      expect((await post(on, "/revoke", { token: refresh_token })).status).toBe(200);
      expect(await introspect(server, access_token)).toEqual({ active: false });
      expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(400);
      expect(await outbox()).toMatchObject([{ kind: "family", deliveredAt: null }]);
      expect(await inKv()).toEqual([]);
      edge.fault = undefined;
      on.pass(60);
      await work(on.deps);
      const [row] = await outbox();
      expect(row).toMatchObject({ deliveredAt: clock.now });
      expect(await inKv()).toEqual([markKey("family", row?.id ?? "")]);
    },
  );

  it("the page tells the person of a success as well", async () => {
    await obtain();
    edge.fault = fails;
    const visitor = browserOn(on);
    expect(textOf(await visitor.submit(await visitor.open(SETTINGS), SETTINGS, everything))).toContain("Revoked");
    expect(await outbox()).toMatchObject([{ kind: "grant", deliveredAt: null }]);
  });

  it("the cron that meets a failing KV leaves the mark where it is, for as many runs as it takes", async () => {
    const { refresh_token } = await obtain();
    edge.fault = fails;
    await post(on, "/revoke", { token: refresh_token });
    for (const _ of [1, 2, 3]) await work(on.deps);
    expect(await outbox()).toMatchObject([{ deliveredAt: null }]);
    edge.fault = undefined;
    // So late that KV would not take what is left of the mark's life.
    on.pass(3650);
    await work(on.deps);
    expect(await inKv()).toHaveLength(1);
  });
});

describe("the cron", () => {
  beforeEach(setUp);

  it("that is cut off after any of its statements is made up for by the next one", async () => {
    const { refresh_token } = await obtain();
    const code = await obtainCode();
    await post(server, "/revoke", { token: refresh_token });
    server.pass(61);
    const rows = await saveRows();
    const healthy = createServer({ clock });
    await work(healthy.deps);
    const expected = await tally();
    for (const fault of [fails, losesTheAnswer])
      for (let call = 1; call <= healthy.trips.d1; call++) {
        await restoreRows(rows);
        const cut = work(createFaultyServer(nth(call, fault)).deps);
        if (fault === fails) await expect(cut).rejects.toThrow("cron: could not");
        else await cut;
        expect((await post(server, "/token", codeRequest(code))).status).toBe(400);
        await work(server.deps);
        expect(await tally()).toEqual(expected);
        expect((await open(env.DB).select().from(revocations)).map(({ deliveredAt }) => deliveredAt)).toEqual([clock.now]);
        expect((await env.KV.list()).keys).toHaveLength(1);
      }
  });

  it("may run twice at once", async () => {
    const { refresh_token } = await obtain();
    await post(server, "/revoke", { token: refresh_token });
    await Promise.all([work(server.deps), work(createServer({ clock }).deps)]);
    expect(await open(env.DB).select().from(revocations)).toMatchObject([{ deliveredAt: clock.now }]);
  });

  it("that was away for a day works off what has come together in runs of 500", async () => {
    const values = (index: number) => `('token', 'aa${index}', ${clock.now + index}, ${clock.now + 3_660_000})`;
    const insert = `INSERT INTO revocations (kind, id, revoked_at, expires_at) VALUES `;
    for (let from = 0; from < 1_100; from += 100)
      await env.DB.prepare(insert + Array.from({ length: 100 }, (_, index) => values(from + index)).join()).run();
    const edge = createEdge();
    const on = createServer({ clock, kv: edge.kv });
    for (const total of [500, 1_000, 1_100, 1_100]) {
      await work(on.deps);
      expect(edge.puts).toBe(total);
    }
  });

  it("does its other parts when one of them fails", async () => {
    await obtain();
    server.pass(15 * 86_400);
    await expect(work(createFaultyServer(nth(1, fails)).deps)).rejects.toThrow("cron: could not drain the outbox");
    expect(await tally()).toContainEqual([{ n: 0 }]);
  });
});
