import fc from "fast-check";
import { expect, test } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import { clientMetadataMembers, parseClientMetadata } from "../../src/rules/clientMetadata.ts";

/** RFC 7517 appendix A.1. */
const publicKey = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};

const least = { client_name: "A service", redirect_uris: ["https://a.example/cb"] };

test("what a client leaves out gets the default of its specification", () => {
  expect(parseClientMetadata(least)).toEqual({
    client_name: "A service",
    application_type: "web",
    redirect_uris: ["https://a.example/cb"],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
    authorization_signed_response_alg: "RS256",
    id_token_signed_response_alg: "RS256",
    introspection_signed_response_alg: "RS256",
    subject_type: "public",
    require_pkce: true,
    refresh_overlap_seconds: 90,
  });
});

/** Of the members that go with keys. */
const keyed = {
  ...least,
  application_type: "web",
  grant_types: ["authorization_code"],
  response_types: ["code"],
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: "ES256",
  accept_token_endpoint_audience: true,
  jwks: { keys: [publicKey] },
  dpop_bound_access_tokens: true,
  require_pushed_authorization_requests: true,
  require_signed_request_object: true,
  request_object_signing_alg: "PS256",
  accept_unsigned_request_object: true,
  request_uris: ["https://a.example/request", `https://a.example/request#${"A".repeat(43)}`],
  response_modes: ["query.jwt"],
  authorization_signed_response_alg: "EdDSA",
  authorization_encrypted_response_alg: "ECDH-ES",
  authorization_encrypted_response_enc: "A128CBC-HS256",
  id_token_signed_response_alg: "PS256",
  id_token_encrypted_response_alg: "ECDH-ES+A128KW",
  id_token_encrypted_response_enc: "A256GCM",
  userinfo_signed_response_alg: "ES256",
  userinfo_encrypted_response_alg: "RSA-OAEP-256",
  userinfo_encrypted_response_enc: "A128GCM",
  introspection_signed_response_alg: "ES256",
  introspection_encrypted_response_alg: "RSA-OAEP",
  introspection_encrypted_response_enc: "A256CBC-HS512",
  subject_type: "pairwise",
  sector_identifier_uri: "https://a.example/sector.json",
  authorization_details_types: ["payment"],
  default_acr_values: ["urn:x"],
  initiate_login_uri: "https://a.example/login",
  post_logout_redirect_uris: ["https://a.example/bye"],
  backchannel_logout_uri: "https://a.example/logout",
  backchannel_logout_session_required: true,
  require_pkce: true,
  refresh_overlap_seconds: 90,
};

/** Of those that go with certificates. */
const certified = {
  ...least,
  token_endpoint_auth_method: "tls_client_auth",
  tls_client_auth_san_dns: "client.a.example",
  tls_client_certificate_bound_access_tokens: true,
  jwks_uri: "https://a.example/jwks",
};

/** Of those without anybody at a browser. */
const machine = {
  client_name: "A machine",
  grant_types: [
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
  ],
  response_types: [],
  scope: "things.read",
  token_exchange: { resources: ["https://b.example"], impersonation: false, delegation: true, from: ["a"] },
};

test("everything that a client gives is kept under its own name", () => {
  const full = {
    ...least,
    client_uri: "https://a.example/",
    logo_uri: "https://a.example/logo.png",
    policy_uri: "https://a.example/privacy",
    tos_uri: "http://localhost:3000/terms",
    "client_name#ja": "\u5efa\u3066\u308b",
    "client_uri#fr-CA": "https://a.example/fr",
    "logo_uri#zh-Hant-TW": "https://a.example/zh.png",
    "policy_uri#de": "https://a.example/datenschutz",
    "tos_uri#de": "https://a.example/agb",
    contacts: ["help@a.example"],
    software_id: "4NRB1-0XZABZI9E6-5SM3R",
    software_version: "2.1",
    application_type: "native",
    redirect_uris: ["com.example.a:/cb", "http://127.0.0.1/cb"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope: "openid things.read",
    required_scope: "things.read",
    token_endpoint_auth_method: "client_secret_post",
    authorization_signed_response_alg: "RS256",
    id_token_signed_response_alg: "ES256",
    introspection_signed_response_alg: "RS256",
    subject_type: "public",
    default_max_age: 3600,
    require_auth_time: true,
    require_pkce: false,
    refresh_overlap_seconds: 0,
  };
  expect(parseClientMetadata(full)).toEqual(full);
  expect(parseClientMetadata(keyed)).toEqual(keyed);
  expect(parseClientMetadata(certified)).toMatchObject(certified);
  expect(parseClientMetadata(machine)).toMatchObject(machine);
  const members = new Set([full, keyed, certified, machine].flatMap(Object.keys).filter((name) => !name.includes("#")));
  const subjects = [
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
  ];
  expect([...members, ...subjects].toSorted()).toEqual(clientMetadataMembers.toSorted());
});

test("a member that we do not know is ignored (RFC 7591 section 2)", () => {
  expect(parseClientMetadata({ ...least, jwks_url: "x", "contacts#de": "Ein Dienst", "#de": 7 })).toEqual(
    parseClientMetadata(least),
  );
});

test.each<[name: string, value: unknown, description: string]>([
  ["client_name#de", "", "client_name#de: is empty"],
  ["client_name#de", 7, "client_name#de: is not a string"],
  ["client_name#de", "x".repeat(1001), "client_name#de: is longer than 1000 characters"],
  ["client_name#", "Ein Dienst", "client_name#: does not end in a language tag"],
  ["client_name#x", "Ein Dienst", "client_name#x: does not end in a language tag"],
  ["client_name#de#at", "Ein Dienst", "client_name#de#at: does not end in a language tag"],
  ['client_name#<b>"\\', "Ein Dienst", "client_name#?b???: does not end in a language tag"],
  ["logo_uri#de", "http://a.example/logo", "logo_uri#de: is not https"],
  ["tos_uri#de", "javascript:alert(1)", "tos_uri#de: is not https"],
  ["policy_uri#de", "https://ada@a.example/", "policy_uri#de: holds user information"],
])("a text in another language is held to what the plain member is: %s of %j", (name, value, description) => {
  expect(refusalOf({ ...least, [name]: value })).toMatchObject({ code: "invalid_client_metadata" });
  expect(refusalOf({ ...least, [name]: value }).description).toContain(description);
});

test("a member is given in twenty languages at most, and in each of them once", () => {
  const named = (tags: readonly string[]) => Object.fromEntries(tags.map((tag) => [`client_name#${tag}`, "Ein Dienst"]));
  const tags = Array.from({ length: 21 }, (_, index) => `de-x${index}`);
  expect(parseClientMetadata({ ...least, ...named(tags.slice(1)) })).toMatchObject(named(tags.slice(1)));
  expect(refusalOf({ ...least, ...named(tags) }).description).toBe("client_name: is given in more than 20 languages");
  expect(refusalOf({ ...least, ...named(["de-AT", "de-at"]) }).description).toBe("client_name#de-at: is given twice");
});

test("a policy of token exchange allows what it says and no more", () => {
  const token_exchange = { resources: ["https://b.example"], delegation: true };
  expect(parseClientMetadata({ ...machine, token_exchange }).token_exchange).toEqual({
    resources: ["https://b.example"],
    impersonation: false,
    delegation: true,
  });
});

test("a client without grants needs no redirect URI: it is a resource server, which introspects", () => {
  expect(parseClientMetadata({ client_name: "API", grant_types: [] })).toMatchObject({
    grant_types: [],
    response_types: [],
    redirect_uris: [],
  });
});

const invalid: readonly (readonly [member: string, value: unknown, description: string])[] = [
  ["client_name", undefined, "client_name: is missing"],
  ["client_name", "  ", "client_name: is empty"],
  ["client_name", 7, "client_name: is not a string"],
  ["client_name", "\ud800", "client_name: is not well-formed Unicode"],
  ["client_name", "x".repeat(1001), "client_name: is longer than 1000 characters"],
  ["software_id", "", "software_id: is not a text of 1 to 255 characters"],
  ["software_version", "x".repeat(256), "software_version: is not a text of 1 to 255 characters"],
  ["application_type", "desktop", "application_type: is not one of web, native"],
  ["grant_types", "authorization_code", "grant_types: is not an array"],
  ["grant_types", ["password"], "grant_types[0]: is not one of authorization_code, refresh_token"],
  ["grant_types", ["authorization_code", 1], "grant_types[1]: is not a string"],
  ["grant_types", ["refresh_token"], "grant_types: has refresh_token without authorization_code"],
  ["response_types", ["token"], "response_types[0]: is not code"],
  ["response_types", [], "response_types: must have code"],
  ["token_endpoint_auth_method", "tls_client_auth", "tls_client_auth_subject_dn: is missing"],
  ["token_endpoint_auth_method", "private_key_jwt", "token_endpoint_auth_method: needs keys of the client"],
  ["token_endpoint_auth_method", "self_signed_tls_client_auth", "token_endpoint_auth_method: needs keys of the client"],
  ["token_endpoint_auth_method", "client_secret_saml", "token_endpoint_auth_method: is not one of"],
  ["jwks", { keys: [] }, "jwks.keys: is empty"],
  ["jwks", { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y" }] }, "jwks.keys[0]: is not a complete key"],
  ["jwks", { keys: [{ kty: "constructor", crv: "length", x: "x", y: "y" }] }, "jwks.keys[0]: is not of a kind"],
  ["jwks", { keys: [{ ...publicKey, kty: ["EC"] }] }, "jwks.keys[0]: is not of a kind"],
  ["jwks", { keys: [{ ...publicKey, d: publicKey.x }] }, "jwks.keys[0]: is not a public key"],
  ["jwks_uri", "http://a.example/jwks", "jwks_uri: is not https"],
  ["jwks_uri", "https://127.0.0.1/jwks", "jwks_uri: "],
  ["jwks_uri", "https://[::ffff:10.0.0.1]/jwks", "jwks_uri: "],
  ["backchannel_logout_uri", "https://169.254.169.254/", "backchannel_logout_uri: "],
  ["sector_identifier_uri", "https://0x7f000001/", "sector_identifier_uri: "],
  ["request_uris", ["https://localhost/request"], "request_uris[0]: "],
  ["request_uris", ["https://a.example/request#short"], "request_uris[0]: has a fragment that is not a SHA-256"],
  ["post_logout_redirect_uris", ["https://a.example/#x"], "post_logout_redirect_uris[0]: has a fragment"],
  ["response_modes", ["fragment"], "response_modes[0]: is not one of"],
  ["subject_type", "private", "subject_type: is not one of"],
  ["id_token_encrypted_response_alg", "dir", "id_token_encrypted_response_alg: is not one of"],
  ["id_token_encrypted_response_alg", "RSA-OAEP-256", "id_token_encrypted_response_alg: needs keys of the client"],
  ["id_token_encrypted_response_enc", "A128GCM", "id_token_encrypted_response_enc: is given without"],
  ["require_signed_request_object", true, "require_signed_request_object: needs keys of the client"],
  ["token_endpoint_auth_method", null, "token_endpoint_auth_method: is not a string"],
  ["id_token_signed_response_alg", "none", "id_token_signed_response_alg: is not one of RS256, ES256"],
  ["id_token_signed_response_alg", "HS256", "id_token_signed_response_alg: is not one of RS256, ES256"],
  ["default_max_age", -1, "default_max_age: is not a whole number of seconds"],
  ["default_max_age", "60", "default_max_age: is not a whole number of seconds"],
  ["refresh_overlap_seconds", 301, "refresh_overlap_seconds: is not a whole number from 0 to 300"],
  ["refresh_overlap_seconds", 1.5, "refresh_overlap_seconds: is not a whole number from 0 to 300"],
  ["require_auth_time", "true", "require_auth_time: is not true or false"],
  ["require_pkce", 0, "require_pkce: is not true or false"],
  ["contacts", ["a", {}], "contacts[1]: is not a string"],
  ["scope", 'things."read"', "scope: is not a list of scopes"],
  ["scope", ["openid"], "scope: is not a string"],
  ["required_scope", 'things."read"', "required_scope: is not a list of scopes"],
  ["required_scope", ["openid"], "required_scope: is not a string"],
];

test.each(invalid)("%s of %j is refused as invalid_client_metadata", (member, value, description) => {
  expect(refusalOf({ ...least, [member]: value })).toMatchObject({ code: "invalid_client_metadata", status: 400 });
  expect(refusalOf({ ...least, [member]: value }).description).toContain(description);
});

test.each([
  ["redirect_uris", undefined, "redirect_uris: must have at least one URI"],
  ["redirect_uris", [], "redirect_uris: must have at least one URI"],
  ["redirect_uris", "https://a.example/cb", "redirect_uris: is not an array"],
  ["redirect_uris", ["https://a.example/cb", null], "redirect_uris[1]: is not a string"],
  ["redirect_uris", ["https://a.example/cb#x"], "redirect_uris[0]: has a fragment"],
  ["redirect_uris", ["https://a.example/cb", "http://a.example/cb"], "redirect_uris[1]: is http"],
  ["redirect_uris", ["com.example.a:/cb"], "redirect_uris[0]: has a private-use scheme"],
])("%s of %j is refused as invalid_redirect_uri", (member, value, description) => {
  expect(refusalOf({ ...least, [member]: value })).toMatchObject({ code: "invalid_redirect_uri", status: 400 });
  expect(refusalOf({ ...least, [member]: value }).description).toContain(description);
});

test.each<[string, object, string]>([
  ["on two hosts", { redirect_uris: ["https://a.example/cb", "https://b.example/cb"] }, "on several hosts"],
  ["at an app's own port", { application_type: "native", redirect_uris: ["http://127.0.0.1/cb"] }, "on no host of the client"],
  ["at an app's scheme", { application_type: "native", redirect_uris: ["com.example.a:/cb"] }, "on no host of the client"],
])("pairwise subjects of a client %s need a sector_identifier_uri", (_, changes, description) => {
  const metadata = { ...least, ...changes, subject_type: "pairwise" };
  expect(refusalOf(metadata)).toMatchObject({
    code: "invalid_client_metadata",
    description: expect.stringMatching(new RegExp(`^sector_identifier_uri: .*${description}$`)),
  });
  const sector_identifier_uri = "https://a.example/sector.json";
  expect(parseClientMetadata({ ...metadata, sector_identifier_uri })).toMatchObject({ sector_identifier_uri });
});

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const policyRefusals: readonly (readonly [policy: unknown, description: string])[] = [
  [null, "token_exchange: is not an object"],
  [["https://b.example"], "token_exchange: is not an object"],
  [{ impersonation: true }, "token_exchange.resources: must have at least one resource"],
  [{ resources: [], impersonation: true }, "token_exchange.resources: must have at least one resource"],
  [{ resources: "https://b.example", impersonation: true }, "token_exchange.resources: is not an array"],
  [{ resources: ["https://b.example", 1], impersonation: true }, "token_exchange.resources[1]: is not a string"],
  [{ resources: ["https://b.example"] }, "token_exchange: allows neither impersonation nor delegation"],
  [{ resources: ["https://b.example"], impersonation: "yes" }, "token_exchange.impersonation: is not true or false"],
  [{ resources: ["https://b.example"], delegation: 1 }, "token_exchange.delegation: is not true or false"],
  [{ resources: ["https://b.example"], delegation: true, from: "a" }, "token_exchange.from: is not an array"],
  [{ resources: ["https://b.example"], delegation: true, to: ["a"] }, "token_exchange: has a member beyond"],
];

const grantRefusals: readonly (readonly [title: string, metadata: object, description: string])[] = [
  [
    "client_credentials and no secret",
    { token_endpoint_auth_method: "none" },
    "grant_types: has client_credentials, which only",
  ],
  [
    "token exchange and no secret",
    { grant_types: [TOKEN_EXCHANGE], token_exchange: undefined, token_endpoint_auth_method: "none" },
    `grant_types: has ${TOKEN_EXCHANGE}, which only`,
  ],
  ["client_credentials and no scope", { scope: undefined }, "scope: is missing"],
  ["client_credentials and an empty scope", { scope: " " }, "scope: is missing"],
  ["a response type and no code", { response_types: ["code"] }, "response_types: must not have code"],
  [
    "refresh tokens and nothing that they come from",
    { grant_types: ["client_credentials", "refresh_token"], token_exchange: undefined },
    "grant_types: has refresh_token without authorization_code or",
  ],
  ["a policy and no exchange", { grant_types: ["client_credentials"] }, "token_exchange: is given, but grant_types has no"],
  ["pairwise subjects in no sector", { subject_type: "pairwise" }, "sector_identifier_uri: is missing"],
  ...policyRefusals.map(
    ([token_exchange, description]) =>
      [`token_exchange ${JSON.stringify(token_exchange)}`, { token_exchange }, description] as const,
  ),
];
test.each(grantRefusals)("a machine with %s is refused", (_, changes, description) => {
  expect(refusalOf({ ...machine, ...changes })).toMatchObject({ code: "invalid_client_metadata", status: 400 });
  expect(refusalOf({ ...machine, ...changes }).description).toContain(description);
});

test("a client that sends no browser away has no place for one to come back to", () => {
  expect(refusalOf({ ...machine, redirect_uris: ["https://a.example/cb"] })).toMatchObject({
    code: "invalid_redirect_uri",
    description: "redirect_uris: is given, but grant_types has no authorization_code",
  });
});

test("a device without a secret may refresh what a person approved for it", () => {
  const grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"];
  const device = { client_name: "A device", grant_types, token_endpoint_auth_method: "none" };
  expect(parseClientMetadata(device)).toMatchObject({ ...device, redirect_uris: [], response_types: [] });
});

const withKeys = { ...least, jwks: { keys: [publicKey] } };
test.each<[string, object, string]>([
  ["keys in two places", { ...withKeys, jwks_uri: "https://a.example/jwks" }, "jwks_uri: is given beside jwks"],
  ["21 keys", { ...least, jwks: { keys: Array(21).fill(publicKey) } }, "jwks.keys: has more than 20 keys"],
  ["a shared key", { ...least, jwks: { keys: [{ kty: "oct", k: "AAAA" }] } }, "jwks.keys[0]: is not a public key"],
  [
    "an RSA key of 1024 bits",
    { ...least, jwks: { keys: [{ kty: "RSA", n: "x".repeat(171), e: "AQAB" }] } },
    "jwks.keys[0]: is not an RSA key",
  ],
  [
    "a key of a curve that we do not know",
    { ...least, jwks: { keys: [publicKey, { ...publicKey, crv: "secp256k1" }] } },
    "jwks.keys[1]: is not of a kind",
  ],
  [
    "an HMAC for private_key_jwt",
    { ...withKeys, token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "HS256" },
    "token_endpoint_auth_signing_alg: is not one of RS256, ES256, PS256, EdDSA",
  ],
  [
    "a signature for client_secret_jwt",
    { ...withKeys, token_endpoint_auth_method: "client_secret_jwt", token_endpoint_auth_signing_alg: "ES256" },
    "token_endpoint_auth_signing_alg: is not one of HS256, HS384, HS512",
  ],
  [
    "no signature for an assertion",
    { ...withKeys, token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "none" },
    "token_endpoint_auth_signing_alg: is not one of",
  ],
  [
    "a certificate that is not among its keys",
    { ...withKeys, token_endpoint_auth_method: "self_signed_tls_client_auth" },
    "jwks: has no key with x5c",
  ],
  [
    "two subjects of one certificate",
    { ...certified, tls_client_auth_san_ip: "192.0.2.7" },
    "tls_client_auth_san_ip: is given beside tls_client_auth_san_dns",
  ],
  [
    "a certificate's subject for another method",
    { ...least, tls_client_auth_san_dns: "a.example" },
    "tls_client_auth_san_dns: is for the method tls_client_auth alone",
  ],
  ["an empty subject", { ...certified, tls_client_auth_san_dns: " " }, "tls_client_auth_san_dns: is not a text"],
  ["tokens bound in two ways", { ...certified, dpop_bound_access_tokens: true }, "dpop_bound_access_tokens: is true beside"],
  [
    "a login page with a fragment",
    { ...least, initiate_login_uri: "https://a.example/#x" },
    "initiate_login_uri: has a fragment",
  ],
  [
    "51 request URIs",
    { ...least, request_uris: Array.from({ length: 51 }, (_, index) => `https://a.example/${index}`) },
    "request_uris: has more than 50",
  ],
])("a client with %s is refused", (_, metadata, description) => {
  expect(refusalOf(metadata)).toMatchObject({ code: "invalid_client_metadata" });
  expect(refusalOf(metadata).description).toContain(description);
});

test("encryption that is asked for by its key management alone has the content encryption that every library knows", () => {
  expect(parseClientMetadata({ ...withKeys, userinfo_encrypted_response_alg: "ECDH-ES" })).toMatchObject({
    userinfo_encrypted_response_enc: "A128CBC-HS256",
  });
});

test("a login page and a page after logout may be on the loopback host of whoever develops the client", () => {
  const pages = { initiate_login_uri: "http://localhost:3000/login", post_logout_redirect_uris: ["http://localhost:3000/bye"] };
  expect(parseClientMetadata({ ...least, ...pages })).toMatchObject(pages);
});

test("pairwise subjects of a client on one host, on whatever ports, need nothing else", () => {
  const redirect_uris = ["https://a.example/cb", "https://a.example:8443/cb"];
  expect(parseClientMetadata({ ...least, redirect_uris, subject_type: "pairwise" })).toMatchObject({
    subject_type: "pairwise",
  });
});

// CASES.md E 83 and 84
const pages = ["client_uri", "logo_uri", "policy_uri", "tos_uri"];
const noPages = [
  "http://a.example/",
  "javascript:alert(1)",
  "data:image/svg+xml,x",
  "ftp://a.example/",
  "/privacy",
  "https://u@a.example/",
];
test.each(pages.flatMap((member) => noPages.map((uri) => [member, uri])))("%s may not be %s", (member, uri) => {
  expect(refusalOf({ ...least, [String(member)]: uri }).description).toMatch(new RegExp(`^${member}: `));
});

test("only a confidential client may be exempted from PKCE", () => {
  expect(parseClientMetadata({ ...least, require_pkce: false }).require_pkce).toBe(false);
  const publicClient = { ...least, token_endpoint_auth_method: "none", require_pkce: false };
  expect(refusalOf(publicClient).description).toContain("require_pkce: only a confidential client");
});

test.each([[null], ["metadata"], [[]], [7]])("%j is no client metadata", (input) => {
  expect(refusalOf(input)).toMatchObject({ code: "invalid_client_metadata" });
});

test("any JSON at all is parsed or refused with a description that a header can carry", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("none", "web", ["code"], ["https://a.example/cb"], true, 30));
  const input = fc.record(Object.fromEntries(clientMetadataMembers.map((member) => [member, value])), { requiredKeys: [] });
  fc.assert(
    fc.property(input, (metadata) => {
      try {
        const parsed = parseClientMetadata(metadata);
        expect(parseClientMetadata(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        expect(error.description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      }
    }),
    { numRuns: 500 },
  );
});

function refusalOf(input: unknown): OAuthError {
  try {
    parseClientMetadata(input);
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("was not refused");
}
