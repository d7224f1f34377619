import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import { parseResource, resourceJson, scopeNameProblem, translationsOf } from "../../src/rules/resource.ts";

const scope = { name: "notes.read", title: "Read", description: "Reads.", access: "read" };
const full = { name: "notes.all", title: "All", description: "Everything.", access: "full" };
const type = { type: "payment", title: "Pay", description: "Pays.", access: "write", schema: { type: "object" } };
const resource = { identifier: "https://api.example", name: "API", scopes: [scope] };

const problemOf = (input: unknown, path?: string): string => {
  try {
    parseResource(input, path);
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_request") return error.description;
    throw error;
  }
  throw new Error("it was taken");
};

const withScope = (changes: object) => ({ ...resource, scopes: [{ ...scope, ...changes }] });
const withType = (changes: object) => ({ ...resource, authorization_details_types: [{ ...type, ...changes }] });

describe("a resource", () => {
  it.each<[string, unknown, string]>([
    ["nothing", null, "is not an object"],
    ["a list", [resource], "is not an object"],
    ["a misspelt member", { ...resource, scope: [] }, "scope: is not a member that we know"],
    ["no identifier", { name: "API" }, "identifier: is missing"],
    ["a relative identifier", { ...resource, identifier: "/api" }, "identifier: is not an absolute URI"],
    ["an identifier with a space", { ...resource, identifier: "https://a.example/ b" }, "identifier: is not an absolute URI"],
    ["an identifier with a fragment", { ...resource, identifier: "https://a.example#b" }, "identifier: has a fragment"],
    ["a long identifier", { ...resource, identifier: `https://a.example/${"x".repeat(2040)}` }, "identifier: is longer than"],
    ["no name", { identifier: "https://a.example" }, "name: is missing"],
    ["a blank name", { ...resource, name: "  " }, "name: is empty"],
    ["a long name", { ...resource, name: "x".repeat(201) }, "name: is longer than 200 characters"],
    ["a name that turns the text around", { ...resource, name: "API\u202e" }, "name: holds characters that nobody sees"],
    ["a name with half a character", { ...resource, name: "\ud800" }, "name: holds control characters"],
    [
      "a translation that hides something",
      { ...resource, "name#de": "A\u200bPI" },
      "name#de: holds characters that nobody sees",
    ],
    ["a translation in no language", { ...resource, "name#": "API" }, "name#: does not end in a language tag"],
    ["a translation with a bad tag", { ...resource, "name#de_AT": "API" }, "name#de_AT: does not end in a language tag"],
    ["one language twice", { ...resource, "name#de": "A", "name#DE": "B" }, "name#DE: is there twice"],
    ["a translation in numbers", { ...resource, "name#de": 7 }, "name#de: is not a string"],
    ["a translated identifier", { ...resource, "identifier#de": "x" }, "identifier#de: is not a member that we know"],
    ["scopes that are no list", { ...resource, scopes: {} }, "scopes: is not an array"],
    [
      "too many scopes",
      { ...resource, scopes: Array.from({ length: 201 }, (_, at) => ({ ...scope, name: `n${at}` })) },
      "scopes: has more than 200",
    ],
    ["a scope in words", { ...resource, scopes: ["notes.read"] }, "scopes[0]: is not an object"],
    ["one scope twice", { ...resource, scopes: [scope, scope] }, "scopes[1].name: is notes.read, like scopes[0].name"],
    ["a scope with a space", withScope({ name: "a b" }), "scopes[0].name: is not a scope as RFC 6749 section 3.3 writes it"],
    ["a scope with a quote", withScope({ name: 'a"b' }), "scopes[0].name: is not a scope"],
    ["a wildcard", withScope({ name: "notes.*" }), "scopes[0].name: has a *"],
    ["nothing but a wildcard", withScope({ name: "*" }), "scopes[0].name: has a *"],
    ["a scope of OpenID Connect", withScope({ name: "openid" }), "scopes[0].name: is openid, which OpenID Connect defines"],
    ["a scope of our own", withScope({ name: "admin" }), "scopes[0].name: is admin, which is built in"],
    ["a scope of grant management", withScope({ name: "grant_management_query" }), "which is built in"],
    ["a scope without words", withScope({ title: undefined }), "scopes[0].title: is missing"],
    ["a long title", withScope({ title: "x".repeat(201) }), "scopes[0].title: is longer than 200 characters"],
    ["a long description", withScope({ "description#de": "x".repeat(1001) }), "scopes[0].description#de: is longer than 1000"],
    ["an access that there is not", withScope({ access: "admin" }), "scopes[0].access: is not one of read, write, full"],
    ["a risk that there is not", withScope({ risk: "none" }), "scopes[0].risk: is not one of low, medium, high"],
    [
      "full access of little risk",
      withScope({ access: "full", risk: "low" }),
      "scopes[0].risk: is not high, as full access always is",
    ],
    [
      "full access twice",
      { ...resource, scopes: [full, scope, { ...full, name: "x" }] },
      "scopes[2].access: is full, as that of another scope",
    ],
    [
      "a type of ours",
      withType({ type: "organization_access" }),
      "authorization_details_types[0].type: is organization_access",
    ],
    [
      "one type twice",
      { ...resource, authorization_details_types: [type, type] },
      "authorization_details_types[1].type: is payment, like",
    ],
    ["full access by a type", withType({ access: "full" }), "authorization_details_types[0].access: is not one of read, write"],
    ["a schema that is none", withType({ schema: [] }), "authorization_details_types[0].schema: is not an object"],
    [
      "a token that lives long",
      { ...resource, access_token_seconds: 3601 },
      "access_token_seconds: is not a whole number from 30 to 3600",
    ],
    ["a client that is no id", { ...resource, client_id: "a b" }, "client_id: is not 1 to 255 visible ASCII characters"],
  ])("is refused with %s, under the path of the member", (_, input, expected) => {
    expect(problemOf(JSON.parse(JSON.stringify(input)))).toContain(expected);
  });

  it("names its own place in the paths", () => {
    expect(problemOf({ ...resource, name: "" }, "resources[3]")).toBe("resources[3].name: is empty");
  });

  it("says in ASCII what is wrong, whatever is sent", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.dictionary(text, fc.jsonValue()), fc.dictionary(text, fc.jsonValue()), (extra, inScope) => {
        const description = problemOf({ ...extra, ...resource, scopes: [{ ...inScope, ...scope, access: "none" }] });
        expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      }),
    );
  });

  it("is read with its defaults", () => {
    expect(parseResource({ identifier: "urn:example:api", name: "API" })).toEqual({
      identifier: "urn:example:api",
      name: "API",
      scopes: [],
      authorizationDetailsTypes: [],
      accessTokenSeconds: null,
      clientId: null,
    });
    const { scopes } = parseResource({ ...resource, scopes: [scope, { ...scope, name: "w", access: "write" }, full] });
    expect(scopes.map(({ risk }) => risk)).toEqual(["low", "medium", "high"]);
  });

  it("keeps texts in other languages, joiners and emoji in them, and is written as it was read", () => {
    const written = {
      ...resource,
      "name#fa": "می\u200cخواهم",
      scopes: [{ ...scope, risk: "low", "title#zh-Hant": "讀取", "description#hi": "क्\u200dष", "title#de": "❤️ Lesen" }],
      authorization_details_types: [{ ...type, risk: "medium", "title#de": "Zahlen" }],
      access_token_seconds: 60,
      client_id: "api",
    };
    const parsed = parseResource(written);
    expect(translationsOf(parsed)).toEqual({ "name#fa": "می\u200cخواهم" });
    expect(resourceJson(parsed)).toEqual(written);
    expect(parseResource(resourceJson(parsed))).toEqual(parsed);
  });
});

describe("the name of a scope", () => {
  it("holds no wildcard and is none of ours", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(scopeNameProblem(`${before}*${after}`)).toBeDefined();
      }),
    );
    for (const name of ["notes.read", "api.example/notes", "https://api.example/notes:read"])
      expect(scopeNameProblem(name), name).toBeUndefined();
  });
});
