/** Discovery says what works: each thing that the metadata advertises is done, and nothing that is not advertised. */

import { env } from "cloudflare:workers";
import { compactDecrypt, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { sealClientSecret } from "../../src/tokens/clientSecret.ts";
import { Browser, type Fields, fieldsOf, type Page } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { BUILDBOARD, cfOf, SELF_SIGNED } from "../certificates.ts";
import { createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "../clientHost.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import { addDeviceClient, type DeviceAnswer, decide, enterCode, poll } from "../device.ts";
import { addDirectory, addIdentity, GRANT_TYPE, idJagClaims, signIdJag } from "../directory.ts";
import {
  approve,
  authorizationUrl,
  CHALLENGE,
  codeRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
  VERIFIER,
} from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server } from "../harness.ts";
import { makeDpopKey, proofBy } from "../proof.ts";

const MTLS = "https://mtls.id.example";
const JWT_TYPE = "application/token-introspection+jwt";
const LOGOUT = "https://buildboard.example/logout";

/** A value of each claim that a person can have. */
const texts = ["family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website"];
const more = ["gender", "birthdate", "zoneinfo", "locale", "phone_number"];
const profile = {
  ...Object.fromEntries([...texts, ...more].map((name) => [name, `a ${name}`])),
  address: { country: "SE" },
  phone_number_verified: true,
};

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let document: Readonly<Record<string, unknown>>;
/** Logout tokens that were sent. */
let told: string[];

/** Another house in which nobody has signed in; `changes` are the operator's. */
async function build(changes: Partial<Server["deps"]["config"]> = {}): Promise<void> {
  await empty();
  server = createServer();
  told = [];
  const fetch = async (input: RequestInfo | URL, init: RequestInit = {}) => {
    if (String(input).endsWith("/request")) return new Response(await requestObject());
    told.push(new URLSearchParams(String(init.body)).get("logout_token") ?? "");
    return new Response(null);
  };
  Object.assign(server.deps, { fetch, config: { ...server.deps.config, mtlsOrigin: MTLS, ...changes } });
  browser = new Browser(server);
  ada = await addUser("Ada", profile);
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  document = await (await server.fetch("/.well-known/openid-configuration")).json();
}

beforeEach(() => build());

/** What `buildboard` registers from now on. */
async function register(metadata: Partial<ClientMetadata> = {}): Promise<void> {
  await env.DB.batch(["families", "grants", "clients"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await addClient("buildboard", metadata);
  const secrets = [{ sha256: "unused", sealed: await sealClientSecret(server.deps, SECRET), createdAt: 0, expiresAt: null }];
  if (metadata.token_endpoint_auth_method === "client_secret_jwt")
    await env.DB.prepare("UPDATE clients SET secrets = ?").bind(JSON.stringify(secrets)).run();
  server.deps.memory.clear();
  server.pass(1);
}

/** Goes as far as the browser is led, by sign-in and approval where they are asked for. */
async function go(url: string): Promise<Page> {
  server.pass(1);
  let page = await browser.open(url);
  if (page.text.includes('action="/sign-in"'))
    page =
      "choice" in fieldsOf(page, "/sign-in") ? await browser.submit(page, "/sign-in") : await signIn(browser, page, ada.email);
  return page.text.includes('action="/consent"') ? approve(browser, page) : page;
}

const visit = (changes: Parameters<typeof authorizationUrl>[0] = {}) => go(authorizationUrl(changes));
const outcomeOf = (page: Page) => responseOf(page).get("error") ?? "code";

const credentials = basic("buildboard", SECRET);
const post = (path: string, fields: Fields, headers: Record<string, string> = { authorization: credentials }, cf?: object) =>
  server.fetch(path, { method: "POST", body: form(fields), headers, ...(cf === undefined ? {} : { cf: cf as never }) });

/** Redeems the code that the browser was sent away with. */
const redeem = (page: Page, headers?: Record<string, string>, fields: Fields = {}, cf?: object) =>
  post("/token", codeRequest(responseOf(page).get("code") ?? "", fields), headers, cf);
const obtain = async (changes: Parameters<typeof visit>[0] = {}): Promise<Tokens & { readonly grant_id?: string }> =>
  tokensOf(await redeem(await visit(changes)));

const list = (name: string): readonly string[] => {
  const values = document[name];
  if (!Array.isArray(values) || values.length === 0) throw new Error(`${name} is no list, or empty`);
  return values as readonly string[];
};

const parametersOf = (changes: Parameters<typeof authorizationUrl>[0] = {}) =>
  Object.fromEntries(new URL(authorizationUrl(changes), ISSUER).searchParams);

/** A request object by the client's key of the algorithm. */
async function requestObject(alg = "ES256", changes: Parameters<typeof authorizationUrl>[0] = {}): Promise<string> {
  const iat = Math.floor(server.deps.now() / 1000);
  const claims = { iss: "buildboard", aud: ISSUER, iat, nbf: iat, exp: iat + 60, ...parametersOf(changes) };
  return sign(await clientKey(alg), claims, { typ: "oauth-authz-req+jwt" });
}

/** An assertion by the client's key of the algorithm, or by its secret. */
async function assertion(alg: string): Promise<Fields> {
  const claims = assertionClaims("buildboard", server.deps.now());
  const raw = new TextEncoder().encode(SECRET);
  const mac = { name: "HMAC", hash: `SHA-${alg.slice(2)}` };
  const client_assertion = !alg.startsWith("HS")
    ? await sign(await clientKey(alg), claims)
    : await crypto.subtle
        .importKey("raw", raw, mac, false, ["sign"])
        .then((key) => sign({ alg, jwk: { kid: "secret" }, privateKey: key, publicKey: key }, claims));
  return { client_assertion_type: ASSERTION_TYPE, client_assertion };
}

/** What a client of each method registers, and what it sends then. */
const methods: Readonly<
  Record<string, () => Promise<readonly [Partial<ClientMetadata>, Fields, Record<string, string>?, object?]>>
> = {
  none: async () => [{}, { client_id: "buildboard" }, {}],
  client_secret_basic: async () => [{}, {}, { authorization: credentials }],
  client_secret_post: async () => [{}, { client_id: "buildboard", client_secret: SECRET }, {}],
  client_secret_jwt: async () => [{}, await assertion("HS256"), {}],
  private_key_jwt: async () => [{ jwks: { keys: [(await clientKey("ES256")).jwk] } }, await assertion("ES256"), {}],
  tls_client_auth: async () => [
    { tls_client_auth_san_dns: "client.buildboard.example" },
    { client_id: "buildboard" },
    {},
    cfOf(BUILDBOARD),
  ],
  self_signed_tls_client_auth: async () => [
    { jwks: { keys: [{ ...(await clientKey("ES256")).jwk, x5c: [SELF_SIGNED] }] } },
    { client_id: "buildboard" },
    {},
    cfOf(SELF_SIGNED),
  ],
};

/** Whether the endpoint knows the client by that method: it refuses the request for another reason, or grants it. */
async function authenticates(endpoint: string, method: string): Promise<boolean> {
  await register({ ...(await methods[method]?.())?.[0], token_endpoint_auth_method: method as "none" });
  const [, fields = {}, headers, cf] = (await methods[method]?.()) ?? [];
  const response = await post(endpoint, { grant_type: "authorization_code", code: "x", token: "x", ...fields }, headers, cf);
  return (await response.text()).includes("invalid_client") === false && response.status < 500;
}

async function signsIn(endpoint: string, alg: string): Promise<boolean> {
  const bySecret = alg.startsWith("HS");
  await register({
    token_endpoint_auth_method: bySecret ? "client_secret_jwt" : "private_key_jwt",
    ...(bySecret ? {} : { jwks: { keys: [(await clientKey(alg)).jwk] } }),
  });
  const fields = { grant_type: "authorization_code", code: "x", token: "x", ...(await assertion(alg)) };
  return !(await (await post(endpoint, fields, {})).text()).includes("invalid_client");
}

const methodsAt = (endpoint: string, name: string) => async () => {
  for (const method of Object.keys(methods))
    expect([method, await authenticates(endpoint, method)]).toEqual([method, list(name).includes(method)]);
};
const algorithmsAt = (endpoint: string, name: string) => async () => {
  for (const alg of list(name)) expect([alg, await signsIn(endpoint, alg)]).toEqual([alg, true]);
};

/** The answer of each kind, as the client gets it. */
const answerOf: Readonly<Record<string, () => Promise<string>>> = {
  id_token: async () => (await obtain()).id_token,
  userinfo: async () => {
    const authorization = `Bearer ${(await obtain()).access_token}`;
    return textOf(await server.fetch("/userinfo", { headers: { authorization } }));
  },
  introspection: async () => {
    const token = (await obtain()).access_token;
    return textOf(await post("/introspect", { token }, { authorization: credentials, accept: JWT_TYPE }));
  },
  authorization: async () => responseOf(await visit({ response_mode: "jwt" })).get("response") ?? "",
};

/** workerd warns of `text()` where the type is not one of text. */
const textOf = async (response: Response): Promise<string> => new TextDecoder().decode(await response.arrayBuffer());

const signing = (kind: string) => async () => {
  for (const alg of list(`${kind}_signing_alg_values_supported`)) {
    await register({ [`${kind}_signed_response_alg`]: alg });
    expect(decodeProtectedHeader((await answerOf[kind]?.()) ?? "").alg).toBe(alg);
  }
};

const pairs = new Map<string, ReturnType<typeof generateKeyPair>>();

/** That each algorithm of one list works with the first of the other. */
const encrypting = (kind: string, member: "alg" | "enc") => async () => {
  const [algs, encs] = (["alg", "enc"] as const).map((name) => list(`${kind}_encryption_${name}_values_supported`));
  const [firstAlg = "", firstEnc = ""] = [algs?.[0], encs?.[0]];
  const each = member === "alg" ? algs?.map((alg) => [alg, firstEnc]) : encs?.map((enc) => [firstAlg, enc]);
  for (const [alg = "", enc = ""] of each ?? []) {
    const pair = pairs.get(alg) ?? generateKeyPair(alg, { extractable: true });
    pairs.set(alg, pair);
    const { publicKey, privateKey } = await pair;
    await register({
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: alg, use: "enc" }] },
      [`${kind}_encrypted_response_alg`]: alg,
      [`${kind}_encrypted_response_enc`]: enc,
    } as Partial<ClientMetadata>);
    const { protectedHeader, plaintext } = await compactDecrypt((await answerOf[kind]?.()) ?? "", privateKey);
    expect([protectedHeader.alg, protectedHeader.enc, plaintext.length > 0]).toEqual([alg, enc, true]);
  }
};

const answers = (name: string, method: "GET" | "POST") => async () => {
  const { origin, pathname } = new URL(String(document[name]));
  const { status } = await server.fetch(name === "grant_management_endpoint" ? `${pathname}/aa` : pathname, { method });
  expect([origin, status === 404 || status === 405 || status >= 500]).toEqual([ISSUER, false]);
};

/** That the flow of these parameters comes to the outcome, for the client as it is registered now. */
const comesTo = async (outcome: string, changes: Parameters<typeof visit>[0]) =>
  expect([changes, outcomeOf(await visit(changes))]).toEqual([changes, outcome]);

/** Each thing that is advertised, and what shows that it is so. */
const shown: Readonly<Record<string, () => Promise<void>>> = {
  issuer: async () => expect((await visit()).url).toContain(`iss=${encodeURIComponent(String(document["issuer"]))}`),
  client_id_metadata_document_supported: async () => {
    const host = createClientHost();
    host.serve(DOCUMENT, documentOf());
    Object.assign(server.deps, { fetch: host.fetch });
    const { url } = await visit({ client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK });
    expect(url).toContain(`${HOSTED_CALLBACK}?code=`);
  },
  authorization_endpoint: answers("authorization_endpoint", "GET"),
  token_endpoint: answers("token_endpoint", "POST"),
  revocation_endpoint: answers("revocation_endpoint", "POST"),
  introspection_endpoint: answers("introspection_endpoint", "POST"),
  userinfo_endpoint: answers("userinfo_endpoint", "GET"),
  end_session_endpoint: answers("end_session_endpoint", "GET"),
  jwks_uri: answers("jwks_uri", "GET"),
  grant_management_endpoint: answers("grant_management_endpoint", "GET"),
  registration_endpoint: async () => {
    await build({ registration: "open" });
    const asked = { redirect_uris: [CALLBACK], token_endpoint_auth_method: "none" };
    const init = { method: "POST", body: JSON.stringify(asked), headers: { "content-type": "application/json" } };
    const response = await server.fetch(new URL(String(document["registration_endpoint"])).pathname, init);
    const { client_id } = await response.json<{ client_id: string }>();
    await comesTo("code", { client_id });
  },
  pushed_authorization_request_endpoint: async () => {
    const { request_uri } = await (await post("/par", parametersOf())).json<{ request_uri: string }>();
    expect(outcomeOf(await go(`/authorize?${form({ client_id: "buildboard", request_uri })}`))).toBe("code");
  },
  device_authorization_endpoint: async () => {
    await addDeviceClient();
    const path = new URL(String(document["device_authorization_endpoint"])).pathname;
    const { user_code, device_code } = await (
      await post(path, { client_id: "wallboard", scope: "openid" }, {})
    ).json<DeviceAnswer>();
    await decide(browser, await enterCode(browser, user_code, ada.email), "approve");
    await tokensOf(await poll(server, device_code));
  },
  require_pushed_authorization_requests: async () => {
    for (const required of [false, true]) {
      await build({ requirePushedAuthorizationRequests: required });
      await register();
      expect(document["require_pushed_authorization_requests"]).toBe(required);
      await comesTo(required ? "invalid_request" : "code", {});
    }
  },

  grant_types_supported: async () => {
    const registered = ["authorization_code", "refresh_token"];
    for (const grant_type of [...list("grant_types_supported"), "password", "implicit"]) {
      const { error } = await (await post("/token", { grant_type, code: "x", refresh_token: "x" })).json<{ error: string }>();
      const known = list("grant_types_supported").includes(grant_type);
      const answer = registered.includes(grant_type) ? "invalid_grant" : "unauthorized_client";
      expect([grant_type, error]).toEqual([grant_type, known ? answer : "unsupported_grant_type"]);
    }
  },
  authorization_grant_profiles_supported: async () => {
    expect(list("authorization_grant_profiles_supported")).toEqual(["urn:ietf:params:oauth:grant-profile:id-jag"]);
    await register({ grant_types: [GRANT_TYPE] });
    const key = await addDirectory(["id_jag"]);
    await addIdentity("ada@directory", ada.userId);
    const claims = idJagClaims(server, { client_id: "buildboard", scope: "builds.read", resource: API });
    await tokensOf(await post("/token", { grant_type: GRANT_TYPE, assertion: await signIdJag(key, claims) }));
  },
  response_types_supported: async () => {
    for (const response_type of [...list("response_types_supported"), "token", "id_token", "code id_token", "none"])
      await comesTo(response_type === "code" ? "code" : "unsupported_response_type", { response_type });
  },
  response_modes_supported: async () => {
    for (const response_mode of list("response_modes_supported")) {
      const page = await visit({ response_mode });
      const sent = response_mode.startsWith("form_post") ? fieldsOf(page, CALLBACK) : Object.fromEntries(responseOf(page));
      expect([response_mode, Object.keys(sent).toSorted()]).toEqual([
        response_mode,
        response_mode.endsWith("jwt") ? ["response"] : ["code", "iss", "state"],
      ]);
    }
    for (const response_mode of ["fragment", "fragment.jwt", "web_message"])
      await comesTo("invalid_request", { response_mode });
  },
  code_challenge_methods_supported: async () => {
    expect((await redeem(await visit({ code_challenge: CHALLENGE, code_challenge_method: "S256" }))).status).toBe(200);
    await comesTo("invalid_request", { code_challenge: VERIFIER, code_challenge_method: "plain" });
    expect(list("code_challenge_methods_supported")).toEqual(["S256"]);
  },
  prompt_values_supported: async () => {
    await visit();
    for (const prompt of list("prompt_values_supported")) await comesTo("code", { prompt });
    await comesTo("invalid_request", { prompt: "create" });
  },
  scopes_supported: async () => {
    for (const scope of list("scopes_supported")) await comesTo("code", { scope: `openid ${scope}` });
    await comesTo("invalid_scope", { scope: "openid nothing.of.ours" });
  },
  acr_values_supported: async () => {
    await visit();
    // How each is reached is shown in test/account; here the sign-in has been one of that class.
    for (const value of list("acr_values_supported")) {
      await env.DB.prepare("UPDATE sessions SET acr = ?").bind(value).run();
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value } } });
      expect(decodeJwt((await obtain({ acr_values: value, claims })).id_token)["acr"]).toBe(value);
    }
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: "urn:another" } } });
    await comesTo("unmet_authentication_requirements", { claims });
  },
  claims_parameter_supported: async () => {
    const claims = JSON.stringify({ id_token: { email: null } });
    expect(decodeJwt((await obtain({ claims })).id_token)["email"]).toBe(ada.email);
  },
  claims_supported: async () => {
    const tokens = await obtain({ scope: "openid profile email address phone" });
    const authorization = `Bearer ${tokens.access_token}`;
    const about = await (await server.fetch("/userinfo", { headers: { authorization } })).json<object>();
    const given = new Set([...Object.keys(decodeJwt(tokens.id_token)), ...Object.keys(about)]);
    expect([...given].toSorted()).toEqual(list("claims_supported").toSorted());
  },
  claim_types_supported: async () => expect(list("claim_types_supported")).toEqual(["normal"]),
  ui_locales_supported: async () => {
    expect(list("ui_locales_supported")).toEqual(["en", "de", "fr", "es", "ja", "ar"]);
    for (const language of list("ui_locales_supported")) {
      const page = await browser.open(authorizationUrl({ ui_locales: `tlh ${language}`, prompt: "consent" }));
      expect(page.text).toContain(`<html lang="${language}"`);
    }
  },
  authorization_response_iss_parameter_supported: async () => {
    expect(responseOf(await visit()).get("iss")).toBe(ISSUER);
    expect(responseOf(await visit({ scope: "nothing.of.ours" })).get("iss")).toBe(ISSUER);
  },
  subject_types_supported: async () => {
    const subjects = [];
    for (const subject_type of list("subject_types_supported")) {
      await register({ subject_type: subject_type as "pairwise" });
      subjects.push(decodeJwt((await obtain()).id_token).sub);
    }
    expect(subjects).toEqual([ada.userId, expect.not.stringContaining(ada.userId)]);
  },

  request_parameter_supported: async () => {
    await register({ jwks: { keys: [(await clientKey("ES256")).jwk] } });
    await comesTo("code", { request: await requestObject() });
    expect(responseOf(await visit({ request: await requestObject("ES256", { state: "of the object" }) })).get("state")).toBe(
      "of the object",
    );
  },
  request_uri_parameter_supported: async () => {
    const uri = "https://buildboard.example/request";
    await register({ jwks: { keys: [(await clientKey("ES256")).jwk] }, request_uris: [uri] });
    await comesTo("code", { request_uri: uri });
  },
  require_request_uri_registration: async () => {
    await register({ jwks: { keys: [(await clientKey("ES256")).jwk] } });
    await comesTo("invalid_request_uri", { request_uri: "https://buildboard.example/request" });
    expect(document["require_request_uri_registration"]).toBe(true);
  },
  request_object_signing_alg_values_supported: async () => {
    for (const alg of list("request_object_signing_alg_values_supported")) {
      await register({ jwks: { keys: [(await clientKey(alg)).jwk] }, request_object_signing_alg: alg as "ES256" });
      await comesTo("code", { request: await requestObject(alg) });
    }
  },

  ...Object.fromEntries(
    [
      ["token", "/token"],
      ["revocation", "/revoke"],
      ["introspection", "/introspect"],
    ].flatMap(([name = "", path = ""]) => {
      const [methodNames, algNames] = [
        `${name}_endpoint_auth_methods_supported`,
        `${name}_endpoint_auth_signing_alg_values_supported`,
      ];
      return [
        [methodNames, methodsAt(path, methodNames)],
        [algNames, algorithmsAt(path, algNames)],
      ];
    }),
  ),
  ...Object.fromEntries(
    Object.keys(answerOf).flatMap((kind) => [
      [`${kind}_signing_alg_values_supported`, signing(kind)],
      [`${kind}_encryption_alg_values_supported`, encrypting(kind, "alg")],
      [`${kind}_encryption_enc_values_supported`, encrypting(kind, "enc")],
    ]),
  ),

  dpop_signing_alg_values_supported: async () => {
    for (const alg of [...list("dpop_signing_alg_values_supported"), "RS256"] as const) {
      const key = await makeDpopKey(alg as "ES256");
      const claims = { htm: "POST", htu: `${ISSUER}/token`, iat: Math.floor(server.deps.now() / 1000) + 1 };
      const dpop = await proofBy(key, claims);
      const response = await redeem(await visit(), { authorization: credentials, dpop });
      const known = list("dpop_signing_alg_values_supported").includes(alg);
      expect([alg, await response.json()]).toEqual([
        alg,
        expect.objectContaining(known ? { token_type: "DPoP" } : { error: "invalid_dpop_proof" }),
      ]);
    }
  },
  tls_client_certificate_bound_access_tokens: async () => {
    await register({ tls_client_certificate_bound_access_tokens: true });
    const headers = { authorization: credentials };
    const { access_token } = await tokensOf(await redeem(await visit(), headers, {}, cfOf(BUILDBOARD)));
    expect(decodeJwt(access_token)["cnf"]).toEqual({ "x5t#S256": expect.any(String) });
  },
  mtls_endpoint_aliases: async () => {
    const aliases = document["mtls_endpoint_aliases"] as Readonly<Record<string, string>>;
    expect(Object.keys(aliases).toSorted()).toEqual([
      "device_authorization_endpoint",
      "grant_management_endpoint",
      "introspection_endpoint",
      "pushed_authorization_request_endpoint",
      "revocation_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
    ]);
    for (const [name, alias] of Object.entries(aliases)) expect(alias).toBe(String(document[name]).replace(ISSUER, MTLS));
  },

  backchannel_logout_supported: async () => {
    await register({ backchannel_logout_uri: LOGOUT });
    await obtain();
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(told.map((token) => decodeJwt(token).aud)).toEqual(["buildboard"]);
  },
  backchannel_logout_session_supported: async () => {
    await register({ backchannel_logout_uri: LOGOUT });
    const { id_token } = await obtain();
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(told.map((token) => decodeJwt(token)["sid"])).toEqual([decodeJwt(id_token)["sid"]]);
  },

  protected_resources: async () => {
    for (const resource of list("protected_resources")) {
      await comesTo("code", { scope: "builds.read", resource });
      expect(decodeJwt((await obtain({ scope: "builds.read", resource })).access_token)["aud"]).toBe(resource);
    }
    await comesTo("invalid_target", { scope: "builds.read", resource: "https://elsewhere.example" });
  },
  authorization_details_types_supported: async () => {
    const members: Readonly<Record<string, object>> = {
      organization_access: { organizations: ["contoso"] },
      repository_access: { repositories: ["a"], actions: ["read"] },
    };
    for (const type of list("authorization_details_types_supported"))
      await comesTo("code", { authorization_details: JSON.stringify([{ type, ...members[type] }]) });
    const authorization_details = JSON.stringify([{ type: "nothing_of_ours" }]);
    await comesTo("invalid_authorization_details", { authorization_details });
  },
  grant_management_actions_supported: async () => {
    const scope = "openid builds.read grant_management_query grant_management_revoke";
    let grant_id: string | null = null;
    for (const action of list("grant_management_actions_supported").filter((name) => name !== "query" && name !== "revoke")) {
      const tokens: Awaited<ReturnType<typeof obtain>> = await obtain({
        scope,
        grant_management_action: action,
        grant_id: action === "create" ? null : grant_id,
      });
      expect([action, tokens.grant_id]).toEqual([action, expect.any(String)]);
      grant_id = tokens.grant_id ?? null;
    }
    const { access_token } = await obtain({ scope });
    const headers = { authorization: `Bearer ${access_token}` };
    expect(list("grant_management_actions_supported")).toEqual(expect.arrayContaining(["query", "revoke"]));
    expect((await server.fetch(`/grants/${grant_id}`, { headers })).status).toBe(200);
    expect((await server.fetch(`/grants/${grant_id}`, { method: "DELETE", headers })).status).toBe(204);
    await comesTo("invalid_request", { scope, grant_management_action: "update" });
  },
  grant_management_action_required: async () => {
    expect(document["grant_management_action_required"]).toBe(false);
    await comesTo("code", {});
  },
};

describe("what the metadata advertises", () => {
  it("is all in this table, and everything in this table is advertised", () => {
    expect(Object.keys(document).toSorted()).toEqual(Object.keys(shown).toSorted());
  });

  it.each(Object.keys(shown))("works: %s", async (name) => {
    await register();
    await shown[name]?.();
  });

  it("has nothing of certificates where nobody asks for them", async () => {
    await build({ mtlsOrigin: null });
    expect(JSON.stringify(document)).not.toMatch(/tls/);
    expect(Object.keys(shown).filter((name) => !(name in document))).toEqual([
      "tls_client_certificate_bound_access_tokens",
      "mtls_endpoint_aliases",
    ]);
  });
});
