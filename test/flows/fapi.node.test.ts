/** FAPI 2.0 (Security Profile and Message Signing) as openid-client and oauth4webapi speak it. */
import { challenge, checkRequest, createResourceServer } from "countersign/verify";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { fieldsOf } from "../page.ts";
import { api } from "./clients.ts";
import { Person } from "./person.ts";

const CALLBACK = "https://treasury.example/callback";
const SCOPE = "openid profile offline_access workitems.read";
const algorithms = ["ES256", "PS256", "EdDSA"] as const;
type Algorithm = (typeof algorithms)[number];

interface Keys {
  readonly signing: CryptoKey;
  readonly decryption: CryptoKey;
  readonly jwks: { readonly keys: readonly object[] };
}

let local: Local;
const keys = new Map<Algorithm, Keys>();
const keysOf = (alg: Algorithm): Keys => {
  const found = keys.get(alg);
  if (found === undefined) throw new Error(`no keys for ${alg}`);
  return found;
};

async function makeKeys(alg: Algorithm): Promise<Keys> {
  const signing = await generateKeyPair(alg, { extractable: true });
  const decryption = await generateKeyPair("ECDH-ES", { extractable: true });
  return {
    signing: signing.privateKey,
    decryption: decryption.privateKey,
    jwks: {
      keys: [
        { ...(await exportJWK(signing.publicKey)), kid: alg, alg, use: "sig" },
        { ...(await exportJWK(decryption.publicKey)), kid: "enc", alg: "ECDH-ES", use: "enc" },
      ],
    },
  };
}

/** What each kind of client registers beside its keys and the algorithm. */
const kinds = {
  /** FAPI 2.0 Security Profile. */
  security: {},
  /** FAPI 2.0 Message Signing: signed requests, responses, introspection; the ID token encrypted. */
  signing: {
    require_signed_request_object: true,
    response_modes: ["query.jwt", "form_post.jwt"],
    id_token_encrypted_response_alg: "ECDH-ES",
    id_token_encrypted_response_enc: "A256GCM",
  },
} as const;
type Kind = keyof typeof kinds;
const idOf = (kind: Kind, alg: Algorithm): string => `treasury-${kind}-${alg}`;

const registration = (kind: Kind, alg: Algorithm) => ({
  client_id: idOf(kind, alg),
  client_name: "Treasury",
  redirect_uris: [CALLBACK],
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: alg,
  grant_types: ["authorization_code", "refresh_token"],
  jwks: keysOf(alg).jwks,
  dpop_bound_access_tokens: true,
  require_pushed_authorization_requests: true,
  request_object_signing_alg: alg,
  authorization_signed_response_alg: alg,
  id_token_signed_response_alg: alg,
  userinfo_signed_response_alg: alg,
  introspection_signed_response_alg: alg,
  ...kinds[kind],
});

beforeAll(async () => {
  for (const alg of algorithms) keys.set(alg, await makeKeys(alg));
  const clients = algorithms.flatMap((alg) => [registration("security", alg), registration("signing", alg)]);
  local = await startLocal({ seed: { ...demo, clients: [...demo.clients, ...clients] } });
});
afterAll(() => local.stop());

async function discover(kind: Kind, alg: Algorithm, readsJwt = kind === "signing"): Promise<client.Configuration> {
  const { signing, decryption } = keysOf(alg);
  const clientId = idOf(kind, alg);
  const { jwks: _, ...metadata } = registration(kind, alg);
  const config = await client.discovery(
    new URL(local.urls.server),
    clientId,
    metadata as unknown as client.ClientMetadata,
    client.PrivateKeyJwt({ key: signing, kid: alg }),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  if (readsJwt) {
    client.useJwtResponseMode(config);
    client.enableDecryptingResponses(config, ["A256GCM"], { key: decryption, kid: "enc" });
  }
  return config;
}

/** One authorization, from the pushed request to the tokens. */
async function begin(kind: Kind, alg: Algorithm, changes: Readonly<Record<string, string>> = {}) {
  const config = await discover(kind, alg);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg === "EdDSA" ? "Ed25519" : alg));
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce(),
  ];
  const parameters = {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    resource: local.urls.contosoDevops,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...changes,
  };
  // Told to read signed responses, it asks for them in the query and in no other way.
  const asking = changes["response_mode"] === undefined ? config : await discover(kind, alg, false);
  const signed =
    kind === "signing"
      ? (await client.buildAuthorizationUrlWithJAR(asking, parameters, { key: keysOf(alg).signing, kid: alg })).searchParams
      : parameters;
  const url = await client.buildAuthorizationUrlWithPAR(asking, signed, { DPoP });
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  const finish = (callback: URL | Request, handle = DPoP) =>
    client.authorizationCodeGrant(config, callback, checks, undefined, { DPoP: handle });
  return { config, DPoP, url, finish };
}

const matrix = (["security", "signing"] as const).flatMap((kind) => algorithms.map((alg) => [kind, alg] as const));

describe.each(matrix)("openid-client in the profile %s with %s", (kind, alg) => {
  it("goes from a pushed request to bound tokens, userinfo, a refresh and the end", async () => {
    const { config, DPoP, url, finish } = await begin(kind, alg);
    expect([...url.searchParams.keys()].toSorted()).toEqual(["client_id", "request_uri"]);
    const callback = await new Person(local.urls.server).authorize(url);
    expect([...callback.searchParams.keys()]).toEqual(kind === "signing" ? ["response"] : ["code", "state", "iss"]);
    const tokens = await finish(callback);
    expect(tokens.token_type).toBe("dpop");
    const claims = tokens.claims();
    const about = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "", { DPoP });
    expect(about.name).toBe("Ada Lindqvist");

    // Guarded by the client's key, the refresh token stays the same (FAPI 2.0 Security Profile section 5.3.2.1).
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP });
    expect(refreshed.refresh_token ?? tokens.refresh_token).toBe(tokens.refresh_token);
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: true, token_type: "DPoP" });

    await client.tokenRevocation(config, tokens.refresh_token ?? "");
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: false });
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP })).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("hears that the person said no", async () => {
    const { url, finish } = await begin(kind, alg, { prompt: "consent" });
    const callback = await new Person(local.urls.server).authorize(url, "deny");
    await expect(finish(callback)).rejects.toMatchObject({ error: "access_denied" });
  });

  it("gets no tokens for a code with a key that did not push the request", async () => {
    const { config, url, finish } = await begin(kind, alg);
    const callback = await new Person(local.urls.server).authorize(url);
    const stranger = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
    await expect(finish(callback, stranger)).rejects.toMatchObject({ error: "invalid_grant" });
    expect((await finish(callback)).token_type).toBe("dpop");
  });
});

describe("openid-client", () => {
  it("reads a signed response that a form brings", async () => {
    const { config, finish, url } = await begin("signing", "ES256", { response_mode: "form_post.jwt" });
    const person = new Person(local.urls.server);
    const page = await person.arrive(url);
    expect(page.status).toBe(200);
    const body = new URLSearchParams(fieldsOf(page, CALLBACK) as Record<string, string>);
    expect([...body.keys()]).toEqual(["response"]);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const tokens = await finish(new Request(CALLBACK, { method: "POST", body, headers }));
    expect(tokens.claims()?.aud).toBe(config.clientMetadata().client_id);
  });
});

describe("oauth4webapi", () => {
  it("pushes a signed request, reads the signed response and calls an API with its key", async () => {
    const http = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(local.urls.server);
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
    const { signing, decryption } = keysOf("PS256");
    const me = registration("signing", "PS256") as unknown as oauth.Client;
    const authenticate = oauth.PrivateKeyJwt({ key: signing, kid: "PS256" });
    const DPoP = oauth.DPoP(me, await oauth.generateKeyPair("ES256"));
    const [verifier, state, nonce] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
    ];
    const parameters = new URLSearchParams({
      client_id: me.client_id,
      redirect_uri: CALLBACK,
      response_type: "code",
      response_mode: "jwt",
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const request = await oauth.issueRequestObject(server, me, parameters, { key: signing, kid: "PS256" });
    const pushed = await oauth.processPushedAuthorizationResponse(
      server,
      me,
      await oauth.pushedAuthorizationRequest(server, me, authenticate, { request }, { ...http, DPoP }),
    );
    const url = `${server.authorization_endpoint}?${new URLSearchParams({ client_id: me.client_id, request_uri: pushed.request_uri })}`;
    const callback = await oauth.validateJwtAuthResponse(
      server,
      me,
      await new Person(local.urls.server).authorize(url),
      state,
      http,
    );
    const options = { ...http, DPoP };
    const answer = await oauth.authorizationCodeGrantRequest(server, me, authenticate, callback, CALLBACK, verifier, options);
    const decrypt = {
      [oauth.jweDecrypt]: async (jwe: string) => new TextDecoder().decode((await compactDecrypt(jwe, decryption)).plaintext),
    };
    const tokens = await oauth.processAuthorizationCodeResponse(server, me, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
      ...decrypt,
    });
    const resourceServer = createResourceServer({ issuer: local.urls.server, audience: local.urls.contosoDevops });
    const call = (use?: oauth.DPoPHandle) =>
      oauth
        .protectedResourceRequest(
          tokens.access_token,
          "GET",
          new URL("https://api.example/items?page=2"),
          undefined,
          undefined,
          {
            ...(use === undefined ? {} : { DPoP: use }),
            [oauth.customFetch]: async (input: string, init: object) => {
              try {
                const { client_id } = await checkRequest(
                  new Request(input, init as RequestInit),
                  resourceServer,
                  "workitems.read",
                );
                return Response.json({ client_id });
              } catch (error) {
                return challenge(error, resourceServer);
              }
            },
          },
        )
        .then((response) => response.json());
    expect(await call(DPoP)).toEqual({ client_id: me.client_id });
    await expect(call()).rejects.toMatchObject({ status: 401 });
    await expect(call(oauth.DPoP(me, await oauth.generateKeyPair("ES256")))).rejects.toMatchObject({ status: 401 });
  });

  it("as a resource server reads a signed introspection response", async () => {
    const http = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(local.urls.server);
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
    const { url, finish } = await begin("security", "ES256");
    const tokens = await finish(await new Person(local.urls.server).authorize(url));
    const me: oauth.Client = { client_id: api.clientId, introspection_signed_response_alg: "RS256" };
    const options = { ...http, requestJwtResponse: true };
    const response = await oauth.introspectionRequest(
      server,
      me,
      oauth.ClientSecretBasic(api.secret),
      tokens.access_token,
      options,
    );
    expect(response.headers.get("content-type")).toBe("application/token-introspection+jwt");
    const answer = await oauth.processIntrospectionResponse(server, me, response);
    await oauth.validateApplicationLevelSignature(server, response, http);
    expect(answer).toMatchObject({ active: true, client_id: idOf("security", "ES256"), token_type: "DPoP" });
    expect(answer.cnf?.jkt).toMatch(/^[\w-]{43}$/);
  });
});
