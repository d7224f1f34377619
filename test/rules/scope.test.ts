import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Client, ClientMetadata, OrganizationPolicy, OrganizationReach, Resource } from "../../src/model.ts";
import { parseClaims, requestedClaims, subjectAllowed } from "../../src/rules/claims.ts";
import { decideAccess, reachedOrganizations } from "../../src/rules/organizations.ts";
import { checkResources, identityScopes, mayAsk, narrow, parseScope } from "../../src/rules/scope.ts";

const ISSUER = "https://id.example";
const resource = (identifier: string, ...names: string[]): Resource => ({
  identifier,
  name: identifier,
  scopes: names.map((name) => ({ name, title: name, description: name, access: "read", risk: "low" })),
  authorizationDetailsTypes: [],
  accessTokenSeconds: null,
  ownerId: null,
  clientId: null,
});
const resources = [resource("https://a.example", "a.read", "a.write"), resource("https://b.example", "b.read")];
const scopes = [...identityScopes, "a.read", "a.write", "b.read"];
const some = <T>(values: readonly T[]) => fc.subarray([...values]);

describe("narrow", () => {
  it("gives a token nothing that was not authorized, and no scope without the resource that owns it", () => {
    fc.assert(
      fc.property(
        some(scopes),
        some(scopes),
        some(resources.map(({ identifier }) => identifier)),
        (authorized, wanted, named) => {
          const narrowed = narrow(
            { scopes: authorized, resources: named },
            { scopes: wanted, resources: named.length === 0 ? null : named },
            resources,
          );
          for (const scope of narrowed.scopes) {
            expect(authorized).toContain(scope);
            expect(wanted).toContain(scope);
            const owner = resources.find((one) => one.scopes.some(({ name }) => name === scope));
            if (owner !== undefined) expect(narrowed.resources).toContain(owner.identifier);
          }
        },
      ),
    );
  });

  it("gives everything where nothing narrower is asked for", () => {
    const authorized = {
      scopes: ["openid", "a.read", "b.read"],
      resources: ["https://a.example", "https://b.example", ISSUER],
    };
    expect(narrow(authorized, { scopes: null, resources: null }, resources)).toEqual(authorized);
  });
});

describe("checkResources", () => {
  it.each<[string, string[], string[], string[]]>([
    ["the owners of the scopes where none is named", [], ["a.read", "b.read"], ["https://a.example", "https://b.example"]],
    ["the issuer too where openid is asked for", [], ["openid", "a.read"], ["https://a.example", ISSUER]],
    ["those that are named", ["https://a.example"], ["a.read"], ["https://a.example"]],
    ["one that is named without any scope of its own", ["https://b.example"], ["openid"], ["https://b.example", ISSUER]],
  ])("yields %s", (_, named, asked, expected) => {
    expect(checkResources(named, asked, [], resources, ISSUER)).toEqual(expected);
  });

  it.each<[string, string[], string[], string]>([
    ["one that nobody registered", ["https://c.example"], ["openid"], "invalid_target"],
    ["one with a slash more", ["https://a.example/"], ["openid"], "invalid_target"],
    ["others than the owner of a scope", ["https://b.example"], ["a.read"], "invalid_scope"],
  ])("refuses %s", (_, named, asked, code) => {
    expect(() => checkResources(named, asked, [], resources, ISSUER)).toThrow(expect.objectContaining({ code }));
  });
});

describe("parseScope", () => {
  it("keeps each word once, in order", () => {
    expect(parseScope("b a  b c")).toEqual(["b", "a", "c"]);
  });

  it.each(['a"b', "a\\b", "ä", "a\tb", "a\u0000b", `${"a ".repeat(2049)}`])("refuses %j", (text) => {
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: "invalid_scope" }));
  });
});

describe("the claims parameter", () => {
  it.each(["", "null", "[]", "1", '{"userinfo":1}', '{"id_token":{"email":1}}', '{"id_token":{"email":{"values":"x"}}}', "{"])(
    "is refused as %j",
    (text) => {
      expect(() => parseClaims(text)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    },
  );

  it("leaves out what is not known, prototypes included", () => {
    const parsed = parseClaims('{"id_token":{"__proto__":null,"constructor":null,"unheard_of":null,"email":null}}');
    expect(parsed).toEqual({ id_token: { email: null }, userinfo: {} });
  });

  it("asks the person only for what the scopes do not cover", () => {
    const claims = parseClaims('{"id_token":{"email":null,"name":null,"auth_time":null},"userinfo":{"phone_number":null}}');
    expect(requestedClaims(claims, ["openid", "profile"])).toEqual(["email", "phone_number"]);
  });

  it("insists on a subject by value or values", () => {
    expect(subjectAllowed(parseClaims('{"id_token":{"sub":{"value":"aaada"}}}'), "aagrace")).toBe(false);
    expect(subjectAllowed(parseClaims('{"id_token":{"sub":{"values":["aaada","aagrace"]}}}'), "aagrace")).toBe(true);
    expect(subjectAllowed(null, "aagrace")).toBe(true);
  });
});

describe("mayAsk", () => {
  const registered = (origin: Client["origin"], metadata: Partial<ClientMetadata>): Client => ({
    clientId: "assistant",
    metadata: {
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["authorization_code", "refresh_token"],
      scope: "a.read grant_management_query",
      ...metadata,
    } as ClientMetadata,
    secrets: [],
    origin,
    ownerId: null,
    publisher: null,
    createdAt: 0,
  });
  const client_credentials = { grant_types: ["authorization_code", "client_credentials"] } as const;

  it.each<[Client["origin"], Partial<ClientMetadata>, string, boolean]>([
    ["operator", {}, "a.read", true],
    ["operator", {}, "a.write", false],
    ["operator", { scope: undefined } as object, "a.write", true],
    ["developer", {}, "a.write", false],
    ["document", {}, "a.write", false],
    // It may register another scope at any time, so that this one bounds nothing.
    ["registration", {}, "a.write", true],
    ["registration", { grant_types: ["urn:ietf:params:oauth:grant-type:device_code"] }, "a.write", true],
    ["registration", { software_statement: "e30.e30.AA" }, "a.write", false],
    ["registration", client_credentials, "a.write", false],
    ["registration", client_credentials, "a.read", true],
    ["registration", {}, "admin", false],
    ["registration", { token_endpoint_auth_method: "none" }, "grant_management_query", false],
    ["operator", { scope: "admin" }, "admin", true],
    ["operator", { scope: undefined } as object, "admin", false],
  ])("of a client by %s with %j about %s says %s", (origin, metadata, scope, may) => {
    expect(mayAsk(registered(origin, metadata), scope)).toBe(may);
  });
});

describe("an organization's policy", () => {
  const client = (verified: boolean): Client => ({
    clientId: "buildboard",
    metadata: {} as Client["metadata"],
    secrets: [],
    origin: "operator",
    ownerId: null,
    publisher: { name: "Northstar", verifiedAt: verified ? 1 : null },
    createdAt: 0,
  });
  const at = (policy: OrganizationPolicy, decision: OrganizationReach["decision"]): OrganizationReach => ({
    organizationId: `aa${policy}`,
    name: policy,
    displayName: policy,
    role: "member",
    policy,
    decision,
  });

  it.each<[OrganizationPolicy, OrganizationReach["decision"], boolean, string]>([
    ["all", null, false, "allowed"],
    ["all", "denied", true, "refused"],
    ["verified", null, true, "allowed"],
    ["verified", null, false, "needs_approval"],
    ["verified", "approved", false, "allowed"],
    ["verified", "denied", true, "refused"],
    ["approved", null, true, "needs_approval"],
    ["approved", "requested", true, "needs_approval"],
    ["approved", "approved", false, "allowed"],
    ["none", "approved", true, "refused"],
  ])("%s, with the decision %s and a publisher verified %s, is %s", (policy, decision, verified, access) => {
    expect(decideAccess(at(policy, decision), client(verified))).toBe(access);
  });

  it("and the person's choice both bound what a token may enter", () => {
    const all = [at("all", null), at("approved", null), at("verified", null)];
    expect(reachedOrganizations(all, client(true), null)).toEqual(["all", "verified"]);
    expect(reachedOrganizations(all, client(true), ["aaapproved", "aaverified", "aaforeign"])).toEqual(["verified"]);
    expect(reachedOrganizations(all, client(true), [])).toEqual([]);
  });
});
