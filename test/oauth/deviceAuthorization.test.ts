/** Device authorization (RFC 8628) from the device's side: its codes, its polls, its tokens. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { work } from "../../src/cron.ts";
import { USER_CODE_BYTES } from "../../src/rules/userCode.ts";
import { Browser, type Fields } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import {
  addDeviceClient,
  DEVICE_GRANT,
  type DeviceAnswer,
  decide,
  enterCode,
  obtainApproved,
  obtainCodes,
  poll,
  requestCodes,
} from "../device.ts";
import { codeRequest, introspect, post, refreshRequest, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { makeDpopKey, proofBy } from "../proof.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addDeviceClient();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const approved = (changes: Fields = {}, fields: Parameters<typeof decide>[3] = {}) =>
  obtainApproved(server, browser, ada.email, changes, fields);

/** The error of a response, which must be one. */
async function errorOf(response: Response): Promise<[number, string]> {
  const body = await response.json<{ error: string; error_description: string }>();
  expect(body.error_description, JSON.stringify(body)).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return [response.status, body.error];
}

const auditOf = async (action: string): Promise<number | null> =>
  env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = ?").bind(action).first<number>("n");

const prove = async (key: Awaited<ReturnType<typeof makeDpopKey>>, path: string) =>
  proofBy(key, { htm: "POST", htu: `${ISSUER}${path}`, iat: Math.floor(server.deps.now() / 1000) });

describe("the device authorization endpoint", () => {
  it("gives a code to ask with and one to show, for ten minutes", async () => {
    const response = await requestCodes(server);
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const body = await response.json<DeviceAnswer>();
    expect(body).toEqual({
      device_code: expect.stringMatching(/^csd_aa[A-Za-z0-9_-]{68}$/),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      verification_uri: `${ISSUER}/device`,
      verification_uri_complete: `${ISSUER}/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it("is named by the metadata, as the grant type is", async () => {
    const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json<Record<string, unknown>>();
    expect(metadata["device_authorization_endpoint"]).toBe(`${ISSUER}/device_authorization`);
    expect(metadata["grant_types_supported"]).toContain(DEVICE_GRANT);
  });

  it("takes the scopes that the client registered where the device names none", async () => {
    await addDeviceClient("sensor", { scope: "builds.read" });
    const codes = await obtainCodes(server, { client_id: "sensor", scope: "" });
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    expect((await tokensOf(await poll(server, codes.device_code, { client_id: "sensor" }))).scope).toBe("builds.read");
  });

  it("is open to scripts of any origin", async () => {
    const preflight = await server.fetch("/device_authorization", {
      method: "OPTIONS",
      headers: { origin: "https://tv.example", "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    const response = await requestCodes(server, {}, { headers: { origin: "https://tv.example" } });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("draws another user code where one is taken, and says 503 where every one of them is", async () => {
    const draw = (values: readonly number[]): Server => {
      const drawn = [...values];
      const random = (bytes: number) =>
        bytes === USER_CODE_BYTES ? new Uint8Array(bytes).fill(drawn.shift() ?? 0) : server.deps.random(bytes);
      const deps = { ...server.deps, random };
      return { ...server, deps, fetch: (path, init) => handle(new Request(ISSUER + path, init), deps) };
    };
    const first = await obtainCodes(draw([1, 2, 3]));
    const second = await obtainCodes(draw([1, 1, 9]));
    expect(second.user_code).not.toBe(first.user_code);
    const before = await snapshot();
    expect(await errorOf(await requestCodes(draw([1, 9, 1])))).toEqual([503, "temporarily_unavailable"]);
    expect(await snapshot()).toBe(before);
  });

  it("answers 60 devices of one client in one network in ten minutes, others all the same", async () => {
    const ask = (ip: string, changes: Fields = {}) => requestCodes(server, changes, { headers: { "cf-connecting-ip": ip } });
    for (let count = 0; count < 60; count++) expect((await ask("192.0.2.7")).status).toBe(200);
    const before = await snapshot();
    const refused = await ask("192.0.2.8");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await errorOf(refused)).toEqual([429, "slow_down"]);
    expect(await snapshot()).toBe(before);
    expect((await ask("198.51.100.7")).status).toBe(200);
    await addDeviceClient("sensor");
    expect((await ask("192.0.2.7", { client_id: "sensor" })).status).toBe(200);
    server.pass(601);
    expect((await ask("192.0.2.7")).status).toBe(200);
  });

  describe("refuses", () => {
    beforeEach(async () => {
      await addClient("buildboard");
      await addDeviceClient("kiosk", { token_endpoint_auth_method: "client_secret_basic" });
      await addDeviceClient("narrow", { scope: "openid", authorization_details_types: [] });
    });

    it.each<[string, Fields, [number, string]]>([
      [
        "a client that is not registered for the grant",
        { client_id: "buildboard", client_secret: SECRET },
        [401, "invalid_client"],
      ],
      ["a confidential client without its secret", { client_id: "kiosk" }, [401, "invalid_client"]],
      ["a public client with a secret", { client_secret: SECRET }, [401, "invalid_client"]],
      ["an unknown client", { client_id: "nobody" }, [401, "invalid_client"]],
      ["no client at all", { client_id: "" }, [401, "invalid_client"]],
      ["a client_id twice", { client_id: ["wallboard", "kiosk"] }, [400, "invalid_request"]],
      ["an unknown scope", { scope: "openid everything" }, [400, "invalid_scope"]],
      ["a scope that the client did not register", { client_id: "narrow", scope: "builds.read" }, [400, "invalid_scope"]],
      ["no scope where the client registered none", { scope: "" }, [400, "invalid_scope"]],
      ["a scope with a quote", { scope: 'openid"' }, [400, "invalid_scope"]],
      ["a scope of 5,000 characters", { scope: "x".repeat(5000) }, [400, "invalid_scope"]],
      ["a scope twice", { scope: ["openid", "openid"] }, [400, "invalid_request"]],
      ["an unknown resource", { resource: "https://elsewhere.example" }, [400, "invalid_target"]],
      ["a resource that does not own the scope", { resource: ISSUER }, [400, "invalid_scope"]],
      ["details that are no JSON", { authorization_details: "{" }, [400, "invalid_authorization_details"]],
      ["details of an unknown type", { authorization_details: '[{"type":"x"}]' }, [400, "invalid_authorization_details"]],
      [
        "details of a type that the client did not register",
        {
          client_id: "narrow",
          scope: "openid",
          authorization_details: '[{"type":"repository_access","repositories":["a"],"actions":[]}]',
        },
        [400, "invalid_authorization_details"],
      ],
      ["a scope for managing grants, from a public client", { scope: "grant_management_query" }, [400, "invalid_scope"]],
      ["a NUL", { scope: "open\0id" }, [400, "invalid_request"]],
    ])("%s", async (_, changes, expected) => {
      const before = await snapshot();
      expect(await errorOf(await requestCodes(server, changes))).toEqual(expected);
      expect(await snapshot()).toBe(before);
    });

    it("a client whose grant types have no devices among them", async () => {
      const headers = { authorization: basic("buildboard", SECRET) };
      const response = await requestCodes(server, { client_id: "buildboard" }, { headers });
      expect(await errorOf(response)).toEqual([400, "unauthorized_client"]);
    });

    it.each([
      ["JSON", "application/json", JSON.stringify({ client_id: "wallboard" })],
      ["text", "text/plain", "client_id=wallboard"],
      ["another charset", "application/x-www-form-urlencoded; charset=latin1", "client_id=wallboard"],
    ])("a body of %s", async (_, type, body) => {
      const response = await server.fetch("/device_authorization", { method: "POST", headers: { "content-type": type }, body });
      expect(await errorOf(response)).toEqual([400, "invalid_request"]);
    });

    it.each(["GET", "PUT", "DELETE"])("the method %s", async (method) => {
      const response = await server.fetch("/device_authorization?client_id=wallboard", { method });
      expect(response.headers.get("allow")).toBe("POST");
      expect(await errorOf(response)).toEqual([405, "method_not_allowed"]);
    });
  });

  it("takes an assertion once", async () => {
    const key = await clientKey("ES256");
    await addDeviceClient("signer", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
    const asserted = {
      client_id: "signer",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await sign(key, assertionClaims("signer", server.deps.now())),
    };
    const responses = await Promise.all([1, 2, 3].map(() => requestCodes(server, asserted)));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
  });
});

// CASES.md G 116
describe("a device that asks for its tokens", () => {
  it("waits until somebody approves, then gets them", async () => {
    const codes = await obtainCodes(server);
    expect(await errorOf(await poll(server, codes.device_code))).toEqual([400, "authorization_pending"]);
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    server.pass(5);
    const tokens = await tokensOf(await poll(server, codes.device_code));
    expect(tokens).toMatchObject({ scope: "openid offline_access builds.read", token_type: "Bearer", expires_in: 300 });
    expect(tokens.refresh_token).toMatch(/^csr_/);
    expect(await introspect(server, tokens.access_token)).toMatchObject({
      active: true,
      sub: ada.userId,
      client_id: "wallboard",
      organizations: ["contoso"],
    });
    expect(await auditOf("code.redeemed")).toBe(1);
  });

  it("gets no ID token without openid, and no refresh token without being registered for it", async () => {
    await addDeviceClient("sensor", { grant_types: [DEVICE_GRANT] });
    const codes = await approved({ client_id: "sensor", scope: "builds.read" });
    const tokens = await tokensOf(await poll(server, codes.device_code, { client_id: "sensor" }));
    expect([tokens.id_token, tokens.refresh_token, tokens.scope]).toEqual([undefined, undefined, "builds.read"]);
  });

  it("refreshes afterwards, and is a session of its own to its client", async () => {
    const { device_code } = await approved();
    const tokens = await tokensOf(await poll(server, device_code));
    server.pass(400);
    const refreshed = await tokensOf(
      await post(server, "/token", refreshRequest(tokens.refresh_token, { client_id: "wallboard" }), null),
    );
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    const sidOf = (token: string) => JSON.parse(atob(token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).sid;
    const other = await tokensOf(await poll(server, (await approved()).device_code));
    expect(sidOf(other.id_token)).not.toBe(sidOf(tokens.id_token));
    expect(sidOf(refreshed.id_token)).toBe(sidOf(tokens.id_token));
  });

  it("is told to slow down when it does not wait, five seconds more each time", async () => {
    const { device_code } = await obtainCodes(server);
    const answers: string[] = [];
    for (const seconds of [0, 3, 8, 14, 21, 15]) {
      server.pass(seconds);
      const response = await poll(server, device_code);
      const { error, error_description } = await response.json<{ error: string; error_description: string }>();
      expect(response.status).toBe(400);
      answers.push(`${error} ${/\d+ seconds/.exec(error_description)?.[0] ?? ""}`);
    }
    // 5, then 10 after the second, 15 after the third, 20 after the fourth.
    expect(answers).toEqual([
      "authorization_pending ",
      "slow_down 10 seconds",
      "slow_down 15 seconds",
      "slow_down 20 seconds",
      "authorization_pending ",
      "slow_down 25 seconds",
    ]);
  });

  it("may come up to half a second early, as networks are", async () => {
    const { device_code } = await obtainCodes(server);
    await poll(server, device_code);
    server.pass(4.6);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "authorization_pending"]);
    server.pass(4.4);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "slow_down"]);
  });

  it("gets its tokens however early it comes once it is approved", async () => {
    const codes = await obtainCodes(server);
    await poll(server, codes.device_code);
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    await tokensOf(await poll(server, codes.device_code));
  });

  it("is told of a denial, again and again", async () => {
    const codes = await obtainCodes(server);
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "deny");
    for (let count = 0; count < 2; count++)
      expect(await errorOf(await poll(server, codes.device_code))).toEqual([400, "access_denied"]);
  });

  it.each([599, 600, 601, 2 * 3600])("is told after %i seconds that its code has expired, if it has", async (seconds) => {
    const { device_code } = await obtainCodes(server);
    server.pass(seconds);
    await work(server.deps);
    const expected = seconds < 600 ? "authorization_pending" : "expired_token";
    expect(await errorOf(await poll(server, device_code))).toEqual([400, expected]);
    const left = await env.DB.prepare("SELECT count(*) AS n FROM device_codes").first<number>("n");
    expect(left).toBe(seconds > 3600 ? 0 : 1);
  });

  it("gets nothing for an approval that it fetches too late", async () => {
    const { device_code } = await approved();
    server.pass(600);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "expired_token"]);
  });

  it("that polls in parallel gets one token set: one family, one refresh token, one row in the log", async () => {
    const { device_code } = await approved();
    const second = createServer({ clock: { now: server.deps.now() } });
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => poll(index % 2 ? second : server, device_code)),
    );
    const tokens = await Promise.all(responses.map(tokensOf));
    expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    const families = await env.DB.prepare("SELECT generation, revoked_at FROM families").all();
    expect(families.results).toEqual([{ generation: 1, revoked_at: null }]);
    expect([await auditOf("code.redeemed"), await auditOf("family.started")]).toEqual([1, 1]);
    await tokensOf(
      await post(server, "/token", refreshRequest(tokens[7]?.refresh_token ?? "", { client_id: "wallboard" }), null),
    );
  });
});

describe("a device code that was redeemed", () => {
  const refresh = (token: string) => post(server, "/token", refreshRequest(token, { client_id: "wallboard" }), null);

  it("yields the same refresh token again to a device that lost the answer", async () => {
    const { device_code } = await approved();
    const lost = await tokensOf(await poll(server, device_code));
    server.pass(89);
    const again = await tokensOf(await poll(server, device_code));
    expect(again.refresh_token).toBe(lost.refresh_token);
    await tokensOf(await refresh(again.refresh_token));
  });

  it.each<[string, (refreshToken: string) => Promise<unknown>]>([
    ["once the overlap is over", async () => server.pass(90)],
    ["once its refresh token was used", async (token) => tokensOf(await refresh(token))],
  ])("ends everything that came of it when it is shown %s", async (_, happen) => {
    const { device_code } = await approved();
    const tokens = await tokensOf(await poll(server, device_code));
    await happen(tokens.refresh_token);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "invalid_grant"]);
    expect(await errorOf(await refresh(tokens.refresh_token))).toEqual([400, "invalid_grant"]);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    expect(await auditOf("family.revoked")).toBe(1);
  });

  it("ends nothing when the client proves that it is the right one: it is refused", async () => {
    await addDeviceClient("kiosk", { token_endpoint_auth_method: "client_secret_basic" });
    const authorization = basic("kiosk", SECRET);
    const response = await requestCodes(server, { client_id: "kiosk" }, { headers: { authorization } });
    const codes = await response.json<DeviceAnswer>();
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    const tokens = await tokensOf(await poll(server, codes.device_code, {}, authorization));
    server.pass(120);
    expect(await errorOf(await poll(server, codes.device_code, {}, authorization))).toEqual([400, "invalid_grant"]);
    await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token), authorization));
  });

  it("is dead for good once it has expired, whatever its client may repeat until then", async () => {
    await addDeviceClient("patient", { refresh_overlap_seconds: 300 });
    const codes = await obtainCodes(server, { client_id: "patient" });
    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    server.pass(500);
    await tokensOf(await poll(server, codes.device_code, { client_id: "patient" }));
    server.pass(99);
    await tokensOf(await poll(server, codes.device_code, { client_id: "patient" }));
    server.pass(1);
    expect(await errorOf(await poll(server, codes.device_code, { client_id: "patient" }))).toEqual([400, "invalid_grant"]);
  });

  it("yields nothing after the person has revoked the device", async () => {
    const { device_code } = await approved();
    await tokensOf(await poll(server, device_code));
    const settings = "/settings/authorizations";
    await browser.submit(await browser.open(settings), settings);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "invalid_grant"]);
  });
});

// CASES.md G 116
describe("a device code is refused, and nothing changes,", () => {
  it.each<[string, (codes: DeviceAnswer) => Fields, string]>([
    ["when it is cut", ({ device_code }) => ({ device_code: device_code.slice(0, -1) }), "invalid_grant"],
    ["with a space behind", ({ device_code }) => ({ device_code: `${device_code} ` }), "invalid_grant"],
    ["in capitals", ({ device_code }) => ({ device_code: device_code.toUpperCase() }), "invalid_grant"],
    ["as SQL", () => ({ device_code: "csd_aa' OR 1=1 --" }), "invalid_grant"],
    ["of ten kilobytes", () => ({ device_code: "csd_".padEnd(10_000, "A") }), "invalid_grant"],
    ["where the user code is sent instead", ({ user_code }) => ({ device_code: user_code }), "invalid_grant"],
    ["where it is missing", () => ({ device_code: "" }), "invalid_request"],
    ["where it is sent twice", ({ device_code }) => ({ device_code: [device_code, device_code] }), "invalid_request"],
    ["from another client", () => ({ client_id: "sensor" }), "invalid_grant"],
    ["as the code of the authorization code grant", ({ device_code }) => codeRequest(device_code), "unauthorized_client"],
    ["as a refresh token", ({ device_code }) => refreshRequest(device_code), "invalid_grant"],
    ["for a resource beyond the approval", () => ({ resource: "https://elsewhere.example" }), "invalid_target"],
    [
      "for details beyond the approval",
      () => ({ authorization_details: '[{"type":"repository_access","repositories":["a"],"actions":[]}]' }),
      "invalid_authorization_details",
    ],
  ])("%s", async (_, change, error) => {
    await addDeviceClient("sensor");
    const codes = await approved();
    const before = await snapshot();
    expect(await errorOf(await poll(server, codes.device_code, change(codes)))).toEqual([400, error]);
    expect(await snapshot()).toBe(before);
    await tokensOf(await poll(server, codes.device_code));
  });

  it("by the authorization code grant of a client that has both grants", async () => {
    await addDeviceClient("both", {
      grant_types: [DEVICE_GRANT, "authorization_code"],
      response_types: ["code"],
      redirect_uris: ["https://both.example/cb"],
    });
    const codes = await approved({ client_id: "both" });
    const fields = codeRequest(codes.device_code, { client_id: "both", redirect_uri: "", code_verifier: "" });
    expect(await errorOf(await post(server, "/token", fields, null))).toEqual([400, "invalid_grant"]);
    await tokensOf(await poll(server, codes.device_code, { client_id: "both" }));
  });

  it("while it waits, from another client, which learns nothing of it", async () => {
    await addDeviceClient("sensor");
    const { device_code } = await obtainCodes(server);
    const before = await snapshot();
    for (let count = 0; count < 2; count++)
      expect(await errorOf(await poll(server, device_code, { client_id: "sensor" }))).toEqual([400, "invalid_grant"]);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["the person", "UPDATE users SET disabled_at = 1"],
    ["the client", "UPDATE clients SET disabled_at = 1 WHERE client_id = 'wallboard'"],
  ])("after the approval, when %s was disabled", async (_, statement) => {
    const { device_code } = await approved();
    await env.DB.prepare(statement).run();
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "invalid_grant"]);
  });

  it("after the approval, when the person revoked the service", async () => {
    const { device_code } = await approved();
    const settings = "/settings/authorizations";
    await browser.submit(await browser.open(settings), settings);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "invalid_grant"]);
  });

  it("from a client that lost the grant type", async () => {
    const { device_code } = await approved();
    await env.DB.prepare(
      "UPDATE clients SET metadata = json_set(metadata, '$.grant_types', json('[\"refresh_token\"]')) WHERE client_id = 'wallboard'",
    ).run();
    server.pass(61);
    expect(await errorOf(await poll(server, device_code))).toEqual([400, "unauthorized_client"]);
  });
});

describe("a DPoP proof", () => {
  const ask = async (key: Awaited<ReturnType<typeof makeDpopKey>>): Promise<DeviceAnswer> =>
    (await requestCodes(server, {}, { headers: { dpop: await prove(key, "/device_authorization") } })).json<DeviceAnswer>();
  const pollBy = async (key: Awaited<ReturnType<typeof makeDpopKey>>, device_code: string) =>
    server.fetch("/token", {
      method: "POST",
      body: form({ grant_type: DEVICE_GRANT, client_id: "wallboard", device_code }),
      headers: { dpop: await prove(key, "/token") },
    });

  it("at the device authorization endpoint binds the device code to its key, while it waits and when it is approved", async () => {
    const [key, stranger] = [await makeDpopKey(), await makeDpopKey()];
    const codes = await ask(key);
    const before = await snapshot();
    expect(await errorOf(await pollBy(stranger, codes.device_code))).toEqual([400, "invalid_grant"]);
    expect(await errorOf(await poll(server, codes.device_code))).toEqual([400, "invalid_grant"]);
    expect(await snapshot()).toBe(before);
    expect(await errorOf(await pollBy(key, codes.device_code))).toEqual([400, "authorization_pending"]);

    await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
    expect(await errorOf(await pollBy(stranger, codes.device_code))).toEqual([400, "invalid_grant"]);
    expect(await errorOf(await poll(server, codes.device_code))).toEqual([400, "invalid_grant"]);
    const tokens = await tokensOf(await pollBy(key, codes.device_code));
    expect(tokens.token_type).toBe("DPoP");
    expect(await introspect(server, tokens.access_token)).toMatchObject({ cnf: { jkt: key.jkt } });
  });

  it("at the token endpoint binds a public client's refresh token", async () => {
    const key = await makeDpopKey();
    const { device_code } = await approved();
    const tokens = await tokensOf(await pollBy(key, device_code));
    const bare = await post(server, "/token", refreshRequest(tokens.refresh_token, { client_id: "wallboard" }), null);
    expect(await errorOf(bare)).toEqual([400, "invalid_grant"]);
    const proven = await server.fetch("/token", {
      method: "POST",
      body: form(refreshRequest(tokens.refresh_token, { client_id: "wallboard" })),
      headers: { dpop: await prove(key, "/token") },
    });
    expect((await tokensOf(proven)).refresh_token).toBe(tokens.refresh_token);
  });

  it("counts once, and for its own endpoint", async () => {
    const key = await makeDpopKey();
    const dpop = await prove(key, "/device_authorization");
    const responses = await Promise.all([1, 2, 3].map(() => requestCodes(server, {}, { headers: { dpop } })));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
    const other = await requestCodes(server, {}, { headers: { dpop: await prove(key, "/token") } });
    expect(await errorOf(other)).toEqual([400, "invalid_dpop_proof"]);
  });
});

describe("what a device asks for in particular", () => {
  const detail = { type: "repository_access", repositories: ["tents"], actions: ["read"] };

  it("is in its tokens, in the organizations that the person chose", async () => {
    const fabrikam = await addOrganization("fabrikam", "all", ada.userId);
    const asked = [detail, { type: "organization_access", organizations: ["contoso"] }];
    const codes = await approved(
      { scope: "openid builds.read", authorization_details: JSON.stringify(asked) },
      { reach: "chosen", organization: fabrikam },
    );
    const tokens = await tokensOf(await poll(server, codes.device_code));
    expect(await introspect(server, tokens.access_token)).toMatchObject({
      organizations: ["fabrikam"],
      authorization_details: [
        { ...detail, actions: ["read"] },
        { type: "organization_access", organizations: ["fabrikam"] },
      ],
    });
  });

  it("may be narrowed when the tokens are fetched", async () => {
    const { device_code } = await approved();
    const tokens = await tokensOf(await poll(server, device_code, { resource: API }));
    expect(await introspect(server, tokens.access_token)).toMatchObject({ aud: API });
  });
});
