/** Nobody at a browser: a machine for itself, and a resource server that goes on to another one, with clients that others wrote. */
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { api, ledger, nightly, seed } from "./clients.ts";
import { Person } from "./person.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const ARCHIVE = "https://archive.contoso.example";

/** The demo, with an archive that Contoso DevOps asks for people. */
const withArchive = {
  ...seed,
  resources: [
    ...seed.resources,
    {
      identifier: ARCHIVE,
      name: "Contoso Archive",
      scopes: [{ name: "archive.read", title: "See old builds", description: "Builds of years past.", access: "read" }],
    },
  ],
  clients: seed.clients.map((one) =>
    one.client_id !== api.clientId
      ? one
      : {
          ...one,
          grant_types: [TOKEN_EXCHANGE, "client_credentials"],
          scope: "archive.read",
          token_exchange: { resources: [ARCHIVE], impersonation: true, delegation: true },
        },
  ),
};

let local: Local;
beforeAll(async () => {
  local = await startLocal({ seed: withArchive, workers: ["contoso-devops"] });
});
afterAll(() => local.stop());

const discover = ({ clientId, secret }: { readonly clientId: string; readonly secret: string }) =>
  client.discovery(new URL(local.urls.server), clientId, undefined, client.ClientSecretBasic(secret), {
    execute: [client.allowInsecureRequests],
  });

const buildsOf = (organization: string, token: string) =>
  fetch(`${local.urls.contosoDevops}/api/organizations/${organization}/builds`, {
    headers: { authorization: `Bearer ${token}` },
  });

describe("a machine for itself", () => {
  it("reads with openid-client what its organization approved, and nothing of another", async () => {
    const tokens = await client.clientCredentialsGrant(await discover(nightly), { scope: "builds.read" });
    expect(tokens).toMatchObject({ token_type: "bearer", scope: "builds.read", expires_in: 300 });
    expect(tokens.refresh_token).toBeUndefined();
    expect((await buildsOf("contoso", tokens.access_token)).status).toBe(200);
    expect((await buildsOf("fabrikam", tokens.access_token)).status).toBe(403);
    const code = await fetch(`${local.urls.contosoDevops}/api/organizations/contoso/code`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect([code.status, code.headers.get("www-authenticate")]).toEqual([
      403,
      expect.stringMatching(/^Bearer .*error="insufficient_scope".*scope="code.read", resource_metadata="/),
    ]);
  });

  it("gets with oauth4webapi a token that is bound to its key, and is told what it may not have", async () => {
    const issuer = new URL(local.urls.server);
    const http = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
    const machine: oauth.Client = { client_id: nightly.clientId };
    const request = async (scope: string, DPoP?: oauth.DPoPHandle) => {
      const authenticate = oauth.ClientSecretBasic(nightly.secret);
      const options = { ...http, ...(DPoP === undefined ? {} : { DPoP }) };
      const response = await oauth.clientCredentialsGrantRequest(server, machine, authenticate, { scope }, options);
      return oauth.processClientCredentialsResponse(server, machine, response);
    };
    const handle = oauth.DPoP(machine, await oauth.generateKeyPair("ES256"));
    expect(await request("builds.read", handle)).toMatchObject({ token_type: "dpop", scope: "builds.read" });
    await expect(request("code.read")).rejects.toMatchObject({ error: "invalid_scope", status: 400 });
    await expect(request("openid")).rejects.toMatchObject({ error: "invalid_scope", status: 400 });
  });
});

describe("a resource server that goes on for a person", () => {
  async function obtain(): Promise<string> {
    const config = await client.discovery(
      new URL(local.urls.server),
      ledger.clientId,
      undefined,
      client.ClientSecretPost(ledger.secret),
      {
        execute: [client.allowInsecureRequests],
      },
    );
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: ledger.redirectUri,
      scope: "builds.read archive.read",
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const callback = await new Person(local.urls.server).authorize(url);
    const resource = local.urls.contosoDevops;
    return (await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier }, { resource })).access_token;
  }

  it("exchanges with openid-client what it received, as the person and by its own name", async () => {
    const subject_token = await obtain();
    const config = await discover(api);
    const parameters = { subject_token, subject_token_type: ACCESS_TOKEN, resource: ARCHIVE };
    const silent = await client.genericGrantRequest(config, TOKEN_EXCHANGE, parameters);
    expect(silent).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: "bearer", scope: "archive.read" });
    const own = await client.clientCredentialsGrant(config);
    const named = await client.genericGrantRequest(config, TOKEN_EXCHANGE, {
      ...parameters,
      actor_token: own.access_token,
      actor_token_type: ACCESS_TOKEN,
    });
    const about = (token: string) => client.tokenIntrospection(config, token);
    const person = (await about(subject_token)).sub;
    expect(await about(silent.access_token)).toMatchObject({ active: true, sub: person, aud: ARCHIVE });
    expect(await about(named.access_token)).toMatchObject({ active: true, sub: person, act: { sub: api.clientId } });
  });

  it("is told with oauth4webapi that it can go nowhere else, and loses everything when the person revokes", async () => {
    const subject_token = await obtain();
    const config = await discover(api);
    const parameters = { subject_token, subject_token_type: ACCESS_TOKEN };
    const issuer = new URL(local.urls.server);
    const http = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
    const request = async (more: Record<string, string>) => {
      const self: oauth.Client = { client_id: api.clientId };
      const authenticate = oauth.ClientSecretBasic(api.secret);
      const sent = { ...parameters, ...more };
      const response = await oauth.genericTokenEndpointRequest(server, self, authenticate, TOKEN_EXCHANGE, sent, http);
      return oauth.processGenericTokenEndpointResponse(server, self, response);
    };
    const { access_token } = await request({ audience: ARCHIVE });
    await expect(request({ resource: local.urls.contosoDevops })).rejects.toMatchObject({ error: "invalid_target" });
    await expect(request({ scope: "builds.read" })).rejects.toMatchObject({ error: "invalid_scope" });
    const person = new Person(local.urls.server);
    await person.arrive(`${local.urls.server}/settings/authorizations`);
    await person.revoke();
    expect(await client.tokenIntrospection(config, access_token)).toEqual({ active: false });
    await expect(request({ audience: ARCHIVE })).rejects.toMatchObject({ error: "invalid_request" });
  });
});
