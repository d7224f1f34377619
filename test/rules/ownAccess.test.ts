import fc from "fast-check";
import { expect, test } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { Client, ClientOrigin, Resource } from "../../src/model.ts";
import { decideOwnAccess } from "../../src/rules/ownAccess.ts";
import { ADMIN_SCOPE, findOwner, grantManagementScopes, identityScopes } from "../../src/rules/scope.ts";

const ISSUER = "https://id.example";
const words = { title: "T", description: "D", risk: "low" } as const;

const resourceOf = (name: string, ownerId: string | null): Resource => ({
  identifier: `https://${name}.example`,
  name,
  scopes: [
    { name: `${name}.read`, ...words, access: "read" },
    { name: `${name}.all`, ...words, access: "full", risk: "high" },
  ],
  authorizationDetailsTypes: [{ type: `${name}.detail`, ...words, access: "read", schema: {} }],
  accessTokenSeconds: null,
  clientId: null,
  ownerId,
});

/** The operator's, Ada's and Grace's. */
const registered = [resourceOf("a", null), resourceOf("b", "ada"), resourceOf("c", "grace")];
const identifiers = registered.map(({ identifier }) => identifier);
const scopes = registered.flatMap((resource) => resource.scopes.map(({ name }) => name));
const known = [...scopes, ...identityScopes, ...grantManagementScopes, ADMIN_SCOPE];

interface Case {
  readonly origin: ClientOrigin;
  readonly ownerId: string | null;
  readonly method: string;
  readonly own: readonly string[] | null;
  readonly types: readonly string[] | null;
}

const clientOf = ({ origin, ownerId, method, own, types }: Case): Client =>
  ({
    clientId: "robot",
    origin,
    ownerId,
    metadata: {
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: method,
      ...(own === null ? {} : { scope: own.join(" ") }),
      ...(types === null ? {} : { authorization_details_types: types }),
    },
  }) as unknown as Client;

const some = <T>(values: readonly T[], maxLength = 4) => fc.uniqueArray(fc.constantFrom(...values), { maxLength });
const someOrNone = (values: readonly string[], maxLength: number) =>
  fc.oneof(fc.constant<string[]>([]), some(values, maxLength));
const types = registered.flatMap((resource) => resource.authorizationDetailsTypes.map(({ type }) => type));

const cases = fc.record({
  origin: fc.constantFrom<ClientOrigin>("operator", "operator", "developer", "registration", "document"),
  ownerId: fc.constantFrom(null, "ada"),
  method: fc.constantFrom("client_secret_basic", "private_key_jwt", "none"),
  own: fc.option(some(known, 8), { freq: 9 }),
  types: fc.option(some(types)),
  scopes: someOrNone([...known, "unknown"], 3),
  resources: someOrNone([...identifiers, ISSUER, "https://nowhere.example"], 2),
  details: someOrNone([...types, "organization_access"], 2),
});

test("a client has for itself only what its registration names, nothing that takes a person, and admin by itself", () => {
  let yielded = 0;
  fc.assert(
    fc.property(cases, (it) => {
      const client = clientOf(it);
      const details = it.details.map((type) => ({ type }));
      try {
        const given = decideOwnAccess({ ...it, details }, client, registered, ISSUER);
        yielded++;
        const own = it.details.filter((type) => type !== "organization_access");
        for (const scope of given.scopes) {
          expect(it.own).toContain(scope);
          expect([...identityScopes, ...registered.map(({ name }) => `${name}.all`)]).not.toContain(scope);
          const owner = findOwner(scope, registered);
          expect(given.resources).toContain(owner?.identifier ?? ISSUER);
          if (it.origin === "developer" || it.origin === "document")
            expect(owner === undefined || owner.ownerId === "ada").toBe(true);
        }
        if (it.scopes.length > 0) expect(given.scopes).toEqual(it.scopes);
        for (const type of own) {
          expect(it.types).toContain(type);
          expect(["operator", "developer"]).toContain(it.origin);
        }
        if (given.scopes.includes(ADMIN_SCOPE)) {
          expect([it.origin, given.scopes, given.resources, own]).toEqual(["operator", [ADMIN_SCOPE], [ISSUER], []]);
          expect(it.method).not.toBe("none");
        }
        const places = [
          ...given.scopes.map((scope) => findOwner(scope, registered)?.identifier ?? ISSUER),
          ...own.map((type) => `https://${type[0]}.example`),
        ];
        expect(given.resources.toSorted()).toEqual([...new Set(places)].toSorted());
        for (const resource of it.resources) expect(given.resources).toContain(resource);
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        expect(["invalid_scope", "invalid_target", "invalid_authorization_details"]).toContain(error.code);
      }
    }),
    { numRuns: 3000 },
  );
  expect(yielded).toBeGreaterThan(100);
});

const operator: Case = { origin: "operator", ownerId: null, method: "client_secret_basic", own: [], types: null };

test.each<[title: string, own: string, asked: string, given: string]>([
  ["admin is not among what it gets unasked", "a.read admin", "", "a.read"],
  ["admin alone is what it gets unasked", "admin", "", "admin"],
  ["admin is what it asks for", "a.read admin", "admin", "admin"],
  ["full access and a person's claims are left out unasked", "openid profile a.read a.all", "", "a.read"],
])("%s", (_, own, asked, given) => {
  const client = clientOf({ ...operator, own: own.split(" ") });
  const request = { scopes: asked === "" ? [] : asked.split(" "), resources: [], details: [] };
  expect(decideOwnAccess(request, client, registered, ISSUER).scopes).toEqual(given.split(" "));
});
