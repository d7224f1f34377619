import { beforeAll, describe, expect, it } from "vitest";
import { protect } from "../../src/verify/hono.ts";
import {
  challenge,
  checkRequest,
  checkToken,
  isForClient,
  type Needs,
  OAuthError,
  type TokenNeeds,
} from "../../src/verify/index.ts";
import { AUDIENCE, arrange, claims, headerOf, makeKey, refusal, SECONDS, sign, type TestKey } from "./issuer.ts";

let key: TestKey;
beforeAll(async () => {
  key = await makeKey("k1");
});

/** The claims of a token that a client got for itself. */
const own = { sub: "buildboard", grant_id: undefined, sid: undefined, auth_time: undefined, acr: undefined };

const token = (changes: Readonly<Record<string, unknown>> = {}) => sign(key, headerOf(key), claims(changes));

/** The answer of a server that needs this to a token with these claims. */
async function answer(changes: Readonly<Record<string, unknown>>, ...needs: Needs): Promise<Response> {
  const { resourceServer } = arrange([key]);
  const request = new Request(AUDIENCE, { headers: { authorization: `Bearer ${await token(changes)}` } });
  return checkRequest(request, resourceServer, ...needs).then(
    (accepted) => Response.json(accepted),
    (error: unknown) => challenge(error, resourceServer),
  );
}

describe("a recent sign-in (RFC 9470)", () => {
  // The token's person signed in a minute ago; the clocks may be a minute apart.
  it.each<[number, number, number]>([
    [60, 0, 200],
    [60, 60, 200],
    [120, 60, 200],
    [121, 60, 401],
    [61, 0, 401],
    [3600, 3600, 200],
    [3661, 3600, 401],
    [-60, 0, 200],
  ])("of %i seconds ago, where %i are allowed: %i", async (age, maxAgeSeconds, status) => {
    expect((await answer({ auth_time: SECONDS - age }, { maxAgeSeconds })).status).toBe(status);
  });

  it("is asked for with all that the operation needs, so that one new authorization will do", async () => {
    const needs = { scopes: ["workitems.read", "workitems.write"], acrValues: ["phr", "mfa"], maxAgeSeconds: 300 };
    const response = await answer({ auth_time: SECONDS - 1000 }, needs);
    expect(response.status).toBe(401);
    const description = "The person must sign in in another way.";
    const asked =
      'scope="workitems.read workitems.write", acr_values="phr mfa", max_age="300", ' +
      'resource_metadata="https://api.example/.well-known/oauth-protected-resource"';
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${AUDIENCE}", error="insufficient_user_authentication", error_description="${description}", ${asked}, ` +
        `DPoP realm="${AUDIENCE}", ${asked}, algs="ES256 PS256 EdDSA"`,
    );
    expect(await response.json()).toEqual({ error: "insufficient_user_authentication", error_description: description });
  });

  it("is told of to who comes without a token too", async () => {
    const { resourceServer } = arrange([key]);
    const error = await refusal(checkRequest(new Request(AUDIENCE), resourceServer, { acrValues: ["phr"], maxAgeSeconds: 0 }));
    expect(error.headers["WWW-Authenticate"]).toContain('acr_values="phr", max_age="0"');
  });
});

describe("a way to sign in (RFC 9470)", () => {
  it.each<[string | undefined, readonly string[], number]>([
    ["pwd", ["pwd"], 200],
    ["pwd", ["phr", "pwd"], 200],
    ["pwd", ["phr"], 401],
    ["pwd", ["pwd2", "PWD", "pwd "], 401],
    [undefined, ["pwd"], 401],
    ["", ["pwd"], 401],
  ])("%j where one of %j is needed: %i", async (acr, acrValues, status) => {
    expect((await answer({ acr }, { acrValues })).status).toBe(status);
  });
});

it.each<[string, TokenNeeds]>([
  ["maxAgeSeconds", { maxAgeSeconds: 1_000_000_000 }],
  ["acrValues", { acrValues: ["pwd"] }],
])("a token that does not say how its person signed in never meets %s", async (_, needs) => {
  for (const changes of [{ auth_time: undefined, acr: undefined }, own]) {
    const response = await answer(changes, needs);
    expect([response.status, await response.json()]).toMatchObject([401, { error: "insufficient_user_authentication" }]);
  }
});

describe("full access, where an operation is part of it", () => {
  const needs = { scopes: ["notes.read", "notes.write"], fullAccess: "notes.all" };

  it.each<[string, number]>([
    ["notes.all", 200],
    ["openid notes.all", 200],
    ["notes.read notes.write", 200],
    ["notes.read", 403],
    ["notes.al", 403],
    ["notes.all.of.it notes.read", 403],
  ])("a token with %j: %i", async (scope, status) => {
    expect((await answer({ scope }, needs)).status).toBe(status);
  });

  it("is nothing where the operation does not say so, and no challenge asks for it", async () => {
    expect((await answer({ scope: "notes.all" }, "notes.read")).status).toBe(403);
    const refused = await answer({ scope: "notes.read" }, needs);
    expect(refused.headers.get("www-authenticate")).toContain('scope="notes.read notes.write", ');
    expect(refused.headers.get("www-authenticate")).not.toContain("notes.all");
  });

  it("does not stand in for a sign-in", async () => {
    expect((await answer({ scope: "notes.all", acr: "pwd" }, { ...needs, acrValues: ["phr"] })).status).toBe(401);
    expect((await answer({ ...own, scope: "notes.all" }, { ...needs, person: true })).status).toBe(401);
  });
});

it("a refusal of one's own says what would do as ours do", async () => {
  const { resourceServer } = arrange([key]);
  const refused = challenge(new OAuthError("insufficient_scope", "It lacks code.read."), resourceServer, "code.read");
  expect([refused.status, refused.headers.get("www-authenticate"), await refused.json()]).toEqual([
    403,
    `Bearer realm="${AUDIENCE}", error="insufficient_scope", error_description="It lacks code.read.", scope="code.read", ` +
      'resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    { error: "insufficient_scope", error_description: "It lacks code.read." },
  ]);
});

describe("a token that a client got for itself", () => {
  it("is good where nobody asks for a person, and says what it is", async () => {
    const { resourceServer } = arrange([key]);
    const accepted = await checkToken(await token(own), resourceServer, "builds.read");
    expect([isForClient(accepted), accepted.sub]).toEqual([true, "buildboard"]);
    expect(isForClient(await checkToken(await token(), resourceServer))).toBe(false);
  });

  it.each([{ grant_id: "aa-grant" }, { sid: "aa-family" }, { sub: "somebody-else" }, { client_id: "another" }])(
    "is none if there is anything of a person in it, and not all: %j",
    async (changes) => {
      expect((await answer({ ...own, ...changes })).status).toBe(401);
    },
  );

  it("is refused where a person is needed, and a person's token is not", async () => {
    const response = await answer(own, { scopes: ["builds.read"], person: true });
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: "insufficient_user_authentication", error_description: "A token that speaks for a person is needed." },
    ]);
    expect((await answer({}, { scopes: ["builds.read"], person: true })).status).toBe(200);
  });
});

describe("who acts for the person (RFC 8693)", () => {
  it("stands in the claims", async () => {
    const act = { sub: "reporter", act: { sub: "buildboard" } };
    expect(await (await answer({ act })).json()).toMatchObject({ sub: "aa-ada", act });
  });

  it.each([null, "reporter", [], {}, { sub: 5 }, { sub: "a", act: null }, { sub: "a", act: { act: { sub: "b" } } }])(
    "is refused where it is nobody: %j",
    async (act) => {
      expect((await answer({ act })).status).toBe(401);
    },
  );
});

it.each([{ auth_time: "1" }, { auth_time: null }, { auth_time: {} }, { acr: 5 }, { acr: null }, { acr: ["pwd"] }])(
  "a claim of another type makes the token invalid: %j",
  async (changes) => {
    const response = await answer(changes);
    expect([response.status, await response.json()]).toMatchObject([401, { error: "invalid_token" }]);
  },
);

it("who acts for whom may be a long story", async () => {
  let act: object = { sub: "a" };
  for (let depth = 0; depth < 500; depth++) act = { sub: "a", act };
  const response = await answer({ act });
  expect([response.status, await response.json()]).toMatchObject([200, { act }]);
});

describe("needs that no client could meet are a fault of the server", () => {
  it.each<[string, Needs]>([
    ["offline_access", ["builds.read", "offline_access"]],
    ["offline_access", [{ scopes: ["builds.read offline_access"] }]],
    ["offline_access", [{ scopes: ["builds.read"], fullAccess: "offline_access" }]],
    ["fullAccess", [{ scopes: ["builds.read"], fullAccess: "" }]],
    ["fullAccess", [{ scopes: ["builds.read"], fullAccess: "notes.all notes.read" }]],
    ["acrValues", [{ acrValues: [] }]],
    ["maxAgeSeconds", [{ maxAgeSeconds: -1 }]],
    ["maxAgeSeconds", [{ maxAgeSeconds: 1.5 }]],
    ["maxAgeSeconds", [{ maxAgeSeconds: Number.NaN }]],
  ])("%s: %j", async (name, needs) => {
    const { resourceServer } = arrange([key]);
    const error = await refusal(checkRequest(new Request(AUDIENCE), resourceServer, ...needs));
    expect([error.code, error.status, error.message]).toEqual(["server_error", 500, expect.stringContaining(name)]);
    expect((await answer({}, ...needs)).headers.has("www-authenticate")).toBe(false);
    expect(() => protect({ issuer: "https://id.example", audience: AUDIENCE }, ...needs)).toThrow(name);
  });
});
