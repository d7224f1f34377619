/** Two client libraries that register themselves, and manage that, against the live server. */
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { seed } from "./clients.ts";
import { Person } from "./person.ts";

let local: Local;
let server: oauth.AuthorizationServer;
const http = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  local = await startLocal({ seed });
  const issuer = new URL(local.urls.server);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
});
afterAll(() => local.stop());

const CALLBACK = "https://fieldnotes.example/oauth";

it("openid-client finds the endpoint, registers, and goes the whole way with what it is told", async () => {
  const config = await client.dynamicClientRegistration(
    new URL(local.urls.server),
    {
      client_name: "Fieldnotes",
      "client_name#ja": "\u30d5\u30a3\u30fc\u30eb\u30c9\u30ce\u30fc\u30c8",
      redirect_uris: [CALLBACK],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
    },
    undefined,
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  expect(config.clientMetadata()).toMatchObject({ client_name: "Fieldnotes", redirect_uris: [CALLBACK] });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: "openid profile offline_access builds.read",
    resource: local.urls.contosoDevops,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const person = new Person(local.urls.server);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, await person.authorize(url), checks);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? "");
  expect(userinfo.name).toBe("Ada Lindqvist");
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(await person.revoke()).toContain("Fieldnotes");
  await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
});

it("oauth4webapi registers as an app, replaces that, and ends it", async () => {
  const metadata = { client_name: "Tool", redirect_uris: ["http://127.0.0.1/cb"], token_endpoint_auth_method: "none" };
  const request = await oauth.dynamicClientRegistrationRequest(server, metadata, http);
  const told = await oauth.processDynamicClientRegistrationResponse(request);
  expect(told).toMatchObject({ ...metadata, application_type: "native" });
  const [address, token] = [String(told["registration_client_uri"]), String(told["registration_access_token"])];
  const manage = (method: string, body?: object) =>
    oauth.protectedResourceRequest(
      token,
      method,
      new URL(address),
      new Headers(body === undefined ? {} : { "content-type": "application/json" }),
      body === undefined ? undefined : JSON.stringify(body),
      http,
    );
  expect(await (await manage("GET")).json()).toEqual(told);
  const replaced = await manage("PUT", { ...metadata, client_id: told.client_id, client_name: "Tool 2" });
  expect(await replaced.json()).toMatchObject({ client_name: "Tool 2" });
  expect((await manage("DELETE")).status).toBe(204);
  await expect(manage("GET")).rejects.toMatchObject({ status: 401, cause: [{ parameters: { error: "invalid_token" } }] });
});

it("oauth4webapi is told what is wrong with its metadata", async () => {
  const metadata = { client_name: "Tool", redirect_uris: ["https://tool.example/cb#here"] };
  const request = await oauth.dynamicClientRegistrationRequest(server, metadata, http);
  await expect(oauth.processDynamicClientRegistrationResponse(request)).rejects.toMatchObject({
    error: "invalid_redirect_uri",
    error_description: "redirect_uris[0]: has a fragment",
    status: 400,
  });
});
