import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuthorizationDetail, Client, OrganizationReach, Resource } from "../../src/model.ts";
import {
  authorizationDetailsTypes,
  canonical,
  detailsOfToken,
  hasDetail,
  isWithin,
  mayUse,
  namedOrganizations,
  parseAuthorizationDetails,
  schemaProblem,
} from "../../src/rules/authorizationDetails.ts";

const API = "https://api.example";
const OTHER = "https://other.example";

const resource = (identifier: string, type: string, schema: Resource["authorizationDetailsTypes"][0]["schema"]): Resource => ({
  identifier,
  name: identifier,
  scopes: [],
  authorizationDetailsTypes: [{ type, title: type, description: type, access: "read", risk: "low", schema }],
  accessTokenSeconds: null,
  ownerId: null,
  clientId: null,
});

const payment = {
  type: "object",
  required: ["type", "amount"],
  properties: { amount: { type: "object", required: ["value"], properties: { value: { type: "number" } } } },
};
const resources = [
  resource(API, "payment", payment),
  resource(OTHER, "anything", {}),
  resource("https://third.example", "placed", {
    properties: { type: true, locations: { type: "array", maxItems: 1 } },
    required: ["locations"],
    additionalProperties: false,
  }),
];

const clientOf = (authorization_details_types?: readonly string[]): Client =>
  ({ metadata: { authorization_details_types } }) as unknown as Client;
const parse = (details: unknown, client = clientOf()) =>
  parseAuthorizationDetails(typeof details === "string" ? details : JSON.stringify(details), client, resources);

/** What the service is told; undefined when nothing is wrong. */
function refusalOf(details: unknown, client?: Client): string | undefined {
  try {
    parse(details, client);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_authorization_details", status: 400 });
    return error instanceof Error ? error.message : String(error);
  }
}

const paid = { type: "payment", amount: { value: 5 } };
const any = (members: object = {}): AuthorizationDetail => ({ type: "anything", ...members });
const onlyIn = (...organizations: string[]): AuthorizationDetail => ({ type: "organization_access", organizations });

describe("parseAuthorizationDetails", () => {
  it("takes an absent parameter for an empty one", () => {
    expect(parseAuthorizationDetails(undefined, clientOf(), resources)).toEqual([]);
  });

  it("says what means the same once", () => {
    expect(parse([any({ a: 1, b: [2, { c: 3, d: 4 }] }), any({ b: [2, { d: 4, c: 3 }], a: 1 })])).toHaveLength(1);
    expect(parse([any({ a: [1, 2] }), any({ a: [2, 1] })])).toHaveLength(2);
  });

  it.each<[string, unknown, string]>([
    ["which member breaks the schema", [any(), { type: "payment", amount: { value: "5" } }], "[1].amount.value"],
    ["which element lacks a member", [{ type: "payment" }], "authorization_details[0]"],
    ["which type is unknown", [any(), { type: "Payment" }], "authorization_details[1] is of a type that is not known here."],
    ["that a location is another resource's", [{ ...paid, locations: [API, OTHER] }], "[0].locations"],
    ["that locations are a list", [{ ...paid, locations: API }], "[0].locations"],
    ["that ours is at no location", [{ ...onlyIn("a"), locations: [API] }], "[0].locations"],
    ["that a schema may limit locations too", [{ type: "placed" }], "authorization_details[0]"],
    ["that the type is a text", [{ type: ["payment"] }], "is not an object with a type"],
    ["that null is no element", [null], "is not an object with a type"],
    ["that a list is no element", [[paid]], "is not an object with a type"],
    ["that a number is out of range", '[{"type":"anything","a":[1e999]}]', "out of range"],
    ["that a text is none", '[{"type":"anything","\\ufffd":1}]', "not valid Unicode"],
  ])("tells %s", (_, details, expected) => {
    expect(refusalOf(details)).toContain(expected);
  });

  it("takes a location that is the type's own resource", () => {
    expect(refusalOf([{ ...paid, locations: [API] }])).toBeUndefined();
    expect(refusalOf([{ type: "placed", locations: ["https://third.example"] }])).toBeUndefined();
  });

  it("refuses what is nested deeper than ten levels, however deep", () => {
    const nested = (levels: number) => `[{"type":"anything","a":${"[".repeat(levels)}${"]".repeat(levels)}}]`;
    expect(refusalOf(nested(9))).toBeUndefined();
    for (const levels of [10, 100, 8000]) expect(refusalOf(nested(levels))).toContain("nested too deeply");
  });

  it("refuses more than 16 KB before reading it", () => {
    expect(refusalOf(`[${" ".repeat(16 * 1024)}`)).toContain("16 KB");
  });

  it("refuses more than 50 elements", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => any({ index }));
    expect(refusalOf(many(50))).toBeUndefined();
    expect(refusalOf(many(51))).toContain("50");
  });

  it("asks for the types that the client registered, if it registered any", () => {
    expect(refusalOf([any()], clientOf(["payment"]))).toContain("not registered for");
    expect(refusalOf([any()], clientOf([]))).toContain("not registered for");
    expect(refusalOf([any()], clientOf(["payment", "anything"]))).toBeUndefined();
    expect([mayUse(clientOf(), "x"), mayUse(clientOf([]), "x")]).toEqual([true, false]);
  });

  it("never throws anything else, and describes errors in the characters that RFC 6749 section 5.2 allows", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())).map((list) => JSON.stringify(list)),
    );
    const typed = fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
      .chain((members) => fc.constantFrom("payment", "organization_access", "anything").map((type) => [{ ...members, type }]));
    fc.assert(
      fc.property(fc.oneof(texts, typed), (details) => {
        const told = refusalOf(details) ?? "fine";
        expect(told).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,300}$/);
      }),
    );
  });
});

describe("canonical", () => {
  const members = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, member]) => [name, reversed(member)]),
    );
  };

  it("is the same whatever the order of members, and is JSON of the same", () => {
    fc.assert(
      fc.property(members, (object) => {
        const detail = any(object);
        expect(canonical(reversed(detail) as AuthorizationDetail)).toBe(canonical(detail));
        expect(JSON.parse(canonical(detail))).toEqual(JSON.parse(JSON.stringify(detail)));
      }),
    );
  });
});

describe("isWithin", () => {
  it.each<[string, boolean, AuthorizationDetail[], AuthorizationDetail[]]>([
    ["nothing", true, [], []],
    ["some of it", true, [any({ a: 1 })], [any({ a: 2 }), any({ a: 1 })]],
    ["the same in another order", true, [any({ a: 1, b: 2 })], [any({ b: 2, a: 1 })]],
    ["another value", false, [any({ a: 1 })], [any({ a: 2 })]],
    ["a member less, which may mean more", false, [any()], [any({ a: 1 })]],
    ["fewer organizations", true, [onlyIn("a")], [onlyIn("b", "a")]],
    ["another organization", false, [onlyIn("a", "c")], [onlyIn("b", "a")]],
    ["organizations where none were named", true, [onlyIn("a")], []],
  ])("of %s: %s", (_, expected, asked, authorized) => {
    expect(isWithin(asked, authorized)).toBe(expected);
  });
});

describe("detailsOfToken", () => {
  const authorized = [any({ a: 1 }), any({ a: 2 }), paid];
  const details = (changes: {
    authorized?: AuthorizationDetail[];
    asked?: AuthorizationDetail[];
    granted?: AuthorizationDetail[];
    audience?: string[];
  }) =>
    detailsOfToken(
      changes.authorized ?? authorized,
      changes.asked ?? null,
      changes.granted ?? authorized,
      ["a"],
      changes.audience ?? [API, OTHER],
      resources,
    );

  it.each<[string, Parameters<typeof details>[0], AuthorizationDetail[]]>([
    ["everything", {}, authorized],
    ["what the grant still has", { granted: [any({ a: 2 })] }, [any({ a: 2 })]],
    ["what is the audience's", { audience: [API] }, [paid]],
    ["what the request asks for", { asked: [any({ a: 1 })] }, [any({ a: 1 })]],
    ["nothing of a type that nobody defines any more", { authorized: [{ type: "gone" }], granted: [{ type: "gone" }] }, []],
    ["the organizations reached, not those asked for", { authorized: [onlyIn("a", "b")] }, [onlyIn("a")]],
    [
      "the organizations also where the request narrows to them",
      { asked: [any({ a: 1 }), onlyIn("a")] },
      [any({ a: 1 }), onlyIn("a")],
    ],
  ])("are %s", (_, changes, expected) => {
    expect(details(changes)).toEqual(expected);
  });

  it("are never beyond the grant or the audience", () => {
    const detail = fc.constantFrom(any({ a: 1 }), any({ a: 2 }), paid, { type: "gone" });
    const list = fc.array(detail);
    fc.assert(
      fc.property(list, fc.option(list), list, fc.subarray([API, OTHER]), (authorized, asked, granted, audience) => {
        for (const one of detailsOfToken(authorized, asked, granted, [], audience, resources)) {
          expect([authorized, granted, asked ?? authorized].every((all) => hasDetail(all, one))).toBe(true);
          expect(audience).toContain(one.type === "payment" ? API : OTHER);
        }
      }),
    );
  });
});

it("names of organizations count only where the person is a member", () => {
  const reach = ["a", "b"].map((name) => ({ organizationId: `id-${name}`, name }) as OrganizationReach);
  expect(namedOrganizations([onlyIn("b", "c")], reach)?.map(({ name }) => name)).toEqual(["b"]);
  expect(namedOrganizations([any()], reach)).toBeUndefined();
});

it("the types on offer are ours and those of every resource", () => {
  expect(authorizationDetailsTypes(resources)).toEqual(["organization_access", "payment", "anything", "placed"]);
});

it.each<[string, object, boolean]>([
  ["an empty schema", {}, true],
  ["a schema with a definition", { $defs: { a: { type: "string" } }, properties: { a: { $ref: "#/$defs/a" } } }, true],
  ["a reference to nothing", { $ref: "#/$defs/missing" }, false],
  ["a pattern that is no expression", { properties: { type: { type: "string", pattern: "[" } } }, false],
])("%s can be a type's, or not", (_, schema, expected) => {
  expect(schemaProblem({ ...schema }) === undefined).toBe(expected);
});
