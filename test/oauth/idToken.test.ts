import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server } from "../harness.ts";

const ADDRESS = { locality: "Malmö", country: "SE" };
const profile = {
  given_name: "Ada",
  family_name: "Lindqvist",
  locale: "sv-SE",
  zoneinfo: "Europe/Stockholm",
  birthdate: "1980-12-10",
  phone_number: "+46 40 123 45 67",
  phone_number_verified: true,
  address: ADDRESS,
  shoe_size: 38,
};

/** 2026-11-24T12:00:00Z, when the harness's clock stands at first. */
const NOON = Date.UTC(2026, 10, 24, 12) / 1000;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada", profile);
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("signed-by-es256", { id_token_signed_response_alg: "ES256" });
});

async function obtain(changes: Parameters<typeof authorize>[2] = {}): Promise<Tokens> {
  const code = (await authorize(browser, ada.email, changes)).get("code") ?? "";
  const clientId = typeof changes["client_id"] === "string" ? changes["client_id"] : "buildboard";
  return tokensOf(await post(server, "/token", codeRequest(code), basic(clientId, SECRET)));
}

/** The claims and the header of an ID token, as a client verifies it by our JWK Set. */
async function verify(idToken: string, audience = "buildboard") {
  const keys = await (await server.fetch("/jwks")).json<JSONWebKeySet>();
  const options = { issuer: ISSUER, audience, currentDate: new Date(server.deps.now()) };
  return jwtVerify(idToken, createLocalJWKSet(keys), options);
}

const userinfo = async (accessToken: string): Promise<Record<string, unknown>> => {
  const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${accessToken}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.json();
};

/** The left half of the access token's SHA-256 (OpenID Connect Core 3.1.3.6). */
async function halfHash(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return btoa(String.fromCharCode(...digest.subarray(0, 16)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

describe("an ID token", () => {
  it.each([
    ["RS256", "buildboard"],
    ["ES256", "signed-by-es256"],
  ])("is signed with %s where the client registered for it, and says all that it must", async (alg, clientId) => {
    const tokens = await obtain({ client_id: clientId });
    const { protectedHeader, payload } = await verify(tokens.id_token, clientId);
    expect(protectedHeader).toEqual({ alg, typ: "JWT", kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(payload).toEqual({
      iss: ISSUER,
      sub: ada.userId,
      aud: clientId,
      iat: NOON,
      exp: NOON + 300,
      auth_time: NOON,
      acr: "urn:countersign:acr:password",
      amr: ["pwd"],
      sid: expect.stringMatching(/^[\w-]{22}$/),
      nonce: "n-0S6_WzA2Mj",
      at_hash: await halfHash(tokens.access_token),
    });
  });

  it("is not there without the scope openid", async () => {
    const tokens = await obtain({ scope: "builds.read" });
    expect(tokens).not.toHaveProperty("id_token");
    const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(response.status).toBeGreaterThanOrEqual(401);
  });

  it("has no nonce when none was sent", async () => {
    expect((await verify((await obtain({ nonce: null })).id_token)).payload).not.toHaveProperty("nonce");
  });

  it.each(["n".repeat(4096), "🦊 +&=#%00", `"\\</script>`])("has the nonce %.20j letter by letter", async (nonce) => {
    expect((await verify((await obtain({ nonce })).id_token)).payload["nonce"]).toBe(nonce);
  });

  it("tells when the person signed in, and not when the client asked", async () => {
    await obtain();
    server.pass(500);
    const { payload } = await verify((await obtain()).id_token);
    expect(payload).toMatchObject({ auth_time: NOON, iat: NOON + 500 });
  });

  it("of a refresh keeps sub, aud, auth_time, acr and amr, has no nonce, and belongs to the new access token", async () => {
    const first = await obtain();
    const before = (await verify(first.id_token)).payload;
    server.pass(3600);
    const second = await tokensOf(await post(server, "/token", refreshRequest(first.refresh_token)));
    const after = (await verify(second.id_token)).payload;
    const kept = ["iss", "sub", "aud", "auth_time", "acr", "amr"];
    expect(kept.map((name) => after[name])).toEqual(kept.map((name) => before[name]));
    expect(after).not.toHaveProperty("nonce");
    expect(after.iat).toBe(NOON + 3600);
    expect(after["at_hash"]).toBe(await halfHash(second.access_token));
  });

  it("of a refresh keeps auth_time also after the person signed in anew in the browser", async () => {
    const first = await obtain();
    server.pass(100);
    const page = await browser.open(authorizationUrl({ prompt: "login" }));
    const sent = await signIn(browser, page, ada.email);
    const anew = await tokensOf(await post(server, "/token", codeRequest(responseOf(sent).get("code") ?? "")));
    const refreshed = await tokensOf(await post(server, "/token", refreshRequest(first.refresh_token)));
    expect((await verify(anew.id_token)).payload["auth_time"]).toBe(NOON + 100);
    expect((await verify(refreshed.id_token)).payload["auth_time"]).toBe(NOON);
  });

  it("names one person by one sub: for every client, in every browser, at userinfo too", async () => {
    const tokens = [await obtain(), await obtain({ client_id: "signed-by-es256" })];
    browser = new Browser(server);
    tokens.push(await obtain());
    const subjects = await Promise.all(tokens.map(async ({ access_token }) => (await userinfo(access_token))["sub"]));
    const named = tokens.map(({ id_token }) => JSON.parse(atob(id_token.split(".")[1] ?? "")).sub);
    expect(new Set([...subjects, ...named])).toEqual(new Set([ada.userId]));
  });

  it("is no access token", async () => {
    const { id_token } = await obtain();
    const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${id_token}` } });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});

describe("the claims about a person", () => {
  it.each<[string, Record<string, unknown>]>([
    ["openid", {}],
    [
      "openid profile",
      {
        name: "Ada Example",
        given_name: "Ada",
        family_name: "Lindqvist",
        locale: "sv-SE",
        zoneinfo: "Europe/Stockholm",
        birthdate: "1980-12-10",
        updated_at: Date.UTC(2026, 0, 1) / 1000,
      },
    ],
    ["openid email", { email: "ada@contoso.example", email_verified: true }],
    ["openid address", { address: ADDRESS }],
    ["openid phone", { phone_number: "+46 40 123 45 67", phone_number_verified: true }],
  ])("that the scope %s gives stand at userinfo, and none of them in the ID token", async (scope, expected) => {
    const tokens = await obtain({ scope });
    expect(await userinfo(tokens.access_token)).toEqual({ sub: ada.userId, ...expected });
    const { payload } = await verify(tokens.id_token);
    expect(Object.keys(expected).filter((name) => name in payload)).toEqual([]);
  });

  it("stand in the ID token where the claims parameter asks for them there", async () => {
    const claims = JSON.stringify({ id_token: { email: { essential: true }, given_name: null, shoe_size: null } });
    const tokens = await obtain({ scope: "openid profile", claims });
    const { payload } = await verify(tokens.id_token);
    expect(payload).toMatchObject({ email: "ada@contoso.example", given_name: "Ada" });
    for (const name of ["shoe_size", "family_name", "email_verified"]) expect(payload).not.toHaveProperty(name);
    expect(await userinfo(tokens.access_token)).not.toHaveProperty("email");
  });

  it("stand at userinfo where the claims parameter asks for them there, also after a refresh", async () => {
    const claims = JSON.stringify({ userinfo: { phone_number: null, locale: { essential: true } } });
    const tokens = await obtain({ scope: "openid offline_access", claims });
    const expected = { sub: ada.userId, phone_number: "+46 40 123 45 67", locale: "sv-SE" };
    expect(await userinfo(tokens.access_token)).toEqual(expected);
    expect((await verify(tokens.id_token)).payload).not.toHaveProperty("phone_number");
    server.pass(60);
    const refreshed = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token)));
    expect(await userinfo(refreshed.access_token)).toEqual(expected);
  });

  it("are not given where the person took the tick away, by scope or by name", async () => {
    const claims = JSON.stringify({ id_token: { phone_number: null }, userinfo: { phone_number: null } });
    const url = authorizationUrl({ scope: "openid profile email", claims });
    const page = await signIn(browser, await browser.open(url), ada.email);
    expect(fieldsOf(page, "/consent")["claim"]).toBe("phone_number");
    const sent = await approve(browser, page, { scope: ["profile"], claim: null });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(responseOf(sent).get("code") ?? "")));
    expect(tokens.scope).toBe("openid profile");
    const about = await userinfo(tokens.access_token);
    expect(about).toMatchObject({ name: "Ada Example" });
    for (const name of ["email", "phone_number"]) expect(about).not.toHaveProperty(name);
    expect((await verify(tokens.id_token)).payload).not.toHaveProperty("phone_number");
  });

  it("that the sign-in makes cannot be chosen by the request", async () => {
    const claims = JSON.stringify({
      id_token: {
        iss: { value: "https://evil.example" },
        aud: { value: "other" },
        exp: { value: 1e12 },
        amr: { value: ["mfa"] },
      },
    });
    const { payload } = await verify((await obtain({ claims })).id_token);
    expect(payload).toMatchObject({ iss: ISSUER, aud: "buildboard", exp: NOON + 300, amr: ["pwd"] });
  });
});

describe("the userinfo endpoint", () => {
  it("takes the token in the header by GET and POST, and in a form", async () => {
    const { access_token } = await obtain();
    const headers = { authorization: `Bearer ${access_token}` };
    const posted = await server.fetch("/userinfo", { method: "POST", headers });
    const inForm = await post(server, "/userinfo", { access_token }, null);
    for (const response of [posted, inForm]) expect(await response.json()).toMatchObject({ sub: ada.userId });
  });

  it("does not look for a token in the query", async () => {
    const { access_token } = await obtain();
    const response = await server.fetch(`/userinfo?access_token=${access_token}`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer realm="Countersign", scope="openid", DPoP realm="Countersign", scope="openid", algs="ES256 PS256 EdDSA"',
    );
  });

  it.each([
    [299, 200],
    [300, 401],
  ])("answers a token that is %i seconds old with %i", async (age, status) => {
    const { access_token } = await obtain();
    server.pass(age);
    const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${access_token}` } });
    expect(response.status).toBe(status);
  });
});
