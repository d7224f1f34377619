import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/model.ts";
import { checkRequestObject, parametersIn } from "../../src/rules/requestObject.ts";

const issuer = "https://id.example";
const clientId = "buildboard";
const now = 1_800_000_000;
const HOUR = 3600;

/** The private reason of the refusal; undefined where there is none. */
function problemOf(claims: JsonObject, strict = false): string | undefined {
  const refuse = (reason: string) => new OAuthError("invalid_request_object", "No.", { reason });
  try {
    checkRequestObject(claims, { clientId, issuer, strict, now: now * 1000, refuse });
    return undefined;
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_request_object") return error.reason;
    throw error;
  }
}

const good = { iss: clientId, aud: issuer, client_id: clientId, nbf: now, exp: now + 300 };
const without = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));

describe("a request object", () => {
  it.each<[string, JsonObject, boolean, boolean]>([
    // What it says, whether it is refused to any client, and to one that must sign.
    ["all that it can", good, true, true],
    ["an audience of several, ours among them", { ...good, aud: ["https://other.example", issuer] }, true, true],
    ["no audience", without("aud"), true, false],
    ["an empty audience", { ...good, aud: [] }, false, false],
    ["another audience", { ...good, aud: "https://other.example" }, false, false],
    ["our audience with a slash more", { ...good, aud: `${issuer}/` }, false, false],
    ["an audience in an array in an array", { ...good, aud: [[issuer]] }, false, false],
    ["an audience that is an object", { ...good, aud: { [issuer]: true } }, false, false],
    ["no issuer", without("iss"), true, false],
    ["another issuer", { ...good, iss: "other" }, false, false],
    ["us as its issuer", { ...good, iss: issuer }, false, false],
    ["the client_id in an array", { ...good, client_id: [clientId] }, false, false],
    ["another client_id", { ...good, client_id: "other" }, false, false],
    ["no client_id", without("client_id"), false, false],
    ["the client as its subject", { ...good, sub: clientId }, false, false],
    ["a subject that is not the client", { ...good, sub: "someone" }, true, true],
    ["a request inside", { ...good, request: "x.y.z" }, false, false],
    ["a request_uri inside", { ...good, request_uri: "https://buildboard.example/r" }, false, false],
    ["an empty request_uri inside", { ...good, request_uri: "" }, false, false],

    ["no expiry", without("exp"), true, false],
    ["no beginning", without("nbf"), true, false],
    ["no times", without("exp", "nbf"), true, false],
    ["an expiry that is a text", { ...good, exp: String(now + 300) }, false, false],
    ["a beginning that is null", { ...good, nbf: null }, false, false],
    ["an expiry beyond every number", { ...good, exp: Number.POSITIVE_INFINITY }, false, false],
    ["an issue that is a text", { ...good, iat: "today" }, false, false],
    ["an expiry nine seconds ago", { ...good, exp: now - 9 }, true, true],
    ["an expiry ten seconds ago", { ...good, exp: now - 10 }, false, false],
    ["an expiry that is negative", { ...good, exp: -1 }, false, false],
    ["a beginning in eight seconds", { ...good, nbf: now + 8 }, true, true],
    ["a beginning in a minute", { ...good, nbf: now + 60 }, false, false],
    ["an issue in eight seconds", { ...good, iat: now + 8 }, true, true],
    ["an issue in a minute", { ...good, iat: now + 60 }, false, false],
    ["a life of an hour", { ...good, exp: now + HOUR }, true, true],
    ["a life of an hour and a second", { ...good, exp: now + HOUR + 1 }, false, false],
    ["a life of 70 minutes and no beginning", { ...without("nbf"), exp: now + 4200 }, false, false],
    ["a beginning 59 minutes ago", { ...good, nbf: now - 3540, exp: now + 30 }, true, true],
    ["a beginning 70 minutes ago", { ...good, nbf: now - 4200, exp: now - 600 }, false, false],
  ])("that says %s", (_, claims, allowed, allowedWhereStrict) => {
    expect(problemOf(claims) === undefined, problemOf(claims)).toBe(allowed);
    expect(problemOf(claims, true) === undefined, problemOf(claims, true)).toBe(allowedWhereStrict);
  });

  it("that is refused to any client is refused to one that must sign, whatever it says", () => {
    const time = fc.option(fc.oneof(fc.integer({ min: now - 5000, max: now + 5000 }), fc.string()), { nil: undefined });
    const text = (value: unknown) => fc.constantFrom(value, undefined, "other", [value], null, 7);
    const claims = fc.record({
      iss: text(clientId),
      aud: text(issuer),
      client_id: text(clientId),
      sub: text(clientId),
      exp: time,
      nbf: time,
      iat: time,
    });
    fc.assert(
      fc.property(claims, (said) => {
        if (problemOf(said) !== undefined) expect(problemOf(said, true)).toBeDefined();
      }),
    );
  });

  it("is good for an hour at most, whoever sends it", () => {
    const offset = fc.integer({ min: -2 * HOUR, max: 4 * HOUR });
    fc.assert(
      fc.property(offset, offset, fc.boolean(), (exp, nbf, strict) => {
        if (problemOf({ ...good, exp: now + exp, nbf: now + nbf }, strict) !== undefined) return;
        expect(exp).toBeGreaterThan(-11);
        expect(exp - nbf).toBeLessThanOrEqual(HOUR);
        expect(nbf).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe("the parameters of a request object", () => {
  const read = (claims: JsonObject) => Object.fromEntries(parametersIn(claims));

  it("are its claims, save those about the object itself", () => {
    expect(read({ ...good, sub: "s", iat: now, jti: "j", request: "r", request_uri: "u", state: "x" })).toEqual({
      client_id: [clientId],
      state: ["x"],
    });
  });

  it.each<[string, unknown, readonly string[]]>([
    ["max_age", 60, ["60"]],
    ["max_age", 0, ["0"]],
    ["max_age", "60", ["60"]],
    ["state", "", [""]],
    ["claims", { id_token: { acr: { essential: true } } }, ['{"id_token":{"acr":{"essential":true}}}']],
    ["claims", '{"id_token":{}}', ['{"id_token":{}}']],
    ["authorization_details", [{ type: "a" }], ['[{"type":"a"}]']],
    ["resource", "https://a.example", ["https://a.example"]],
    ["resource", ["https://a.example", "https://b.example"], ["https://a.example", "https://b.example"]],
    ["resource", [], []],
    ["scope", ["openid", "email"], ['["openid","email"]']],
  ])("have %s, given as %j, as the text that it is in a query", (name, value, expected) => {
    expect(read({ [name]: value })).toEqual({ [name]: expected });
  });

  it("are absent where the claim is null", () => {
    expect(read({ state: null, nonce: undefined })).toEqual({});
  });

  it("are texts, whatever the claims are", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => {
        for (const value of [...parametersIn(claims).values()].flat()) expect(typeof value).toBe("string");
      }),
    );
  });

  it("cannot reach what every object has", () => {
    expect(parametersIn({}).get("constructor")).toBeUndefined();
    expect(parametersIn(JSON.parse('{"__proto__":"x"}')).get("__proto__")).toEqual(["x"]);
  });
});
