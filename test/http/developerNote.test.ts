/** What a client's developer is told of refused requests, and what that costs whom. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { work } from "../../src/cron.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, giveClient, SECRET } from "../builders.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import { authorizationUrl, authorize, codeRequest, obtainTokens, post, refreshRequest, VERIFIER } from "../flow.ts";
import { basic, createServer, empty, type Server } from "../harness.ts";

const DAY = 24 * 3600;

interface Row {
  readonly client_id: string;
  readonly endpoint: string;
  readonly error: string;
  readonly text: string;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
}

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  const scope = "openid profile offline_access workitems.read builds.read";
  await addClient("buildboard", { scope });
  await addClient("cli", { token_endpoint_auth_method: "none", scope });
  await addClient("coder", { token_endpoint_auth_method: "none", grant_types: ["authorization_code"] });
  const { jwk } = await clientKey("ES256");
  await addClient("keyed", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [jwk] } });
  for (const client of ["buildboard", "cli", "coder", "keyed"]) await giveClient(client, ada.userId);
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const rows = async (): Promise<readonly Row[]> =>
  (await env.DB.prepare("SELECT * FROM client_errors ORDER BY last_at, rowid").all<Row>()).results;

const open = (changes: Parameters<typeof authorizationUrl>[0]) => browser.send(authorizationUrl(changes));
const codeOf = async () => (await authorize(browser, ada.email)).get("code") ?? "";

describe("a note for the developer", () => {
  it.each<[string, () => Promise<Response>, [endpoint: string, error: string, text: RegExp]]>([
    [
      "a redirect URI that is not registered",
      () => open({ redirect_uri: `${CALLBACK}/?state=private` }),
      [
        "/authorize",
        "invalid_request",
        /You sent: https:\/\/buildboard\.example\/callback\/\?state=… ; registered: https:\/\/buildboard\.example\/callback\./,
      ],
    ],
    [
      "another response type",
      () => open({ response_type: "token" }),
      ["/authorize", "unsupported_response_type", /response_type must be code/],
    ],
    [
      "a scope that nobody knows",
      () => open({ scope: "openid x.read" }),
      ["/authorize", "invalid_scope", /x\.read is not known here\. Registered: openid profile/],
    ],
    [
      "a scope that it did not register",
      () => open({ scope: "openid workitems.write" }),
      ["/authorize", "invalid_scope", /workitems\.write\. Registered: openid/],
    ],
    [
      "a resource that nobody knows",
      () => open({ resource: "https://other.example" }),
      ["/authorize", "invalid_target", /not known here/],
    ],
    [
      "no PKCE",
      () => open({ code_challenge: null, code_challenge_method: null }),
      ["/authorize", "invalid_request", /code_challenge is missing/],
    ],
    ["plain PKCE", () => open({ code_challenge_method: "plain" }), ["/authorize", "invalid_request", /must be S256/]],
    ["a bad request object", () => open({ request: "a.b.c" }), ["/authorize", "invalid_request_object", /Reason: not a JWT/]],
    [
      "a stale pushed request",
      () => open({ request_uri: "urn:ietf:params:oauth:request_uri:aanone" }),
      ["/authorize", "invalid_request_uri", /has expired/],
    ],
    [
      "a pushed request that is wrong",
      () =>
        post(server, "/par", { response_type: "code", redirect_uri: "https://buildboard.example/", client_id: "buildboard" }),
      ["/par", "invalid_request", /You sent: https:\/\/buildboard\.example\/ ; registered/],
    ],
    [
      "a wrong secret",
      () => post(server, "/token", codeRequest("x"), basic("buildboard", "wrong")),
      ["/token", "invalid_client", /client_secret_basic is the registered method, but the secret is none of the live ones/],
    ],
    [
      "another method than the registered one",
      () => post(server, "/token", codeRequest("x", { client_id: "buildboard", client_secret: SECRET }), null),
      ["/token", "invalid_client", /You sent a secret in the form \(client_secret_post\); registered is client_secret_basic/],
    ],
    [
      "no authentication at all",
      () => post(server, "/token", codeRequest("x", { client_id: "buildboard" }), null),
      ["/token", "invalid_client", /You sent a client_id alone \(none\); registered is client_secret_basic/],
    ],
    [
      "an assertion for the wrong audience",
      async () => {
        const claims = { ...assertionClaims("keyed", server.deps.now()), aud: "https://other.example" };
        const client_assertion = await sign(await clientKey("ES256"), claims);
        return post(server, "/token", codeRequest("x", { client_assertion, client_assertion_type: ASSERTION_TYPE }), null);
      },
      ["/token", "invalid_client", /private_key_jwt is the registered method, but it was refused: aud is not the issuer/],
    ],
    [
      "a code that is not ours",
      () => post(server, "/token", codeRequest("csc_nonsense")),
      ["/token", "invalid_grant", /cut off or changed/],
    ],
    [
      "a verifier that does not fit",
      async () => post(server, "/token", codeRequest(await codeOf(), { code_verifier: "x".repeat(43) })),
      ["/token", "invalid_grant", /PKCE: code_verifier does not fit/],
    ],
    [
      "another redirect URI at the token endpoint",
      async () => post(server, "/token", codeRequest(await codeOf(), { redirect_uri: "https://buildboard.example/other" })),
      ["/token", "invalid_grant", /exactly the one of the authorization request/],
    ],
    [
      "a code that comes too late",
      async () => {
        const code = await codeOf();
        server.pass(61);
        return post(server, "/token", codeRequest(code));
      },
      ["/token", "invalid_grant", /later than a minute/],
    ],
    [
      "a code that comes twice",
      async () => {
        const code = await codeOf();
        await post(server, "/token", codeRequest(code));
        return post(server, "/token", codeRequest(code));
      },
      ["/token", "invalid_grant", /used before/],
    ],
    [
      "a refresh token whose approval was revoked",
      async () => {
        const tokens = await obtainTokens(server, browser, ada.email);
        await env.DB.prepare("UPDATE grants SET revoked_at = 1").run();
        return post(server, "/token", refreshRequest(tokens.refresh_token));
      },
      ["/token", "invalid_grant", /person has revoked the approval/],
    ],
    [
      "a grant type that nobody has",
      () => post(server, "/token", { grant_type: "password" }),
      ["/token", "unsupported_grant_type", /not supported/],
    ],
    [
      "a grant type that it did not register",
      () => post(server, "/token", refreshRequest("x", { client_id: "coder" }), null),
      ["/token", "unauthorized_client", /Registered: authorization_code\./],
    ],
  ])("tells of %s", async (_, act, [endpoint, error, text]) => {
    await act();
    expect(await rows()).toMatchObject([{ endpoint, error, text: expect.stringMatching(text), count: 1 }]);
  });

  it("is no part of the answer", async () => {
    const response = await post(server, "/token", codeRequest("x"), basic("buildboard", "wrong"));
    expect(await response.json()).toEqual({ error: "invalid_client", error_description: "Client authentication failed." });
    const page = await (await open({ redirect_uri: "https://evil.example/" })).text();
    expect(page).not.toMatch(/evil\.example|callback/);
  });

  it("holds no code, token, secret or datum of a person that the request brought", async () => {
    const { access_token, refresh_token } = await obtainTokens(server, browser, ada.email);
    const code = await codeOf();
    const secrets = [access_token, refresh_token, code, SECRET, VERIFIER, ada.email];
    for (const secret of secrets) {
      const strange = encodeURIComponent(secret);
      const acts = [
        () => open({ redirect_uri: `https://x.example/${strange}?a=${strange}#${strange}` }),
        () => open({ scope: `openid ${secret}` }),
        () => open({ resource: `https://x.example/${strange}` }),
        () => open({ prompt: secret, state: secret, nonce: secret, login_hint: secret }),
        () => post(server, "/token", codeRequest(secret, { code_verifier: secret })),
        () => post(server, "/token", refreshRequest(secret, { scope: secret })),
        () => post(server, "/token", codeRequest(code), basic("buildboard", secret)),
        () => post(server, "/token", { grant_type: secret }),
      ];
      for (const act of acts) {
        await act();
        server.pass(11);
      }
    }
    const stored = JSON.stringify(await rows());
    expect((await rows()).length).toBeGreaterThan(8);
    for (const secret of secrets)
      for (const form of [secret, encodeURIComponent(secret)]) expect(stored.includes(form), secret.slice(0, 6)).toBe(false);
  });

  it("is not left of what a client meets every day", async () => {
    await open({ prompt: "none" });
    expect(await rows()).toEqual([]);
  });

  it("is not left of a client that nobody knows or that has no developer", async () => {
    await open({ client_id: "nobody" });
    await post(server, "/introspect", { token: "x" }, basic("contoso-devops", "wrong"));
    await post(server, "/token", codeRequest("x"), basic("nobody", "wrong"));
    expect(await rows()).toEqual([]);
  });

  it("is written once in ten seconds for each kind, and counted after that", async () => {
    const first = server.deps.now();
    for (let again = 0; again < 5; again++) await open({ response_type: "token" });
    expect(await rows()).toMatchObject([{ count: 1 }]);
    server.pass(10);
    await open({ response_type: "token" });
    expect(await rows()).toMatchObject([{ count: 2, first_at: first, last_at: server.deps.now() }]);
  });

  it("costs no more than five writes in ten seconds, however many kinds of errors a stranger makes", async () => {
    await open({ scope: "x.start" });
    server.trips.reset();
    for (let kind = 0; kind < 20; kind++) await open({ client_id: "buildboard", scope: `x.${kind}` });
    expect(server.trips.d1).toBe(4);
    expect((await rows()).length).toBe(5);
    await open({ client_id: "cli", scope: "x.y" });
    expect((await rows()).length).toBe(6);
  });

  it("is one of the latest fifty kinds of its client", async () => {
    await open({ client_id: "cli", scope: "mine" });
    for (let kind = 0; kind < 55; kind++) {
      await open({ scope: `x.${kind}` });
      server.pass(11);
    }
    const texts = (await rows()).map(({ client_id, text }) => `${client_id} ${text}`);
    expect(texts).toHaveLength(51);
    expect(texts[0]).toMatch(/^cli .*mine/);
    expect(texts[1]).toContain("x.5 ");
    expect(texts.at(-1)).toContain("x.54 ");
  });

  it("goes after 30 days", async () => {
    await open({ response_type: "token" });
    server.pass(30 * DAY - 60);
    await work(server.deps);
    expect(await rows()).toHaveLength(1);
    server.pass(61);
    await work(server.deps);
    expect(await rows()).toEqual([]);
  });

  it("does not change the answer where it cannot be written", async () => {
    const broken = createServer({
      db: (real) =>
        new Proxy(real, {
          get: (target, name) => {
            const value = Reflect.get(target, name);
            if (typeof value !== "function") return value;
            if (name !== "batch") return value.bind(target);
            return (statements: D1PreparedStatement[]) =>
              statements.length === 2 ? Promise.reject(new Error("D1_ERROR: internal error")) : target.batch(statements);
          },
        }),
    });
    const response = await broken.fetch(authorizationUrl({ response_type: "token" }));
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("error")).toBe("unsupported_response_type");
    expect(await rows()).toEqual([]);
  });
});
