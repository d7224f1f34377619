import { once } from "node:events";
import { createServer } from "node:http";
import { challenge, checkRequest, createResourceServer } from "countersign/verify";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { api, buildboard, ledger, northstar, type Registration, seed } from "./clients.ts";
import { Person } from "./person.ts";

let local: Local;
let server: oauth.AuthorizationServer;
const http = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  local = await startLocal({ seed, workers: ["contoso-devops"] });
  const issuer = new URL(local.urls.server);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" }));
});
afterAll(() => local.stop());

const authentication = {
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
  none: oauth.None,
} as const;

/** One client in steps: where it sends the browser, and what it does with each answer. */
async function createClient(registration: Registration, changes: Readonly<Record<string, string>> = {}) {
  const { clientId, redirectUri, scope } = registration;
  const client: oauth.Client = {
    client_id: clientId,
    id_token_signed_response_alg: clientId === ledger.clientId ? "ES256" : "RS256",
  };
  const authenticate = authentication[registration.method](registration.secret);
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ];
  const parameters = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    resource: local.urls.contosoDevops,
    ...changes,
  });
  const check = (callback: URL) => oauth.validateAuthResponse(server, client, callback, state);
  return {
    url: `${server.authorization_endpoint}?${parameters}`,
    check,
    redeem: async (callback: URL) => {
      const request = [server, client, authenticate, check(callback), redirectUri, verifier, http] as const;
      const response = await oauth.authorizationCodeGrantRequest(...request);
      const options = { expectedNonce: nonce, requireIdToken: true };
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, options);
      await oauth.validateApplicationLevelSignature(server, response, http);
      return {
        ...tokens,
        refresh_token: tokens.refresh_token ?? "",
        subject: oauth.getValidatedIdTokenClaims(tokens)?.sub ?? "",
      };
    },
    refresh: async (token: string) => {
      const options = { ...http, additionalParameters: { resource: local.urls.contosoDevops } };
      const response = await oauth.refreshTokenGrantRequest(server, client, authenticate, token, options);
      return oauth.processRefreshTokenResponse(server, client, response);
    },
    userinfo: async (token: string, subject: string) =>
      oauth.processUserInfoResponse(server, client, subject, await oauth.userInfoRequest(server, client, token, http)),
    revoke: async (token: string) =>
      oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authenticate, token, http)),
  };
}

async function introspect(token: string) {
  const client = { client_id: api.clientId };
  const request = await oauth.introspectionRequest(server, client, oauth.ClientSecretBasic(api.secret), token, http);
  return oauth.processIntrospectionResponse(server, client, request);
}

describe("oauth4webapi", () => {
  it.each<[string, () => Registration, string | undefined]>([
    ["client_secret_basic", () => buildboard(local.urls.buildboard), "Ada Lindqvist"],
    [
      "client_secret_post and a query in its redirect URI",
      () => ({ ...ledger, redirectUri: "https://ledger.example/oauth?from=countersign" }),
      "Ada Lindqvist",
    ],
  ])("with %s finds everything in the metadata and goes the whole way", async (_, register, name) => {
    const client = await createClient(register());
    const person = new Person(local.urls.server);
    const tokens = await client.redeem(await person.authorize(client.url));
    expect((await client.userinfo(tokens.access_token, tokens.subject)).name).toBe(name);
    const refreshed = await client.refresh(tokens.refresh_token);
    expect(await introspect(refreshed.access_token)).toMatchObject({ active: true, sub: tokens.subject });

    await client.revoke(refreshed.access_token);
    expect(await introspect(refreshed.access_token)).toEqual({ active: false });
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });

    await client.revoke(refreshed.refresh_token ?? "");
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    await expect(client.refresh(refreshed.refresh_token ?? "")).rejects.toMatchObject({ error: "invalid_grant", status: 400 });
  });

  it("as a public client listens on a free loopback port and gets its answer there", async () => {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const arrived = new Promise<URL>((resolve) =>
      listener.on("request", (request, response) => {
        response.end("You may close this window.");
        resolve(new URL(request.url ?? "", `http://127.0.0.1:${port}`));
      }),
    );
    const client = await createClient(northstar(port));
    await fetch(await new Person(local.urls.server).authorize(client.url));
    const callback = await arrived;
    listener.close();
    const tokens = await client.redeem(callback);
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true, client_id: "northstar-cli" });
    await client.revoke(tokens.refresh_token);
    await expect(client.refresh(tokens.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("is told access_denied when the person says no", async () => {
    const client = await createClient(buildboard(local.urls.buildboard), { prompt: "consent" });
    const callback = await new Person(local.urls.server).authorize(client.url, "deny");
    expect(() => client.check(callback)).toThrow(expect.objectContaining({ error: "access_denied" }));
  });

  it("refuses the answer of another issuer to the same request", async () => {
    const client = await createClient(buildboard(local.urls.buildboard));
    const callback = await new Person(local.urls.server).authorize(client.url);
    callback.searchParams.set("iss", "https://evil.example");
    expect(() => client.check(callback)).toThrow(/"iss" \(issuer\)/);
  });

  it("keeps getting the same successor when it refreshes in parallel or again after a lost answer", async () => {
    const client = await createClient(ledger);
    const tokens = await client.redeem(await new Person(local.urls.server).authorize(client.url));
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.refresh(tokens.refresh_token)));
    const again = await client.refresh(tokens.refresh_token);
    expect(new Set([...answers, again].map(({ refresh_token }) => refresh_token)).size).toBe(1);
  });
});

describe("oauth4webapi at a resource server that uses countersign/verify", () => {
  /** A resource server outside of Workers, which knows the issuer's URL and its own name, and nothing else. */
  const openResource = () => {
    const resource = createResourceServer({ issuer: local.urls.server, audience: local.urls.contosoDevops });
    const answer = async (request: Request) => {
      try {
        const claims = await checkRequest(request, resource, "builds.read");
        return Response.json({ organizations: claims.organizations, subject: claims.sub });
      } catch (error) {
        return challenge(error, resource);
      }
    };
    return (token: string) =>
      oauth.protectedResourceRequest(token, "GET", new URL("https://api.example/builds"), undefined, undefined, {
        [oauth.customFetch]: (url, { method, headers }) => answer(new Request(url, { method, headers })),
      });
  };

  it("is let in with the keys that the live server publishes, to the organizations that the person may enter", async () => {
    const client = await createClient(buildboard(local.urls.buildboard));
    const tokens = await client.redeem(await new Person(local.urls.server).authorize(client.url));
    const answer = await openResource()(tokens.access_token);
    // Fabrikam's owners have not approved Buildboard; Northwind lets verified publishers in.
    expect(await answer.json()).toEqual({ organizations: ["contoso", "northwind"], subject: tokens.subject });
  });

  it("is told which scope it lacks when the person left it out", async () => {
    const client = await createClient(buildboard(local.urls.buildboard), { prompt: "consent" });
    const person = new Person(local.urls.server);
    const callback = await person.authorize(client.url, "approve", { scope: ["profile", "workitems.read"] });
    const tokens = await client.redeem(callback);
    expect(tokens.scope).toBe("openid profile offline_access workitems.read");
    await expect(openResource()(tokens.access_token)).rejects.toMatchObject({
      status: 403,
      cause: [{ parameters: { error: "insufficient_scope", scope: "builds.read" } }],
    });
  });

  it("is refused with a token for somebody else, a forged one and one of another server", async () => {
    const request = openResource();
    const client = await createClient(buildboard(local.urls.buildboard));
    const tokens = await client.redeem(await new Person(local.urls.server).authorize(client.url));
    const refused = { status: 401, cause: [{ parameters: { error: "invalid_token" } }, { scheme: "dpop" }] };
    await expect(request(tokens.access_token.replace(/.{8}$/, "AAAAAAAA"))).rejects.toMatchObject(refused);
    await expect(request(tokens.id_token ?? "")).rejects.toMatchObject(refused);
    const elsewhere = createResourceServer({ issuer: local.urls.server, audience: "https://elsewhere.example" });
    const asked = new Request("https://elsewhere.example", { headers: { authorization: `Bearer ${tokens.access_token}` } });
    await expect(checkRequest(asked, elsewhere)).rejects.toMatchObject({ code: "invalid_token" });
  });

  it("is refused by Contoso DevOps, which reads revocations from KV, as soon as the person has revoked it", async () => {
    const client = await createClient(buildboard(local.urls.buildboard));
    const person = new Person(local.urls.server);
    // What was left out before is left out on the page, until it is ticked.
    const scope = ["profile", "workitems.read", "builds.read"];
    const tokens = await client.redeem(await person.authorize(client.url, "approve", { scope }));
    const builds = new URL(`${local.urls.contosoDevops}/api/organizations/contoso/builds`);
    const request = () => oauth.protectedResourceRequest(tokens.access_token, "GET", builds, undefined, undefined, http);
    expect((await request()).status).toBe(200);
    await person.revoke();
    await expect(request()).rejects.toMatchObject({
      status: 401,
      cause: [{ parameters: { error: "invalid_token" } }, { scheme: "dpop" }],
    });
    await expect(client.refresh(tokens.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(client.userinfo(tokens.access_token, tokens.subject)).rejects.toMatchObject({ status: 401 });
  });
});
