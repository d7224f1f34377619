/** Device authorization by clients that others wrote: openid-client, which waits and polls by itself, and oauth4webapi, step by step. */
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { textOf } from "../page.ts";
import { api, seed } from "./clients.ts";
import { Person } from "./person.ts";

const WALLBOARD = "contoso-wallboard";
const SCOPE = "openid offline_access builds.read";

let local: Local;
beforeAll(async () => {
  local = await startLocal({ seed });
});
afterAll(() => local.stop());

/** A first poll may come whenever it likes; it is the second that has to wait. */
const soon = (codes: client.DeviceAuthorizationResponse) => ({ ...codes, interval: 1 });

describe("openid-client on a device", () => {
  const discover = () =>
    client.discovery(new URL(local.urls.server), WALLBOARD, undefined, client.None(), {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    });

  it("goes from discovery to tokens, a refresh and the end", async () => {
    const config = await discover();
    const codes = await client.initiateDeviceAuthorization(config, { scope: SCOPE, resource: local.urls.contosoDevops });
    expect(codes.verification_uri).toBe(`${local.urls.server}/device`);
    const polling = client.pollDeviceAuthorizationGrant(config, codes);
    const person = new Person(local.urls.server);
    expect(textOf(await person.connect(codes.verification_uri, codes.user_code))).toContain("You can go back to your device");
    const tokens = await polling;
    expect(tokens.scope).toBe(SCOPE);
    expect(tokens.claims()).toMatchObject({ iss: local.urls.server, aud: WALLBOARD, amr: ["pwd"] });

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(refreshed.claims()?.sub).toBe(tokens.claims()?.sub);
    const asker = await client.discovery(
      new URL(local.urls.server),
      api.clientId,
      undefined,
      client.ClientSecretBasic(api.secret),
      {
        execute: [client.allowInsecureRequests],
      },
    );
    expect(await client.tokenIntrospection(asker, refreshed.access_token)).toMatchObject({
      active: true,
      client_id: WALLBOARD,
    });

    expect(await person.revoke()).toContain("Revoked: Contoso Wallboard");
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("with a DPoP key gets tokens that are bound to it", async () => {
    const config = await discover();
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    const codes = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    const polling = client.pollDeviceAuthorizationGrant(config, soon(codes), undefined, { DPoP });
    await new Person(local.urls.server).connect(codes.verification_uri, codes.user_code);
    const tokens = await polling;
    expect(tokens.token_type).toBe("dpop");
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
    expect(refreshed.token_type).toBe("dpop");
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("hears of a denial", async () => {
    const config = await discover();
    const codes = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    const polling = client.pollDeviceAuthorizationGrant(config, soon(codes));
    await new Person(local.urls.server).connect(codes.verification_uri, codes.user_code, "deny");
    await expect(polling).rejects.toMatchObject({ error: "access_denied", status: 400 });
  });
});

it("oauth4webapi on a device understands every answer on its way", async () => {
  const http = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(local.urls.server);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" }),
  );
  const wallboard: oauth.Client = { client_id: WALLBOARD };
  const response = await oauth.deviceAuthorizationRequest(server, wallboard, oauth.None(), { scope: SCOPE }, http);
  const codes = await oauth.processDeviceAuthorizationResponse(server, wallboard, response);
  const ask = async () =>
    oauth.processDeviceCodeResponse(
      server,
      wallboard,
      await oauth.deviceCodeGrantRequest(server, wallboard, oauth.None(), codes.device_code, http),
    );
  await expect(ask()).rejects.toMatchObject({ error: "authorization_pending", status: 400 });
  await expect(ask()).rejects.toMatchObject({ error: "slow_down", status: 400 });
  const uri = codes.verification_uri_complete ?? "";
  await new Person(local.urls.server).connect(uri, new URL(uri).searchParams.get("user_code") ?? "");
  const tokens = await ask();
  expect([tokens.token_type, tokens.scope]).toEqual(["bearer", SCOPE]);
  expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ iss: local.urls.server, aud: WALLBOARD });
});
