import { expect, test } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { parseSeed } from "../../scripts/seedFile.ts";

const user = { email: "ada@example.com", name: "Ada", password: "long enough" };
const client = { client_id: "c", client_secret: "s".repeat(32), client_name: "C", redirect_uris: ["https://c.example/cb"] };
const scope = { name: "things.read", title: "Read", description: "Reads.", access: "read" };
const resource = { identifier: "https://api.example", name: "API", scopes: [scope] };
const detailsType = { type: "payment", title: "Pay", description: "Pays.", access: "write", schema: { type: "object" } };
const organization = { name: "acme", members: [{ email: "ada@example.com" }] };

const bad: readonly (readonly [what: string, seed: unknown, message: string])[] = [
  ["text instead of an object", "users", "The seed: is not an object"],
  ["an array instead of an object", [], "The seed: is not an object"],
  [
    "an unknown array",
    { user: [] },
    "user: is not a member that we know; there are users, organizations, resources, clients, trusted_issuers",
  ],
  ["an object instead of an array", { users: {} }, "users: is not an array"],
  ["text instead of a user", { users: ["ada"] }, "users[0]: is not an object"],
  ["a user without an address", { users: [{ name: "Ada" }] }, "users[0].email: is missing"],
  ["an address without a domain", { users: [user, { ...user, email: "ada" }] }, "users[1].email: is not an email address"],
  [
    "the same address in other letters",
    { users: [user, { ...user, email: "ADA@Example.com" }] },
    "users[1].email: is ada@example.com, like users[0].email",
  ],
  ["a user without a name", { users: [{ email: "a@b.example" }] }, "users[0].name: is missing"],
  ["a name with a line break", { users: [{ ...user, name: "A\nB" }] }, "users[0].name: holds control characters"],
  ["a short password", { users: [{ ...user, password: "seven77" }] }, "users[0].password: is shorter than 8 characters"],
  ["a password in numbers", { users: [{ ...user, password: 12345678 }] }, "users[0].password: is not a string"],
  [
    "a password too long to hash",
    { users: [{ ...user, password: "x".repeat(1025) }] },
    "users[0].password: is longer than 1024 characters",
  ],
  ["a misspelt claim", { users: [{ ...user, given_nam: "Ada" }] }, "users[0].given_nam: is not a member that we know"],
  ["a claim of our own", { users: [{ ...user, updated_at: 1 }] }, "users[0].updated_at: is not a member that we know"],
  ["a flag in words", { users: [{ ...user, email_verified: "yes" }] }, "users[0].email_verified: is not true or false"],
  ["an address in one line", { users: [{ ...user, address: "Street 1" }] }, "users[0].address: is not an object"],
  [
    "a misspelt part of an address",
    { users: [{ ...user, address: { city: "X" } }] },
    "users[0].address.city: is not a member that we know",
  ],
  ["a subject with a space", { users: [{ ...user, sub: "a b" }] }, "users[0].sub: is not 1 to 255 visible ASCII characters"],
  [
    "two people with one subject",
    {
      users: [
        { ...user, sub: "1" },
        { ...user, email: "b@b.example", sub: "1" },
      ],
    },
    "users[1].sub: is 1, like users[0].sub",
  ],
  [
    "an organization's name in capitals",
    { organizations: [{ name: "Acme" }] },
    "organizations[0].name: is not 1 to 63 of a-z, 0-9 and -",
  ],
  [
    "one organization twice",
    { organizations: [organization, organization] },
    "organizations[1].name: is acme, like organizations[0].name",
  ],
  [
    "an unknown policy",
    { organizations: [{ ...organization, policy: "some" }] },
    "organizations[0].policy: is not one of all, verified, approved, none",
  ],
  [
    "an unknown role",
    { organizations: [{ name: "a", members: [{ email: "a@b.example", role: "boss" }] }] },
    "organizations[0].members[0].role: is not one of owner, member",
  ],
  [
    "one member twice",
    { organizations: [{ name: "a", members: [{ email: "a@b.example" }, { email: "A@b.example" }] }] },
    "organizations[0].members[1].email: is a@b.example, like organizations[0].members[0].email",
  ],
  [
    "a decision without a status",
    { organizations: [{ name: "a", clients: [{ client_id: "c" }] }] },
    "organizations[0].clients[0].status: is missing",
  ],
  [
    "a relative resource",
    { resources: [{ ...resource, identifier: "/api" }] },
    "resources[0].identifier: is not an absolute URI",
  ],
  [
    "a resource with a fragment",
    { resources: [{ ...resource, identifier: "https://api.example/#x" }] },
    "resources[0].identifier: has a fragment",
  ],
  [
    "a scope of OpenID Connect",
    { resources: [{ ...resource, scopes: [{ ...scope, name: "email" }] }] },
    "resources[0].scopes[0].name: is email, which OpenID Connect defines",
  ],
  [
    "a scope with a space",
    { resources: [{ ...resource, scopes: [{ ...scope, name: "a b" }] }] },
    "resources[0].scopes[0].name: is not a scope",
  ],
  [
    "a scope without words for people",
    { resources: [{ ...resource, scopes: [{ name: "a", access: "read" }] }] },
    "resources[0].scopes[0].title: is missing",
  ],
  [
    "a scope of two resources",
    { resources: [resource, { ...resource, identifier: "https://b.example" }] },
    "resources[1].scopes[0].name: is things.read, like resources[0].scopes[0].name",
  ],
  [
    "a token that outlives its marks",
    { resources: [{ ...resource, access_token_seconds: 3601 }] },
    "resources[0].access_token_seconds: is not a whole number from 30 to 3600",
  ],
  ["a client without an id", { clients: [{ ...client, client_id: undefined }] }, "clients[0].client_id: is missing"],
  ["one client twice", { clients: [client, client] }, "clients[1].client_id: is c, like clients[0].client_id"],
  [
    "a misspelt metadata member",
    { clients: [{ ...client, redirect_uri: "https://c.example/cb" }] },
    "clients[0].redirect_uri: is not a member that we know",
  ],
  [
    "a redirect URI with a fragment",
    { clients: [client, { ...client, client_id: "d", redirect_uris: ["https://c.example/cb#x"] }] },
    "clients[1].redirect_uris[0]: has a fragment",
  ],
  [
    "a short secret",
    { clients: [{ ...client, client_secret: "hunter2" }] },
    "clients[0].client_secret: is not 16 to 256 characters long",
  ],
  [
    "the secret of a public client",
    { clients: [{ ...client, token_endpoint_auth_method: "none" }] },
    "clients[0].client_secret: is given, but token_endpoint_auth_method is none",
  ],
  [
    "an unknown authentication method",
    { clients: [{ ...client, token_endpoint_auth_method: "client_secret_saml" }] },
    "clients[0].token_endpoint_auth_method: is not one of",
  ],
  [
    "a secret too short for a key",
    { clients: [{ ...client, token_endpoint_auth_method: "client_secret_jwt", client_secret: "s".repeat(31) }] },
    "clients[0].client_secret: is not 32 to 256 characters long",
  ],
  [
    "the secret of a client that has keys",
    { clients: [{ ...client, token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://c.example/jwks" }] },
    "clients[0].client_secret: is given, but token_endpoint_auth_method is private_key_jwt",
  ],
  [
    "a private key",
    { clients: [client, { ...client, client_id: "d", jwks: { keys: [{ kty: "oct", k: "AAAA" }] } }] },
    "clients[1].jwks.keys[0]: is not a public key",
  ],
  [
    "a jwks_uri that only this machine reaches",
    { clients: [{ ...client, jwks_uri: "https://localhost:8443/jwks" }] },
    "clients[0].jwks_uri: has a host that is not on the internet",
  ],
  [
    "a type of authorization_details without words for people",
    { resources: [{ ...resource, authorization_details_types: [{ ...detailsType, title: undefined }] }] },
    "resources[0].authorization_details_types[0].title: is missing",
  ],
  [
    "a type without a schema",
    { resources: [{ ...resource, authorization_details_types: [{ ...detailsType, schema: undefined }] }] },
    "resources[0].authorization_details_types[0].schema: is not an object",
  ],
  [
    "a type whose schema is no schema",
    { resources: [{ ...resource, authorization_details_types: [{ ...detailsType, schema: { $ref: "#/none" } }] }] },
    "resources[0].authorization_details_types[0].schema: is not a JSON Schema",
  ],
  [
    "a type that is built in",
    { resources: [{ ...resource, authorization_details_types: [{ ...detailsType, type: "organization_access" }] }] },
    "resources[0].authorization_details_types[0].type: is organization_access, which is built in",
  ],
  [
    "a type of two resources",
    {
      resources: [
        { ...resource, authorization_details_types: [detailsType] },
        { identifier: "https://b.example", name: "B", authorization_details_types: [detailsType] },
      ],
    },
    "resources[1].authorization_details_types[0].type: is payment, like resources[0].authorization_details_types[0].type",
  ],
  [
    "a name in no language",
    { clients: [{ ...client, "client_name#": "C" }] },
    "clients[0].client_name#: does not end in a language tag",
  ],
  [
    "a page in another language that is no page",
    { clients: [{ ...client, "tos_uri#de": "http://c.example/agb" }] },
    "clients[0].tos_uri#de: is not https",
  ],
  [
    "contacts in a language",
    { clients: [{ ...client, "contacts#de": ["a@c.example"] }] },
    "clients[0].contacts#de: is not a member that we know",
  ],
  ["a publisher without a name", { clients: [{ ...client, publisher: {} }] }, "clients[0].publisher.name: is missing"],
  [
    "a publisher's page that is no page",
    { clients: [{ ...client, publisher: { name: "P", uri: "javascript:alert(1)" } }] },
    "clients[0].publisher.uri: is not an https URI",
  ],
];

test.each(bad)("a seed with %s is refused with the path of the member", (_, seed, message) => {
  expect(() => parseSeed(JSON.parse(JSON.stringify(seed)))).toThrow(expect.objectContaining({ name: "Refusal" }));
  expect(() => parseSeed(JSON.parse(JSON.stringify(seed)))).toThrow(message);
});

test("an own __proto__ member is as unknown as any other", () => {
  expect(() => parseSeed(JSON.parse('{"users":[{"email":"a@b.example","name":"A","__proto__":{"password":"x"}}]}'))).toThrow(
    "users[0].__proto__: is not a member that we know",
  );
});

test("what a seed leaves out gets its default", () => {
  expect(parseSeed({})).toEqual({
    users: [],
    organizations: [],
    resources: [],
    clients: [],
    trustedIssuers: [],
    directories: [],
  });
  const seed = parseSeed({ users: [user], organizations: [organization], resources: [resource], clients: [client] });
  expect(seed.users[0]).toMatchObject({ emailVerified: false, profile: {}, sub: undefined });
  expect(seed.organizations[0]).toMatchObject({ displayName: "acme", policy: "all", members: [{ role: "member" }] });
  expect(seed.resources[0]).toMatchObject({ accessTokenSeconds: null, clientId: null, scopes: [{ risk: "low" }] });
  expect(seed.clients[0]).toMatchObject({ publisher: null, metadata: { require_pkce: true, refresh_overlap_seconds: 90 } });
});

test("a client may have its name and its pages in several languages", () => {
  const localized = { "client_name#de": "C auf Deutsch", "policy_uri#fr-CA": "https://c.example/fr" };
  expect(parseSeed({ clients: [{ ...client, ...localized }] }).clients[0]?.metadata).toMatchObject(localized);
});

test("the demo's seed is well-formed", () => {
  expect(parseSeed(demo).users[0]).toMatchObject({ email: "ada@contoso.example", name: "Ada Lindqvist" });
});
