import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { api, buildboard, ledger, northstar, type Registration, seed } from "./clients.ts";
import { Person } from "./person.ts";

let local: Local;
beforeAll(async () => {
  local = await startLocal({ seed });
});
afterAll(() => local.stop());

const authentication = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
  none: client.None,
} as const;

/** What discovery alone tells openid-client; with it every JWT of a response is checked against the JWKS. */
const discover = ({ clientId, method, secret }: Pick<Registration, "clientId" | "method" | "secret">) =>
  client.discovery(new URL(local.urls.server), clientId, undefined, authentication[method](secret), {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });

async function begin({ redirectUri, scope }: Registration, config: client.Configuration, changes = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    resource: local.urls.contosoDevops,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...changes,
  });
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return {
    url,
    finish: (callback: URL, other = {}) => client.authorizationCodeGrant(config, callback, { ...checks, ...other }),
  };
}

async function obtain(registration: Registration, person = new Person(local.urls.server)) {
  const config = await discover(registration);
  const { url, finish } = await begin(registration, config);
  const tokens = await finish(await person.authorize(url));
  return { person, config, tokens, refreshToken: tokens.refresh_token ?? "" };
}

const introspect = async (token: string) =>
  client.tokenIntrospection(await discover({ ...api, method: "client_secret_basic" }), token);

describe.each([
  ["a client with a secret in the header", () => buildboard(local.urls.buildboard), "RS256"],
  ["a client with a secret in the body", () => ledger, "ES256"],
  ["a public client on a loopback port", () => northstar(49_152), "RS256"],
])("openid-client as %s", (_, register, algorithm) => {
  it("goes from discovery to tokens, the person's name, a refresh and the end", async () => {
    const registration = register();
    const { config, tokens, refreshToken } = await obtain(registration);
    const claims = tokens.claims();
    expect(tokens.scope).toBe(registration.scope);
    expect(claims).toMatchObject({ iss: local.urls.server, aud: registration.clientId, amr: ["pwd"] });
    expect(headerOf(tokens.id_token)).toMatchObject({ alg: algorithm });

    const about = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
    expect(about.name).toBe(registration.scope.includes("profile") ? "Ada Lindqvist" : undefined);
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true, client_id: registration.clientId });

    const refreshed = await client.refreshTokenGrant(config, refreshToken, { resource: local.urls.contosoDevops });
    expect(refreshed.claims()?.sub).toBe(claims?.sub);
    expect(refreshed.refresh_token).not.toBe(refreshToken);
    expect(await introspect(refreshed.access_token)).toMatchObject({ active: true, aud: local.urls.contosoDevops });

    await client.tokenRevocation(config, refreshed.refresh_token ?? "");
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
      status: 400,
    });
    expect(await introspect(refreshed.access_token)).toEqual({ active: false });
  });

  it("learns access_denied, with the state and the issuer that it checks, when the person says no", async () => {
    const { url, finish } = await begin(register(), await discover(register()), { prompt: "consent" });
    const callback = await new Person(local.urls.server).authorize(url, "deny");
    expect(callback.searchParams.get("iss")).toBe(local.urls.server);
    await expect(finish(callback)).rejects.toMatchObject({
      code: "OAUTH_AUTHORIZATION_RESPONSE_ERROR",
      error: "access_denied",
    });
  });

  it("learns access_denied while the person has paused it, keeps its refresh token, and goes on with it", async () => {
    const { person, config, refreshToken } = await obtain(register());
    const act = async (action: string) => {
      const list = await person.open(`${local.urls.server}/settings/authorizations`);
      const path = /href="(\/settings\/authorizations\/[^"]+)"/.exec(list.text)?.[1] ?? "";
      const page = await person.open(local.urls.server + path);
      expect((await person.submit(page, path, { action })).url).toContain("done=");
    };
    await act("pause");
    for (let time = 0; time < 2; time++)
      await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
        error: "access_denied",
        status: 400,
      });
    await act("resume");
    const tokens = await client.refreshTokenGrant(config, refreshToken);
    expect(await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? "")).toHaveProperty("sub");
    await person.revoke();
  });

  it("learns invalid_grant once the person has revoked it", async () => {
    const { person, config, refreshToken } = await obtain(register());
    expect(await person.revoke()).toContain("It gets no new access from now on");
    await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({ error: "invalid_grant", status: 400 });
  });
});

describe("openid-client", () => {
  it.each([
    ["another issuer", (callback: URL) => callback.searchParams.set("iss", "https://evil.example")],
    ["no issuer", (callback: URL) => callback.searchParams.delete("iss")],
    ["another state", (callback: URL) => callback.searchParams.set("state", "invented")],
  ])("takes no response of %s, and the code stays good for the true one", async (_, change) => {
    const { url, finish } = await begin(ledger, await discover(ledger));
    const callback = await new Person(local.urls.server).authorize(url);
    const changed = new URL(callback);
    change(changed);
    await expect(finish(changed)).rejects.toMatchObject({ code: "OAUTH_INVALID_RESPONSE" });
    expect((await finish(callback)).token_type).toBe("bearer");
  });

  it("finds the code good once, and what came of it dead after the second try", async () => {
    const { url, finish } = await begin(ledger, await discover(ledger));
    const callback = await new Person(local.urls.server).authorize(url);
    const tokens = await finish(callback);
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
    await expect(finish(callback)).rejects.toMatchObject({ error: "invalid_grant" });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });

  it("gets tokens with its own verifier only", async () => {
    const { url, finish } = await begin(northstar(49_153), await discover(northstar(49_153)));
    const callback = await new Person(local.urls.server).authorize(url);
    const stolen = { pkceCodeVerifier: client.randomPKCECodeVerifier() };
    await expect(finish(callback, stolen)).rejects.toMatchObject({ error: "invalid_grant" });
    expect((await finish(callback)).token_type).toBe("bearer");
  });

  it("learns without a page that nobody is signed in, then that consent is missing, then gets tokens", async () => {
    const silently = async (person: Person, registration = ledger) => {
      const { url, finish } = await begin(registration, await discover(registration), { prompt: "none" });
      return finish(await person.authorize(url));
    };
    const grace = new Person(local.urls.server, "grace@contoso.example");
    await expect(silently(grace)).rejects.toMatchObject({ error: "login_required" });
    await obtain(northstar(49_154), grace);
    await expect(silently(grace)).rejects.toMatchObject({ error: "consent_required" });
    await obtain(ledger, grace);
    expect((await silently(grace)).scope).toBe(ledger.scope);
    // Any app on the device could be listening there, so that an approval from before does not count (RFC 8252 section 8.6).
    await expect(silently(grace, northstar(49_155))).rejects.toMatchObject({ error: "consent_required" });
  });

  it("is told when its secret is wrong", async () => {
    const config = await discover({ ...ledger, secret: "wrong" });
    const refused = client.refreshTokenGrant(config, "csr_x");
    await expect(refused).rejects.toMatchObject({ code: "OAUTH_WWW_AUTHENTICATE_CHALLENGE", status: 401 });
  });
});

const headerOf = (jwt = ""): unknown => JSON.parse(Buffer.from(jwt.split(".")[0] ?? "", "base64url").toString());
