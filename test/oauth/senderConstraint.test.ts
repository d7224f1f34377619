/** Tokens that are bound to a key: by DPoP (RFC 9449) and by a certificate (RFC 8705). */
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { Browser, type Fields } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { BUILDBOARD, cfOf, SELF_SIGNED, SOMEBODY_ELSE } from "../certificates.ts";
import { authorize, codeRequest, introspect, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { athOf, type DpopKey, makeDpopKey, proofBy } from "../proof.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
const keys = Promise.all([makeDpopKey("ES256"), makeDpopKey("ES256")]);

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const seconds = () => Math.floor(server.deps.now() / 1000);

const proofFor = (key: DpopKey, path: string, claims: object = {}, header: object = {}, htm = "POST") =>
  proofBy(key, { htm, htu: `${ISSUER}${path}`, iat: seconds(), ...claims }, { ...header });

interface Sending {
  readonly proof?: string;
  readonly authorization?: string | null;
  readonly cf?: object;
}

/** A token request of `buildboard`, or of whoever `fields` names, with a proof or a certificate. */
const send = (fields: Fields, { proof, authorization, cf }: Sending = {}, path = "/token") => {
  const headers = new Headers();
  const own = authorization === undefined && fields["client_id"] === undefined ? basic("buildboard", SECRET) : authorization;
  if (own != null) headers.set("authorization", own);
  if (proof !== undefined) headers.set("dpop", proof);
  return server.fetch(path, { method: "POST", body: form(fields), headers, ...(cf ? { cf: cf as never } : {}) });
};

const obtainCode = async (changes = {}) => (await authorize(browser, ada.email, changes)).get("code") ?? "";

async function obtainBound(key: DpopKey, client: Fields = {}): Promise<Tokens> {
  const code = await obtainCode(client);
  return tokensOf(await send(codeRequest(code, client), { proof: await proofFor(key, "/token") }));
}

async function expectRefused(response: Response, before: string, status: number, error: string): Promise<void> {
  const body = await response.json<{ error: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([status, error]);
  expect(await snapshot()).toBe(before);
}

const cnfOf = (token: string) => JSON.parse(atob(token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).cnf;

describe("a DPoP proof at the token endpoint", () => {
  it("binds the access token to its key, and introspection tells which", async () => {
    const [key] = await keys;
    const tokens = await obtainBound(key);
    expect(tokens.token_type).toBe("DPoP");
    expect(cnfOf(tokens.access_token)).toEqual({ jkt: key.jkt });
    expect(await introspect(server, tokens.access_token)).toMatchObject({ token_type: "DPoP", cnf: { jkt: key.jkt } });
  });

  it("brings a nonce for the next one, with the answer and with a refusal, readable by scripts", async () => {
    const [key] = await keys;
    const good = await send(codeRequest(await obtainCode()), { proof: await proofFor(key, "/token") });
    const bad = await send(codeRequest("x"), { proof: "x" });
    for (const response of [good, bad]) {
      expect(response.headers.get("dpop-nonce")).toMatch(/^[\w-]{27}$/);
      expect(response.headers.get("access-control-expose-headers")).toContain("DPoP-Nonce");
    }
    expect((await send(codeRequest("x"))).headers.get("dpop-nonce")).toBeNull();
  });

  it.each<[string, object, object]>([
    ["another method", { htm: "GET" }, {}],
    ["another address", { htu: `${ISSUER}/par` }, {}],
    ["the address by another scheme", { htu: "http://id.example/token" }, {}],
    ["the address of another port", { htu: "https://id.example:8443/token" }, {}],
    ["no address", { htu: undefined }, {}],
    ["no method", { htm: undefined }, {}],
    ["no jti", { jti: undefined }, {}],
    ["no iat", { iat: undefined }, {}],
    ["an iat that is an hour old", { iat: 1 }, {}],
    ["another type", {}, { typ: "JWT" }],
    ["no type", {}, { typ: undefined }],
    ["alg none", {}, { alg: "none" }],
    ["alg HS256", {}, { alg: "HS256" }],
    ["no key", {}, { jwk: undefined }],
    ["an extension", {}, { crit: ["exp"] }],
  ])("with %s is refused, and the code stays good", async (_, claims, header) => {
    const [key] = await keys;
    const code = await obtainCode();
    const before = await snapshot();
    const proof = await proofFor(key, "/token", claims, header);
    await expectRefused(await send(codeRequest(code), { proof }), before, 400, "invalid_dpop_proof");
    await tokensOf(await send(codeRequest(code), { proof: await proofFor(key, "/token") }));
  });

  it("with a private key in it is refused", async () => {
    const [key] = await keys;
    const before = await snapshot();
    const proof = await proofFor(key, "/token", {}, { jwk: key.privateJwk });
    await expectRefused(await send(codeRequest("x"), { proof }), before, 400, "invalid_dpop_proof");
  });

  it("does not stand beside a second one", async () => {
    const [key] = await keys;
    const before = await snapshot();
    const both = `${await proofFor(key, "/token")}, ${await proofFor(key, "/token")}`;
    await expectRefused(await send(codeRequest("x"), { proof: both }), before, 400, "invalid_dpop_proof");
  });

  it("is good for the address without its query, in another case and with the port that goes without saying", async () => {
    const [key] = await keys;
    const htu = "HTTPS://ID.example:443/token?x=1#y";
    await tokensOf(await send(codeRequest(await obtainCode()), { proof: await proofFor(key, "/token", { htu }) }));
  });

  it("sent 20 times in parallel counts once, and so does it later on", async () => {
    const [key] = await keys;
    const tokens = await obtainBound(key);
    server.pass(1);
    const proof = await proofFor(key, "/token");
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(refreshRequest(tokens.refresh_token), { proof })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const before = await snapshot();
    await expectRefused(await send(refreshRequest(tokens.refresh_token), { proof }), before, 400, "invalid_dpop_proof");
  });

  it("counts once over two isolates that get it at the same time", async () => {
    const [key] = await keys;
    const tokens = await obtainBound(key);
    const other = createServer();
    const proof = await proofFor(key, "/token");
    const init = { method: "POST", body: form(refreshRequest(tokens.refresh_token)) };
    const headers = { authorization: basic("buildboard", SECRET), dpop: proof };
    const attempts = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? server : other).fetch("/token", { ...init, headers }),
    );
    const answers = await Promise.all(attempts);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(400)]);
  });

  it("is good at the host for certificates too, and at no host that the request alone names", async () => {
    Object.assign(server.deps, { config: { ...server.deps.config, mtlsOrigin: "https://mtls.id.example" } });
    const [key] = await keys;
    const code = await obtainCode();
    const before = await snapshot();
    const at = (origin: string) => proofFor(key, "/token", { htu: `${origin}/token` });
    await expectRefused(
      await send(codeRequest(code), { proof: await at("https://evil.example") }),
      before,
      400,
      "invalid_dpop_proof",
    );
    await tokensOf(await send(codeRequest(code), { proof: await at("https://mtls.id.example") }));
  });

  it("may be by another key at each refresh of a client that authenticates itself", async () => {
    const [key, other] = await keys;
    const tokens = await obtainBound(key);
    const next = await tokensOf(await send(refreshRequest(tokens.refresh_token), { proof: await proofFor(other, "/token") }));
    expect(cnfOf(next.access_token)).toEqual({ jkt: other.jkt });
  });

  it("costs no trip of its own", async () => {
    const [key] = await keys;
    const tokens = await obtainBound(key);
    const proof = await proofFor(key, "/token");
    server.trips.reset();
    await tokensOf(await send(refreshRequest(tokens.refresh_token), { proof }));
    expect(server.trips.d1).toBe(1);
  });

  it("is needed by a client that is registered for it", async () => {
    await addClient("strict", { token_endpoint_auth_method: "client_secret_basic", dpop_bound_access_tokens: true });
    const code = await obtainCode({ client_id: "strict" });
    const before = await snapshot();
    const authorization = basic("strict", SECRET);
    await expectRefused(await send(codeRequest(code), { authorization }), before, 400, "invalid_request");
    const [key] = await keys;
    await tokensOf(await send(codeRequest(code), { authorization, proof: await proofFor(key, "/token") }));
  });

  it("with a nonce that is not ours, or an old one, is told to use a fresh one", async () => {
    const [key] = await keys;
    const tokens = await obtainBound(key);
    const before = await snapshot();
    const refresh = (nonce: string) =>
      proofFor(key, "/token", { nonce }).then((proof) => send(refreshRequest(tokens.refresh_token), { proof }));
    const refused = await refresh("x");
    const nonce = refused.headers.get("dpop-nonce") ?? "";
    await expectRefused(refused, before, 400, "use_dpop_nonce");
    server.pass(301);
    await expectRefused(await refresh(nonce), before, 400, "use_dpop_nonce");
    const fresh = (await refresh("x")).headers.get("dpop-nonce") ?? "";
    expect((await refresh(fresh)).status).toBe(200);
  });

  it("needs a nonce where the operator wants one", async () => {
    Object.assign(server.deps, { config: { ...server.deps.config, requireDpopNonce: true } });
    const [key] = await keys;
    const code = await obtainCode();
    const before = await snapshot();
    const refused = await send(codeRequest(code), { proof: await proofFor(key, "/token") });
    const nonce = refused.headers.get("dpop-nonce");
    await expectRefused(refused, before, 400, "use_dpop_nonce");
    await tokensOf(await send(codeRequest(code), { proof: await proofFor(key, "/token", { nonce }) }));
  });
});

describe("a public client's refresh token", () => {
  const cli = { client_id: "cli" };

  it("is bound to the key that redeemed the code, and stays the same", async () => {
    const [key, other] = await keys;
    const { refresh_token } = await obtainBound(key, cli);
    server.pass(1);
    const before = await snapshot();
    const request = refreshRequest(refresh_token, cli);
    await expectRefused(await send(request), before, 400, "invalid_grant");
    await expectRefused(await send(request, { proof: await proofFor(other, "/token") }), before, 400, "invalid_grant");
    for (let round = 0; round < 2; round++) {
      const next = await tokensOf(await send(request, { proof: await proofFor(key, "/token") }));
      expect(next.refresh_token).toBe(refresh_token);
      expect(cnfOf(next.access_token)).toEqual({ jkt: key.jkt });
    }
  });

  it("that is bound to none does not become bound by a proof, and goes on to rotate", async () => {
    const [key] = await keys;
    const tokens = await tokensOf(await send(codeRequest(await obtainCode(cli), cli)));
    server.pass(1);
    const next = await tokensOf(
      await send(refreshRequest(tokens.refresh_token, cli), { proof: await proofFor(key, "/token") }),
    );
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    await tokensOf(await send(refreshRequest(next.refresh_token, cli)));
  });
});

describe("dpop_jkt", () => {
  it("lets the code be redeemed by its key alone", async () => {
    const [key, other] = await keys;
    const code = await obtainCode({ dpop_jkt: key.jkt });
    const before = await snapshot();
    await expectRefused(await send(codeRequest(code)), before, 400, "invalid_grant");
    await expectRefused(
      await send(codeRequest(code), { proof: await proofFor(other, "/token") }),
      before,
      400,
      "invalid_grant",
    );
    await tokensOf(await send(codeRequest(code), { proof: await proofFor(key, "/token") }));
  });

  it("does not bind the refresh token of a client that authenticates itself, and introspection does not say that it does", async () => {
    const [key, other] = await keys;
    const code = await obtainCode({ dpop_jkt: key.jkt });
    const { refresh_token } = await tokensOf(await send(codeRequest(code), { proof: await proofFor(key, "/token") }));
    const inspected = await (await send({ token: refresh_token }, {}, "/introspect")).json();
    expect(inspected).toMatchObject({ active: true, client_id: "buildboard" });
    expect(inspected).not.toHaveProperty("cnf");
    await tokensOf(await send(refreshRequest(refresh_token), { proof: await proofFor(other, "/token") }));
  });

  it.each(["", "x", "A".repeat(44)])("of another form (%j) is refused or not there", async (dpop_jkt) => {
    const response = await authorize(browser, ada.email, { dpop_jkt });
    expect(response.get("error") ?? null).toBe(dpop_jkt === "" ? null : "invalid_request");
  });
});

describe("userinfo", () => {
  const ask = async (scheme: string, token: string, proof?: string) =>
    server.fetch("/userinfo", {
      headers: { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) },
    });
  const proofOf = async (key: DpopKey, token: string, claims = {}) =>
    proofFor(key, "/userinfo", { ath: await athOf(token), ...claims }, {}, "GET");

  it("answers to a bound token with a proof by its key, once per proof", async () => {
    const [key] = await keys;
    const { access_token } = await obtainBound(key);
    const proof = await proofOf(key, access_token);
    expect((await ask("DPoP", access_token, proof)).status).toBe(200);
    const again = await ask("DPoP", access_token, proof);
    expect([again.status, (await again.json<{ error: string }>()).error]).toEqual([401, "invalid_dpop_proof"]);
    expect(again.headers.get("www-authenticate")).toContain('DPoP realm="Countersign", error="invalid_dpop_proof"');
  });

  it.each<[string, string, (key: DpopKey, other: DpopKey, token: string) => Promise<string | undefined>, string]>([
    ["sent as Bearer", "Bearer", async () => undefined, "invalid_token"],
    ["sent as Bearer, with its proof", "Bearer", (key, _, token) => proofOf(key, token), "invalid_token"],
    ["without a proof", "DPoP", async () => undefined, "invalid_dpop_proof"],
    ["with a proof by another key", "DPoP", (_, other, token) => proofOf(other, token), "invalid_token"],
    ["with a proof for no token", "DPoP", (key, _, token) => proofOf(key, token, { ath: undefined }), "invalid_dpop_proof"],
    ["with a proof for another token", "DPoP", (key) => proofOf(key, "another"), "invalid_dpop_proof"],
    ["with a proof for another address", "DPoP", (key, _, token) => proofOf(key, token, { htu: ISSUER }), "invalid_dpop_proof"],
    ["with a nonce that is not ours", "DPoP", (key, _, token) => proofOf(key, token, { nonce: "x" }), "use_dpop_nonce"],
  ])("refuses a bound token %s", async (_, scheme, proof, error) => {
    const [key, other] = await keys;
    const { access_token } = await obtainBound(key);
    const before = await snapshot();
    await expectRefused(await ask(scheme, access_token, await proof(key, other, access_token)), before, 401, error);
  });

  it("answers once to 20 requests with one proof", async () => {
    const [key] = await keys;
    const { access_token } = await obtainBound(key);
    const proof = await proofOf(key, access_token);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("DPoP", access_token, proof)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(401)]);
  });

  it("tells who comes without a token, or with one that is no more, of both ways to send one", async () => {
    const without = await server.fetch("/userinfo");
    const both =
      'Bearer realm="Countersign", scope="openid", DPoP realm="Countersign", scope="openid", algs="ES256 PS256 EdDSA"';
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([401, both]);
    const bad = (await ask("Bearer", "x")).headers.get("www-authenticate");
    expect(bad).toMatch(
      /^Bearer .*error="invalid_token".*, DPoP realm="Countersign", scope="openid", algs="ES256 PS256 EdDSA"$/,
    );
  });

  it("refuses a bearer token that is sent as DPoP", async () => {
    const [key] = await keys;
    const { access_token } = await tokensOf(await send(codeRequest(await obtainCode())));
    const before = await snapshot();
    await expectRefused(await ask("DPoP", access_token, await proofOf(key, access_token)), before, 401, "invalid_token");
  });
});

describe("a certificate", () => {
  const bound: Partial<ClientMetadata> = {
    token_endpoint_auth_method: "tls_client_auth",
    tls_client_auth_san_dns: "client.buildboard.example",
    tls_client_certificate_bound_access_tokens: true,
  };
  const client = { client_id: "certified" };

  beforeEach(async () => void (await addClient("certified", bound)));

  const obtain = async () => tokensOf(await send(codeRequest(await obtainCode(client), client), { cf: cfOf(BUILDBOARD) }));
  const userinfo = (token: string, cf?: object) =>
    server.fetch("/userinfo", { headers: { authorization: `Bearer ${token}` }, ...(cf ? { cf: cf as never } : {}) });

  it("binds the access token, which userinfo and introspection know it by, and the refresh token stays the same", async () => {
    const tokens = await obtain();
    expect(tokens.token_type).toBe("Bearer");
    const cnf = { "x5t#S256": expect.stringMatching(/^[\w-]{43}$/) };
    expect(cnfOf(tokens.access_token)).toEqual(cnf);
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true, token_type: "Bearer", cnf });
    expect((await userinfo(tokens.access_token, cfOf(BUILDBOARD))).status).toBe(200);
    const next = await tokensOf(await send(refreshRequest(tokens.refresh_token, client), { cf: cfOf(BUILDBOARD) }));
    expect(next.refresh_token).toBe(tokens.refresh_token);
  });

  it("of somebody else, or none, does not open what is bound to another", async () => {
    const { access_token } = await obtain();
    const before = await snapshot();
    for (const cf of [undefined, cfOf(SOMEBODY_ELSE), cfOf(SELF_SIGNED), cfOf(BUILDBOARD, { certRFC9440: ":x:" })])
      await expectRefused(await userinfo(access_token, cf), before, 401, "invalid_token");
  });

  it("is needed by a client that is registered to have its tokens bound, however it authenticates", async () => {
    await addClient("basic", { tls_client_certificate_bound_access_tokens: true });
    const code = await obtainCode({ client_id: "basic" });
    const before = await snapshot();
    const authorization = basic("basic", SECRET);
    await expectRefused(await send(codeRequest(code), { authorization }), before, 400, "invalid_request");
    const tokens = await tokensOf(await send(codeRequest(code), { authorization, cf: cfOf(SELF_SIGNED) }));
    expect(cnfOf(tokens.access_token)).toHaveProperty("x5t#S256");
  });

  it("is needed even where a proof comes, to which the token is then bound", async () => {
    const [key] = await keys;
    const code = await obtainCode(client);
    const before = await snapshot();
    const request = codeRequest(code, client);
    const proof = await proofFor(key, "/token");
    await expectRefused(await send(request, { proof }), before, 401, "invalid_client");
    const tokens = await tokensOf(await send(request, { proof, cf: cfOf(BUILDBOARD) }));
    expect([tokens.token_type, cnfOf(tokens.access_token)]).toEqual(["DPoP", { jkt: key.jkt }]);
    await addClient("app", { token_endpoint_auth_method: "none", tls_client_certificate_bound_access_tokens: true });
    const app = { client_id: "app" };
    const ofApp = codeRequest(await obtainCode(app), app);
    const unchanged = await snapshot();
    await expectRefused(await send(ofApp, { proof: await proofFor(key, "/token") }), unchanged, 400, "invalid_request");
  });

  it("binds a public client's refresh token too", async () => {
    await addClient("app", { token_endpoint_auth_method: "none", tls_client_certificate_bound_access_tokens: true });
    const app = { client_id: "app" };
    const tokens = await tokensOf(await send(codeRequest(await obtainCode(app), app), { cf: cfOf(SELF_SIGNED) }));
    server.pass(1);
    const before = await snapshot();
    const request = refreshRequest(tokens.refresh_token, app);
    await expectRefused(await send(request, { cf: cfOf(BUILDBOARD) }), before, 400, "invalid_grant");
    await tokensOf(await send(request, { cf: cfOf(SELF_SIGNED) }));
  });
});
