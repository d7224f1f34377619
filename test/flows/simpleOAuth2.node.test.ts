import { createHash, randomBytes } from "node:crypto";
import { AuthorizationCode } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../scripts/local.ts";
import { api, buildboard, ledger, type Registration, seed } from "./clients.ts";
import { Person } from "./person.ts";

/** Of the metadata, what somebody types into the configuration of a client that cannot discover. */
interface Metadata {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint: string;
  readonly introspection_endpoint: string;
  readonly userinfo_endpoint: string;
}

let local: Local;
let metadata: Metadata;
beforeAll(async () => {
  local = await startLocal({ seed });
  const response = await fetch(`${local.urls.server}/.well-known/oauth-authorization-server`);
  metadata = (await response.json()) as Metadata;
});
afterAll(() => local.stop());

const path = (url: string): string => new URL(url).pathname;

/** An older client: it knows neither discovery nor PKCE, nor that there is an ID token; it sends along what it is given. */
function createClient({ clientId, secret, method, redirectUri, scope }: Registration) {
  const client = new AuthorizationCode({
    client: { id: clientId, secret },
    auth: {
      tokenHost: local.urls.server,
      tokenPath: path(metadata.token_endpoint),
      authorizePath: path(metadata.authorization_endpoint),
      revokePath: path(metadata.revocation_endpoint),
    },
    options: { authorizationMethod: method === "client_secret_post" ? "body" : "header" },
  });
  const verifier = randomBytes(32).toString("base64url");
  const nonce = randomBytes(16).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  return {
    nonce,
    state,
    url: (changes: Readonly<Record<string, string>> = {}): string => {
      const parameters = {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...changes,
      };
      return client.authorizeURL(parameters);
    },
    redeem: (callback: URL, changes: Readonly<Record<string, string>> = {}) => {
      const code = callback.searchParams.get("code") ?? "";
      const parameters = { code, redirect_uri: redirectUri, code_verifier: verifier, ...changes };
      return client.getToken(parameters);
    },
  };
}

const introspect = async (token: unknown): Promise<unknown> => {
  const authorization = `Basic ${Buffer.from(`${api.clientId}:${api.secret}`).toString("base64")}`;
  const body = new URLSearchParams({ token: String(token) });
  return (await fetch(metadata.introspection_endpoint, { method: "POST", body, headers: { authorization } })).json();
};

const claimsOf = (jwt: unknown) => JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString());

/** What simple-oauth2 throws: the status, and the body as it came. */
const refused = (status: number, error: string) => ({ output: { statusCode: status }, data: { payload: { error } } });

describe.each([
  ["its secret in the header", () => buildboard(local.urls.buildboard)],
  ["its secret in the body", () => ledger],
])("simple-oauth2 with %s", (_, register) => {
  it("gets tokens, refreshes them, and gives them back", async () => {
    const client = createClient(register());
    const callback = await new Person(local.urls.server).authorize(client.url());
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ state: client.state, iss: local.urls.server });
    const first = await client.redeem(callback);
    expect(first.expired()).toBe(false);
    expect(claimsOf(first.token["id_token"])).toMatchObject({ nonce: client.nonce, aud: register().clientId });

    const authorization = `Bearer ${first.token["access_token"]}`;
    const about = await fetch(metadata.userinfo_endpoint, { headers: { authorization } });
    expect(await about.json()).toMatchObject({ name: "Ada Lindqvist", sub: claimsOf(first.token["id_token"]).sub });

    const second = await first.refresh();
    expect(second.token["refresh_token"]).not.toBe(first.token["refresh_token"]);
    expect(await introspect(second.token["access_token"])).toMatchObject({ active: true });
    await second.revokeAll();
    expect(await introspect(second.token["access_token"])).toEqual({ active: false });
    await expect(second.refresh()).rejects.toMatchObject(refused(400, "invalid_grant"));
  });

  it("is told what was wrong: denied, used twice, another verifier, revoked", async () => {
    const client = createClient(register());
    const person = new Person(local.urls.server);
    const denied = await person.authorize(client.url({ prompt: "consent" }), "deny");
    expect(Object.fromEntries(denied.searchParams)).toMatchObject({ error: "access_denied", state: client.state });
    expect(denied.searchParams.has("code")).toBe(false);

    const callback = await person.authorize(client.url());
    const other = { code_verifier: randomBytes(32).toString("base64url") };
    await expect(client.redeem(callback, other)).rejects.toMatchObject(refused(400, "invalid_grant"));
    const tokens = await client.redeem(callback);
    await expect(client.redeem(callback)).rejects.toMatchObject(refused(400, "invalid_grant"));
    await expect(tokens.refresh()).rejects.toMatchObject(refused(400, "invalid_grant"));

    const later = await client.redeem(await person.authorize(client.url()));
    await person.revoke();
    await expect(later.refresh()).rejects.toMatchObject(refused(400, "invalid_grant"));
    expect(await introspect(later.token["access_token"])).toEqual({ active: false });
  });
});
