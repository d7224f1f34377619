import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { Client, JsonObject, Resource, TrustedIssuer } from "../../src/model.ts";
import {
  type AskedOfAssertion,
  type Asserted,
  checkBearer,
  decideEntitlement,
  parseAsserted,
} from "../../src/rules/assertionGrant.ts";

const trust: TrustedIssuer = {
  issuer: "https://idp.example",
  purposes: ["id_jag"],
  jwks: null,
  jwksUri: null,
  organization: { organizationId: "aaacme", name: "acme" },
  matchesEmail: true,
  tenant: null,
  clients: null,
  scopes: null,
};
const words = { title: "T", description: "D", access: "read", risk: "low" } as const;
const resource = (identifier: string, ...scopes: readonly string[]): Resource => ({
  identifier,
  name: identifier,
  scopes: scopes.map((name) => ({ name, ...words })),
  authorizationDetailsTypes: [{ type: `${identifier}/detail`, ...words, schema: { type: "object" } }],
  accessTokenSeconds: null,
  clientId: null,
  ownerId: null,
});
const registered = [resource("https://a.example", "a1", "a2"), resource("https://b.example", "b1")];
const clientOf = (scope?: string, method = "client_secret_basic"): Client =>
  ({
    clientId: "c",
    origin: "operator",
    metadata: { token_endpoint_auth_method: method, ...(scope ? { scope } : {}) },
  }) as Client;

type Says = Parameters<typeof decideEntitlement>[0];

const nothing: Says = { scopes: null, resources: null, details: [] };
const everything: AskedOfAssertion = { scopes: [], resources: [], details: [] };
const codeOf = (decide: () => unknown): unknown => {
  try {
    return decide();
  } catch (error) {
    return error instanceof OAuthError ? error.code : error;
  }
};

describe("decideEntitlement", () => {
  const names = fc.constantFrom("a1", "a2", "b1", "openid", "offline_access", "made.up");
  const subset = <T>(of: fc.Arbitrary<T>) => fc.uniqueArray(of, { maxLength: 6 });
  const identifiers = fc.constantFrom("https://a.example", "https://b.example", "https://elsewhere.example");

  const particulars = fc.constantFrom(
    ...registered.flatMap(({ identifier }) => [1, 2].map((n) => ({ type: `${identifier}/detail`, n }))),
  );

  it("never goes beyond the assertion, the trust, the client, the request, or the resources of its scopes", () => {
    fc.assert(
      fc.property(
        fc.option(subset(names)),
        fc.option(subset(names)),
        fc.option(subset(names)),
        subset(names),
        fc.option(subset(identifiers)),
        subset(identifiers),
        subset(particulars),
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, subset(particulars)),
        (asserted, trusted, own, asked, resources, askedResources, details, askedDetails) => {
          const client = clientOf(own?.join(" "));
          const decide = () =>
            decideEntitlement(
              { scopes: asserted, resources, details },
              { scopes: asked, resources: askedResources, details: askedDetails },
              { ...trust, scopes: trusted },
              client,
              registered,
            );
          const result = codeOf(decide);
          if (typeof result === "string") {
            expect(["invalid_scope", "invalid_target", "invalid_authorization_details"]).toContain(result);
            return;
          }
          const entitled = decide();
          expect(entitled.scopes.length + entitled.details.length).toBeGreaterThan(0);
          for (const detail of entitled.details) {
            expect(trusted).toBeNull();
            expect(details).toContainEqual(detail);
            if (askedDetails.length > 0) expect(askedDetails).toContainEqual(detail);
            expect(entitled.resources.some((identifier) => detail.type.startsWith(identifier))).toBe(true);
          }
          if (asserted === null && details.length > 0) expect(entitled.scopes).toEqual([]);
          for (const scope of entitled.scopes) {
            expect(
              registered.some(
                (one) => entitled.resources.includes(one.identifier) && one.scopes.some(({ name }) => name === scope),
              ),
            ).toBe(true);
            for (const limit of [asserted, trusted, own?.length ? own : null, asked.length > 0 ? asked : null])
              if (limit !== null) expect(limit).toContain(scope);
          }
          for (const identifier of entitled.resources) {
            expect(registered.map((one) => one.identifier)).toContain(identifier);
            if (resources !== null) expect(resources).toContain(identifier);
            if (askedResources.length > 0) expect(askedResources).toContain(identifier);
          }
          // Whoever names scopes or details gets all of them or is told.
          if (asked.length > 0) expect(entitled.scopes).toEqual(asked);
          if (askedDetails.length > 0) expect(entitled.details).toEqual(askedDetails);
        },
      ),
      { numRuns: 2000 },
    );
  });

  const detail = { type: "https://a.example/detail", n: 1 };
  const limit = (...organizations: readonly string[]) => ({ type: "organization_access", organizations });

  it.each<[string, Partial<Says>, Partial<AskedOfAssertion>, unknown, scopes?: readonly string[] | null]>([
    [
      "details alone give no scope",
      { details: [detail] },
      {},
      { scopes: [], resources: ["https://a.example"], details: [detail] },
    ],
    [
      "details beside scopes give both",
      { details: [detail], scopes: ["b1"] },
      {},
      { scopes: ["b1"], resources: ["https://b.example", "https://a.example"], details: [detail] },
    ],
    [
      "details of a resource that is not named are left out",
      { details: [detail], resources: ["https://b.example"] },
      {},
      "invalid_scope",
    ],
    ["details that are not in it are refused", { scopes: ["a1"] }, { details: [detail] }, "invalid_authorization_details"],
    ["a scope beside details must be in it", { details: [detail] }, { scopes: ["a1"] }, "invalid_scope"],
    [
      "details are left out where the operator named scopes",
      { details: [detail], scopes: ["a1", "b1"] },
      {},
      { scopes: ["a1"], resources: ["https://a.example"], details: [] },
      ["a1"],
    ],
    [
      "details are refused where the operator named scopes, if the request names them",
      { details: [detail], scopes: ["a1"] },
      { details: [detail] },
      "invalid_authorization_details",
      ["a1"],
    ],
    ["details alone give nothing where the operator named scopes", { details: [detail] }, {}, "invalid_scope", ["a1"]],
    [
      "an organization alone is no limit on scopes",
      { details: [limit("acme")] },
      {},
      { scopes: ["a1"], resources: ["https://a.example"], details: [limit("acme")] },
      ["a1"],
    ],
    [
      "an organization may be named, if it is the issuer's",
      { scopes: ["a1"] },
      { details: [limit("acme")] },
      { scopes: ["a1"], resources: ["https://a.example"], details: [limit("acme")] },
    ],
    ["another organization is refused", { scopes: ["a1"] }, { details: [limit("umbrella")] }, "invalid_authorization_details"],
    [
      "an assertion for another organization is refused",
      { scopes: ["a1"], details: [limit("umbrella")] },
      {},
      "invalid_authorization_details",
    ],
  ])("%s", (_, asserted, asked, expected, scopes = null) => {
    const trusted = { ...trust, scopes };
    const decide = () =>
      decideEntitlement({ ...nothing, ...asserted }, { ...everything, ...asked }, trusted, clientOf(), registered);
    expect(codeOf(decide)).toEqual(expected);
  });
});

describe("checkBearer", () => {
  const bearerOf = (profile: "jwt_bearer" | "id_jag", clients: readonly string[] | null, method?: string) =>
    codeOf(() => checkBearer(profile, { ...trust, clients }, clientOf(undefined, method)));

  it.each<["jwt_bearer" | "id_jag", readonly string[] | null, string, unknown]>([
    ["id_jag", null, "client_secret_basic", undefined],
    ["id_jag", ["c"], "private_key_jwt", undefined],
    ["id_jag", ["d"], "client_secret_basic", "unauthorized_client"],
    ["id_jag", [], "client_secret_basic", "unauthorized_client"],
    ["id_jag", ["c"], "none", "unauthorized_client"],
    ["jwt_bearer", ["c"], "client_secret_basic", undefined],
    ["jwt_bearer", ["c"], "none", undefined],
    ["jwt_bearer", null, "client_secret_basic", "unauthorized_client"],
    ["jwt_bearer", ["d"], "client_secret_basic", "unauthorized_client"],
  ])("%s with clients %j, from a client of the method %s: %s", (profile, clients, method, expected) => {
    expect(bearerOf(profile, clients, method)).toBe(expected);
  });
});

describe("parseAsserted", () => {
  const refuse = (reason: string) => new OAuthError("invalid_grant", reason);
  const parse = (claims: JsonObject, changes: Partial<TrustedIssuer> = {}): Asserted =>
    parseAsserted(
      { client_id: "c", iat: 1, ...claims },
      "id_jag",
      { ...trust, ...changes },
      { client: clientOf(), confirmation: null, latestAt: 1_000_000 },
      refuse,
    );

  it("reads the address only where it may be gone by", () => {
    expect(parse({ email: "ADA@Acme.example" }).email).toBe("ada@acme.example");
    expect(parse({ email: "ADA@Acme.example" }, { matchesEmail: false }).email).toBeNull();
    expect(parse({ email: "ADA@Acme.example", email_verified: false }).email).toBeNull();
    expect(parse({ email: "ADA@Acme.example", email_verified: true }).email).toBe("ada@acme.example");
  });

  it("takes whatever JSON an issuer may write, or refuses it as invalid_grant", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            "scope",
            "resource",
            "email",
            "acr",
            "auth_time",
            "cnf",
            "tenant",
            "aud_sub",
            "aud_tenant",
            "authorization_details",
          ),
          fc.jsonValue(),
        ),
        (claims) => {
          const result = codeOf(() => parse(claims as JsonObject));
          expect(result === "invalid_grant" || (typeof result === "object" && result !== null && "scopes" in result)).toBe(
            true,
          );
        },
      ),
    );
  });
});
