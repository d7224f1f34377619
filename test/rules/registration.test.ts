import fc from "fast-check";
import { expect, test } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { Client, Resource } from "../../src/model.ts";
import { clientMetadataMembers } from "../../src/rules/clientMetadata.ts";
import { parseRegistration, type RegistrationTerms, vouchedGrantTypes } from "../../src/rules/registration.ts";
import { mayAsk } from "../../src/rules/scope.ts";

const scope = (name: string) => ({ name, title: name, description: name, access: "read", risk: "low" }) as const;
const api: Resource = {
  identifier: "https://api.example",
  name: "API",
  scopes: [scope("builds.read"), scope("builds.write")],
  authorizationDetailsTypes: [],
  accessTokenSeconds: null,
  clientId: null,
} as unknown as Resource;

const strangers: RegistrationTerms = {
  vouched: { grantTypes: [], scopes: [] },
  privileges: {},
  lenient: false,
  statedScopes: null,
  resources: [api],
  ownHosts: ["id.example", "mtls.id.example"],
};

const least = { client_name: "A service", redirect_uris: ["https://a.example/cb"] };

const parse = (input: object, terms: Partial<RegistrationTerms> = {}) =>
  parseRegistration({ ...least, ...input }, { ...strangers, ...terms });

function refusalOf(input: object, terms: Partial<RegistrationTerms> = {}): string {
  try {
    parse(input, terms);
  } catch (error) {
    if (error instanceof OAuthError) return `${error.code} ${error.description}`;
    throw error;
  }
  return "registered";
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const machine = { grant_types: ["client_credentials"], redirect_uris: undefined };

test.each<[string, object, Partial<RegistrationTerms>, string | undefined]>([
  ["none asked for, none is registered", {}, {}, undefined],
  ["none is the same as an empty one", { scope: "" }, {}, undefined],
  ["what exists", { scope: "openid builds.read email" }, {}, "openid builds.read email"],
  ["of what does not exist the rest", { scope: "builds.read builds.* things" }, {}, "builds.read"],
  ["not what is for operators", { scope: "admin builds.read" }, {}, "builds.read"],
  [
    "what a statement's issuer may speak of",
    { scope: "builds.read builds.write" },
    { statedScopes: ["builds.write"] },
    "builds.write",
  ],
  [
    "of a machine what was vouched for",
    { ...machine, scope: "builds.read builds.write" },
    { vouched: { grantTypes: ["client_credentials"], scopes: ["builds.read"] } },
    "builds.read",
  ],
  [
    "of a machine nothing for operators, whoever vouched",
    { ...machine, scope: "admin builds.read" },
    { vouched: { grantTypes: ["client_credentials"], scopes: ["admin", "builds.read"] } },
    "builds.read",
  ],
  [
    "where none is asked for, all that a statement's issuer may speak of",
    {},
    { statedScopes: ["builds.write", "gone.write"] },
    "builds.write",
  ],
  [
    "where none is asked for with a grant that was vouched for, all that was vouched for",
    { grant_types: ["authorization_code", JWT_BEARER] },
    { vouched: { grantTypes: [JWT_BEARER], scopes: ["builds.read", "gone.read"] } },
    "builds.read",
  ],
  [
    "where two gave their word, what is in both",
    { grant_types: ["authorization_code", JWT_BEARER] },
    {
      vouched: { grantTypes: [JWT_BEARER], scopes: ["builds.read", "builds.write"] },
      statedScopes: ["builds.write", "openid"],
    },
    "builds.write",
  ],
  [
    "what was vouched for bounds nothing without such a grant",
    {},
    { vouched: { grantTypes: [JWT_BEARER], scopes: ["builds.read"] } },
    undefined,
  ],
])("of the scope is kept: %s", (_, input, terms, kept) => {
  expect(parse(input, terms).scope).toBe(kept);
});

test("a client whose issuer may speak of nothing that there is is refused, not let have everything", () => {
  expect(refusalOf({}, { statedScopes: ["gone.write"] })).toContain("scope: has no scope that this client may have here");
});

test("a public client has no scope by which grants are managed", () => {
  const asked = { scope: "openid grant_management_query grant_management_revoke" };
  expect(parse(asked).scope).toBe(asked.scope);
  expect(parse({ ...asked, token_endpoint_auth_method: "none" }).scope).toBe("openid");
});

test.each<[string, object, Partial<RegistrationTerms>, object]>([
  [
    "a stranger gets the defaults",
    { require_pkce: false, refresh_overlap_seconds: 0 },
    {},
    { require_pkce: true, refresh_overlap_seconds: 90 },
  ],
  [
    "what stood there stays",
    { refresh_overlap_seconds: 0 },
    { privileges: { refresh_overlap_seconds: 7 } },
    { refresh_overlap_seconds: 7 },
  ],
  ["an exemption that stood there stays", {}, { privileges: { require_pkce: false } }, { require_pkce: false }],
  [
    "a client that becomes public loses the exemption",
    { token_endpoint_auth_method: "none" },
    { privileges: { require_pkce: false } },
    { require_pkce: true },
  ],
  ["a lenient operator exempts", {}, { lenient: true }, { require_pkce: false }],
  ["but no public client", { token_endpoint_auth_method: "none" }, { lenient: true }, { require_pkce: true }],
  [
    "a lenient operator lets assertions be for the token endpoint",
    { token_endpoint_auth_method: "client_secret_jwt" },
    { lenient: true },
    { accept_token_endpoint_audience: true },
  ],
  ["a lenient operator lets request objects be unsigned", {}, { lenient: true }, { accept_unsigned_request_object: true }],
])("of what the operator decides: %s", (_, input, terms, expected) => {
  expect(parse(input, terms)).toMatchObject(expected);
});

test("what is kept of a stranger's words has its bound", () => {
  const contacts = Array<string>(20).fill("x".repeat(800));
  expect(refusalOf({ contacts: contacts.slice(1) })).toBe("registered");
  expect(refusalOf({ contacts })).toContain("invalid_client_metadata The client metadata is larger than 16 KB");
});

test("no member of ours is the client's to say, whatever it says", () => {
  const kinds = ["client_secret_basic", "none"] as const;
  fc.assert(
    fc.property(fc.boolean(), fc.nat(300), fc.constantFrom(...kinds), (flag, seconds, token_endpoint_auth_method) => {
      const said = {
        require_pkce: flag,
        accept_token_endpoint_audience: flag,
        accept_unsigned_request_object: flag,
        refresh_overlap_seconds: seconds,
      };
      expect(parse({ ...said, token_endpoint_auth_method })).toEqual(parse({ token_endpoint_auth_method }));
    }),
  );
});

test.each(vouchedGrantTypes)("%s is for those alone that somebody vouched for", (type) => {
  const input = { grant_types: ["authorization_code", type], scope: "builds.read" };
  expect(refusalOf(input)).toContain(`invalid_client_metadata grant_types: has ${type}`);
  const others = vouchedGrantTypes.filter((other) => other !== type);
  expect(refusalOf(input, { vouched: { grantTypes: others, scopes: ["builds.read"] } })).toContain(`has ${type}`);
  expect(refusalOf(input, { vouched: { grantTypes: [type], scopes: ["builds.read"] } })).toBe("registered");
});

test("no scope that comes out of a registration is one that its client may not ask for", () => {
  const words = fc.array(fc.constantFrom("openid", "admin", "builds.read", "builds.write", "grant_management_query", "x"), {
    minLength: 1,
  });
  fc.assert(
    fc.property(words, fc.constantFrom("none", "client_secret_basic"), (asked, token_endpoint_auth_method) => {
      const refusal = refusalOf({ scope: asked.join(" "), token_endpoint_auth_method });
      if (refusal !== "registered") {
        expect(refusal).toBe("invalid_client_metadata scope: has no scope that this client may have here");
        return;
      }
      const metadata = parse({ scope: asked.join(" "), token_endpoint_auth_method });
      const client = { metadata, origin: "registration" } as unknown as Client;
      for (const word of metadata.scope?.split(" ") ?? [])
        expect(mayAsk(client, word) && word !== "admin" && word !== "x").toBe(true);
    }),
  );
});

test("any JSON at all is registered or refused in words that a header can carry", () => {
  const names = fc.constantFrom(...clientMetadataMembers, "client_name#de", "logo_uri#de", "unknown");
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })), (input) => {
      expect(refusalOf(input)).toMatch(
        /^(?:registered|invalid_(?:client_metadata|redirect_uri) [\x20\x21\x23-\x5b\x5d-\x7e]+)$/,
      );
    }),
  );
});

test.each<[string, object]>([
  ["jwks_uri", { jwks_uri: "https://id.example/jwks" }],
  ["logo_uri", { logo_uri: "https://mtls.id.example/logo" }],
  ["logo_uri#de", { "logo_uri#de": "http://localhost/logo" }],
  [
    "request_uris[1]",
    { request_uris: ["https://a.example/r", "https://id.example/r#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] },
  ],
  ["backchannel_logout_uri", { backchannel_logout_uri: "https://id.example/logout" }],
  ["sector_identifier_uri", { sector_identifier_uri: "https://id.example/sector" }],
])("an address that we would ask is not our own: %s", (member, input) => {
  expect(refusalOf(input)).toMatch(
    new RegExp(`^invalid_client_metadata ${member.replace(/[[\]]/g, "\\$&")}: (?:is on our own host|is not https)$`),
  );
});
