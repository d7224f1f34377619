import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Fields } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { authorize, codeRequest, introspect, obtainTokens, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

/** A client whose id and secret have every character that the Basic scheme has a meaning of its own for. */
const ODD = "odd:client é+%";

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("poster", { token_endpoint_auth_method: "client_secret_post" });
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient(ODD);
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const obtainCode = async (changes: Parameters<typeof authorize>[2] = {}) =>
  (await authorize(browser, ada.email, changes)).get("code") ?? "";

// CASES.md C 56
/** An error as RFC 6749 section 5.2 has it: JSON, kept by no cache, and nothing in it but what its grammar allows. */
async function expectError(response: Response, status: number, error: string) {
  const body = await response.json<Record<string, string>>();
  expect([response.status, body["error"]]).toEqual([status, error]);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("pragma")).toBe("no-cache");
  expect(body["error_description"]).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(Object.keys(body).toSorted()).toEqual(["error", "error_description"]);
}

/** What each endpoint is asked that authenticates its caller, all with one refresh token. */
const endpoints: Readonly<Record<string, (refreshToken: string) => Fields>> = {
  "/token": (refreshToken) => refreshRequest(refreshToken),
  "/revoke": (token) => ({ token }),
  "/introspect": (token) => ({ token }),
};

const encode = (text: string) => `Basic ${btoa(text)}`;

// CASES.md C 43, 45 and 46
/** How a caller fails to say who it is: the Authorization header, or null, and what is added to the form. */
const badAuthentication: readonly (readonly [name: string, authorization: string | null, Fields, status: 400 | 401])[] = [
  ["nothing at all", null, {}, 401],
  ["the client_id of a confidential client alone", null, { client_id: "buildboard" }, 401],
  ["an unknown client_id", null, { client_id: "nobody" }, 401],
  ["an unknown client_id and a secret", basic("nobody", SECRET), {}, 401],
  ["a secret that is wrong in its last character", basic("buildboard", SECRET.replace(/.$/, "1")), {}, 401],
  ["a secret that lacks its last character", basic("buildboard", SECRET.slice(0, -1)), {}, 401],
  ["an empty secret", basic("buildboard", ""), {}, 401],
  ["the hash of the secret", basic("buildboard", "A".repeat(43)), {}, 401],
  ["the secret in the form of a client for Basic", null, { client_id: "buildboard", client_secret: SECRET }, 401],
  ["the secret by Basic of a client for the form", basic("poster", SECRET), {}, 401],
  ["a secret of a public client", basic("cli", SECRET), {}, 401],
  ["a secret and no client_id", null, { client_secret: SECRET }, 401],
  ["a JWT assertion without its type", null, { client_id: "buildboard", client_assertion: "e30.e30." }, 400],
  ["the secret twice, by Basic and in the form", basic("buildboard", SECRET), { client_secret: SECRET }, 400],
  ["Basic and the client_id of another client", basic("buildboard", SECRET), { client_id: "poster" }, 400],
  ["two values of client_id", null, { client_id: ["buildboard", "cli"] }, 400],
  ["Basic with what is no base64", "Basic !!!", {}, 401],
  ["Basic with base64 of the wrong length", "Basic A", {}, 401],
  ["Basic with no colon", encode("buildboard"), {}, 401],
  ["Basic with no client_id", encode(`:${SECRET}`), {}, 401],
  ["Basic with what is no UTF-8", encode("build\xffboard:\xfe"), {}, 401],
  ["Basic with a broken percent-encoding", encode(`buildboard:${SECRET}%`), {}, 401],
  ["Basic with nothing after it", "Basic ", {}, 401],
  ["Basic with two values", `${basic("buildboard", SECRET)}, ${basic("buildboard", SECRET)}`, {}, 401],
  ["another scheme", `Bearer ${SECRET}`, {}, 401],
  ["a header of 60 KB", `Basic ${"QQ".repeat(30_000)}`, {}, 401],
];

describe.each(Object.entries(endpoints))("%s", (path, fieldsOf) => {
  let tokens: Tokens;
  beforeEach(async () => {
    tokens = await obtainTokens(server, browser, ada.email);
  });

  it.each(badAuthentication)("refuses a client that sends %s, and nothing has changed", async (_, header, added, status) => {
    const before = await snapshot();
    const response = await post(server, path, { ...fieldsOf(tokens.refresh_token), ...added }, header);
    if (status === 401) expect(response.headers.get("www-authenticate")).toBe('Basic realm="Countersign", charset="UTF-8"');
    await expectError(response, status, status === 401 ? "invalid_client" : "invalid_request");
    expect(await snapshot()).toBe(before);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(200);
  });

  // CASES.md C 39
  it("does not look for credentials in the query", async () => {
    const query = form({ client_id: "buildboard", client_secret: SECRET });
    await expectError(await post(server, `${path}?${query}`, fieldsOf(tokens.refresh_token), null), 401, "invalid_client");
  });

  it("does not look for its parameters in the query", async () => {
    const before = await snapshot();
    const query = form(fieldsOf(tokens.refresh_token));
    await expectError(await post(server, `${path}?${query}`, {}), 400, "invalid_request");
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, string | null, Fields]>([
    ["Basic", basic("buildboard", SECRET), {}],
    ["Basic in lower case", basic("buildboard", SECRET).replace("Basic", "basic"), {}],
    ["Basic after two spaces", basic("buildboard", SECRET).replace(" ", "  "), {}],
    ["Basic, and the same client_id in the form", basic("buildboard", SECRET), { client_id: "buildboard" }],
    ["Basic with percent-encoding", basic(ODD, SECRET), {}],
    ["the form", null, { client_id: "poster", client_secret: SECRET }],
  ])("accepts a client that authenticates by %s", async (_, header, added) => {
    const response = await post(server, path, { ...fieldsOf("csr_unknown"), ...added }, header);
    const answers: Readonly<Record<string, unknown>> = { "/token": 400, "/revoke": 200, "/introspect": 200 };
    expect(response.status).toBe(answers[path]);
    if (path === "/token") expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it.each(["client_id", "scope", "token_type_hint"])("refuses a request that has %s twice", async (name) => {
    const before = await snapshot();
    const response = await post(server, path, { ...fieldsOf(tokens.refresh_token), [name]: ["a", "b"] });
    await expectError(response, 400, "invalid_request");
    expect(await snapshot()).toBe(before);
  });
});

// CASES.md C 52
describe("the secret of a client", () => {
  const namesOf = (response: Response) => [...response.headers.keys()].toSorted();
  const guess = (network: string, secret = `${SECRET}x`, on = server) =>
    on.fetch("/token", {
      method: "POST",
      body: form(refreshRequest("csr_unknown")),
      headers: { authorization: basic("buildboard", secret), "cf-connecting-ip": network },
    });

  it("can be guessed at 20 times in 15 minutes from one network, in parallel and over isolates as well", async () => {
    const other = createServer();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => guess("203.0.113.7", `wrong ${index}`, index % 2 ? server : other)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array(20).fill(401), ...Array(180).fill(429)]);
    const late = await guess("203.0.113.99");
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(late.headers.get("retry-after"))).toBeLessThanOrEqual(900);
    await expectError(late, 429, "slow_down");
    server.pass(901);
    expect((await guess("203.0.113.7")).status).toBe(401);
  });

  // CASES.md C 53: an isolate that has met neither answers to both alike, by as many trips to D1, which are what takes its time
  it("is as long in being refused as that of a client which is not there, in the same words", async () => {
    const refusals = [];
    for (const clientId of ["buildboard", "nobody"]) {
      const cold = createServer();
      const response = await post(cold, "/token", refreshRequest("csr_unknown"), basic(clientId, `${SECRET}x`));
      const { d1, kv } = cold.trips;
      refusals.push({ d1, kv, status: response.status, body: await response.text(), headers: namesOf(response) });
    }
    expect(refusals[0]).toEqual(refusals[1]);
    expect(refusals[0]).toMatchObject({ d1: 2, kv: 0, status: 401 });
  });

  it("still works while a stranger guesses, from the stranger's network and from any other", async () => {
    for (let attempt = 0; attempt < 25; attempt++) await guess("203.0.113.7");
    expect((await guess("203.0.113.7")).status).toBe(429);
    await expectError(await guess("203.0.113.7", SECRET), 400, "invalid_grant");
    await expectError(await guess("198.51.100.1", SECRET), 400, "invalid_grant");
    expect((await guess("198.51.100.1")).status).toBe(401);
  });
});

// CASES.md C 38, 40, 41 and 42
describe("a token request", () => {
  const send = (body: BodyInit, contentType?: string) => {
    const headers = { authorization: basic("buildboard", SECRET), ...(contentType ? { "content-type": contentType } : {}) };
    return server.fetch("/token", { method: "POST", body, headers });
  };

  it.each<[string, string | undefined]>([
    ["JSON", "application/json"],
    ["a multipart form", "multipart/form-data; boundary=x"],
    ["plain text", "text/plain"],
    ["no content type", undefined],
    ["a longer content type", "application/x-www-form-urlencodedX"],
    ["two content types", "application/x-www-form-urlencoded, application/json"],
    ["another character set", "application/x-www-form-urlencoded; charset=utf-16"],
    ["a malformed character set", "application/x-www-form-urlencoded; charset="],
  ])("in %s is refused", async (_, type) => {
    const code = await obtainCode();
    const before = await snapshot();
    const bytes = new TextEncoder().encode(form(codeRequest(code)).toString());
    await expectError(await send(bytes, type), 400, "invalid_request");
    expect(await snapshot()).toBe(before);
  });

  it.each(["application/x-www-form-urlencoded", 'Application/X-WWW-Form-Urlencoded ; Charset="UTF-8"'])(
    "in %s is accepted",
    async (type) => {
      const body = form(codeRequest(await obtainCode())).toString();
      expect((await send(body, type)).status).toBe(200);
    },
  );

  it("whose bytes are not UTF-8 is refused", async () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode("grant_type=refresh_token&refresh_token="), 0xff, 0xc0, 0xaf]);
    await expectError(await send(bytes, "application/x-www-form-urlencoded"), 400, "invalid_request");
  });

  it("with a NUL in a parameter is refused", async () => {
    await expectError(await post(server, "/token", refreshRequest("csr_\0")), 400, "invalid_request");
  });

  it.each(["grant_type", "code", "client_id", "scope", "redirect_uri", "code_verifier", "refresh_token", "unheard-of"])(
    "that has %s twice is refused, and the code is as good as before",
    async (name) => {
      const request = codeRequest(await obtainCode(), { client_id: "buildboard" });
      const before = await snapshot();
      const value = request[name] ?? "one";
      await expectError(await post(server, "/token", { ...request, [name]: [value, value].flat() }), 400, "invalid_request");
      expect(await snapshot()).toBe(before);
      expect((await post(server, "/token", request)).status).toBe(200);
    },
  );

  it("may name several resources", async () => {
    const request = codeRequest(await obtainCode(), { resource: [API, ISSUER] });
    const tokens = await tokensOf(await post(server, "/token", request));
    expect(await introspect(server, tokens.access_token)).toMatchObject({ aud: [API, ISSUER] });
  });

  it("may have parameters that we do not know", async () => {
    const extra = { audience: "x", constructor: "1", "a[b]": "c", device_id: "" };
    expect((await post(server, "/token", codeRequest(await obtainCode(), extra))).status).toBe(200);
  });

  it("takes an empty parameter for an absent one", async () => {
    const code = await obtainCode();
    await expectError(await post(server, "/token", codeRequest(code, { grant_type: "" })), 400, "invalid_request");
    await expectError(await post(server, "/token", codeRequest("")), 400, "invalid_request");
    expect((await post(server, "/token", codeRequest(code, { scope: "", resource: "", refresh_token: "" }))).status).toBe(200);
  });

  it("of a megabyte is refused, whether or not it says how long it is", async () => {
    const body = `${form(refreshRequest("csr_x"))}&pad=${"x".repeat(1_048_576)}`;
    const chunk = new TextEncoder().encode(body.slice(0, 16_384));
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => (++sent > 64 ? controller.close() : controller.enqueue(chunk)),
    });
    const type = "application/x-www-form-urlencoded";
    await expectError(await send(body, type), 413, "payload_too_large");
    await expectError(await send(stream, type), 413, "payload_too_large");
    expect(sent).toBeLessThan(10);
  });

  it.each([
    [
      "with 501 parameters",
      () => Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`p${index}`, "x"])),
      "invalid_request",
    ],
    [
      "with 10,000 parameters",
      () => Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index.toString(36), ""])),
      "invalid_request",
    ],
    ["with 5,000 words in scope", () => ({ scope: "a ".repeat(5_000) }), "invalid_scope"],
    [
      "with 200 resources",
      () => ({ resource: Array.from({ length: 190 }, (_, index) => `${API}/${index}`) }),
      "invalid_target",
    ],
  ])("%s is refused, and the refresh token is as good as before", async (_, changes, error) => {
    const { refresh_token } = await obtainTokens(server, browser, ada.email);
    const before = await snapshot();
    await expectError(await post(server, "/token", refreshRequest(refresh_token, changes())), 400, error);
    expect(await snapshot()).toBe(before);
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(200);
  });

  // CASES.md C 54
  it.each([
    ["client_credentials", "unauthorized_client"],
    ["password", "unsupported_grant_type"],
    ["implicit", "unsupported_grant_type"],
    ["urn:ietf:params:oauth:grant-type:token-exchange", "unauthorized_client"],
    ["urn:ietf:params:oauth:grant-type:device_code", "unauthorized_client"],
    ["urn:ietf:params:oauth:grant-type:jwt-bearer", "unauthorized_client"],
    ["AUTHORIZATION_CODE", "unsupported_grant_type"],
    ["constructor", "unsupported_grant_type"],
    ["__proto__", "unsupported_grant_type"],
  ])("for the grant type %s yields %s", async (grantType, error) => {
    const before = await snapshot();
    const request = { grant_type: grantType, username: ada.email, password: "x", scope: "openid" };
    await expectError(await post(server, "/token", request), 400, error);
    expect(await snapshot()).toBe(before);
  });

  it("for a grant type that the client did not register yields unauthorized_client", async () => {
    const code = await obtainCode();
    const before = await snapshot();
    const as = basic("contoso-devops", SECRET);
    await expectError(await post(server, "/token", codeRequest(code), as), 400, "unauthorized_client");
    await expectError(await post(server, "/token", refreshRequest("csr_x"), as), 400, "unauthorized_client");
    expect(await snapshot()).toBe(before);
  });

  it("is asked who it comes from before it is told anything about its grant", async () => {
    const wrong = basic("buildboard", "wrong");
    await expectError(await post(server, "/token", { grant_type: "password" }, wrong), 401, "invalid_client");
    await expectError(await post(server, "/token", codeRequest(await obtainCode()), wrong), 401, "invalid_client");
  });

  it("that succeeds is answered with JSON that no cache keeps", async () => {
    const response = await post(server, "/token", codeRequest(await obtainCode()));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("of a client whose id and secret need percent-encoding succeeds", async () => {
    const code = await obtainCode({ client_id: ODD, redirect_uri: CALLBACK });
    expect((await post(server, "/token", codeRequest(code), basic(ODD, SECRET))).status).toBe(200);
  });
});

describe("a public client", () => {
  it("is known by its client_id at /token and /revoke, and not at /introspect, which answers only to those who prove who they are", async () => {
    const as = { client_id: "cli" };
    await expectError(await post(server, "/token", refreshRequest("csr_x", as), null), 400, "invalid_grant");
    expect((await post(server, "/revoke", { token: "csr_x", ...as }, null)).status).toBe(200);
    await expectError(await post(server, "/introspect", { token: "csr_x", ...as }, null), 401, "invalid_client");
  });
});
