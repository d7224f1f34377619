/** The members of client metadata that say how a client proves who it is, and how what passes between us is protected. */
import type { AssertionAlgorithm, ClientMetadata, ContentEncryption, EncryptionAlgorithm, SigningAlgorithm } from "../model.ts";
import { parseJwks } from "./clientJwks.ts";
import { choice, defined, fetched, flag, type Input, type Member, optionalChoice, refused, text } from "./metadataMember.ts";

const signing: readonly SigningAlgorithm[] = ["RS256", "ES256", "PS256", "EdDSA"];
const withSecret: readonly AssertionAlgorithm[] = ["HS256", "HS384", "HS512"];
const keyManagement: readonly EncryptionAlgorithm[] = [
  "RSA-OAEP-256",
  "RSA-OAEP",
  "ECDH-ES",
  "ECDH-ES+A128KW",
  "ECDH-ES+A256KW",
];
const contentEncryption: readonly ContentEncryption[] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

/** Which algorithms an assertion may have, by the method that it serves; for the other methods the member means nothing. */
const assertionAlgorithms: Readonly<Partial<Record<string, readonly AssertionAlgorithm[]>>> = {
  private_key_jwt: signing,
  client_secret_jwt: withSecret,
};

const tlsSubjects = [
  "tls_client_auth_subject_dn",
  "tls_client_auth_san_dns",
  "tls_client_auth_san_uri",
  "tls_client_auth_san_ip",
  "tls_client_auth_san_email",
] as const;

/** What we answer with, each signed and perhaps encrypted at the client's wish. */
const answers = ["authorization", "id_token", "userinfo", "introspection"] as const;

export const securityMembers = [
  "token_endpoint_auth_method",
  "token_endpoint_auth_signing_alg",
  "accept_token_endpoint_audience",
  "jwks",
  "jwks_uri",
  ...tlsSubjects,
  "tls_client_certificate_bound_access_tokens",
  "dpop_bound_access_tokens",
  "require_signed_request_object",
  "request_object_signing_alg",
  "accept_unsigned_request_object",
  ...answers.flatMap(
    (answer) =>
      [`${answer}_signed_response_alg`, `${answer}_encrypted_response_alg`, `${answer}_encrypted_response_enc`] as const,
  ),
] satisfies readonly Member[];

type Security = Pick<ClientMetadata, (typeof securityMembers)[number]>;

/** @throws OAuthError invalid_client_metadata for a member that is wrong, or that contradicts another */
export function parseSecurity(input: Input): Security {
  const method = choice<ClientMetadata["token_endpoint_auth_method"]>(
    input,
    "token_endpoint_auth_method",
    [
      "client_secret_basic",
      "client_secret_post",
      "client_secret_jwt",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
      "none",
    ],
    "client_secret_basic",
  );
  const allowed = assertionAlgorithms[method] ?? [...signing, ...withSecret];
  const security: Security = {
    token_endpoint_auth_method: method,
    ...defined("token_endpoint_auth_signing_alg", optionalChoice(input, "token_endpoint_auth_signing_alg", allowed)),
    ...defined("accept_token_endpoint_audience", flag(input, "accept_token_endpoint_audience")),
    ...defined("jwks", parseJwks(input)),
    ...defined("jwks_uri", fetched(input, "jwks_uri")),
    ...parseTlsSubject(input, method === "tls_client_auth"),
    ...parseBinding(input),
    ...defined("require_signed_request_object", flag(input, "require_signed_request_object")),
    ...defined("request_object_signing_alg", optionalChoice(input, "request_object_signing_alg", signing)),
    ...defined("accept_unsigned_request_object", flag(input, "accept_unsigned_request_object")),
    authorization_signed_response_alg: choice(input, "authorization_signed_response_alg", signing, "RS256"),
    id_token_signed_response_alg: choice(input, "id_token_signed_response_alg", signing, "RS256"),
    ...defined("userinfo_signed_response_alg", optionalChoice(input, "userinfo_signed_response_alg", signing)),
    introspection_signed_response_alg: choice(input, "introspection_signed_response_alg", signing, "RS256"),
    ...parseEncryption(input, "authorization"),
    ...parseEncryption(input, "id_token"),
    ...parseEncryption(input, "userinfo"),
    ...parseEncryption(input, "introspection"),
  };
  checkKeys(security);
  return security;
}

/** Exactly one for `tls_client_auth` (RFC 8705 section 2.1.2), since we would not know which of two must hold; else none. */
function parseTlsSubject(input: Input, needed: boolean): Partial<Security> {
  const given = tlsSubjects.filter((name) => text(input, name) !== undefined);
  const [name, second] = given;
  if (second !== undefined) throw refused(second, `is given beside ${name}, and there may be one of them`);
  if (needed && name === undefined) throw refused("tls_client_auth_subject_dn", "is missing, or one of its kind for a san");
  if (name === undefined) return {};
  const value = text(input, name) ?? "";
  if (!needed) throw refused(name, "is for the method tls_client_auth alone");
  if (value.trim() === "" || value.length > 1000 || !value.isWellFormed())
    throw refused(name, "is not a text of 1 to 1000 characters");
  return defined(name, value);
}

/** An access token is bound to one key; a client that wants both would get tokens that it cannot use at one place or the other. */
function parseBinding(input: Input): Partial<Security> {
  const dpop = flag(input, "dpop_bound_access_tokens");
  const tls = flag(input, "tls_client_certificate_bound_access_tokens");
  if (dpop && tls) throw refused("dpop_bound_access_tokens", "is true beside tls_client_certificate_bound_access_tokens");
  return { ...defined("tls_client_certificate_bound_access_tokens", tls), ...defined("dpop_bound_access_tokens", dpop) };
}

function parseEncryption(input: Input, answer: (typeof answers)[number]): Partial<Security> {
  const alg = optionalChoice(input, `${answer}_encrypted_response_alg`, keyManagement);
  const enc = optionalChoice(input, `${answer}_encrypted_response_enc`, contentEncryption);
  if (alg === undefined && enc !== undefined)
    throw refused(`${answer}_encrypted_response_enc`, `is given without ${answer}_encrypted_response_alg`);
  if (alg === undefined) return {};
  return {
    ...defined(`${answer}_encrypted_response_alg`, alg),
    ...defined(`${answer}_encrypted_response_enc`, enc ?? "A128CBC-HS256"),
  };
}

/** Whatever needs a key of the client needs to know where its keys are. */
function checkKeys(security: Security): void {
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = security;
  if (jwks !== undefined && jwks_uri !== undefined) throw refused("jwks_uri", "is given beside jwks (RFC 7591 section 2)");
  const encrypted = answers.map((answer) => `${answer}_encrypted_response_alg` as const).find((name) => security[name]);
  const needed: readonly (readonly [member: Member, isSo: boolean])[] = [
    ["token_endpoint_auth_method", method === "private_key_jwt" || method === "self_signed_tls_client_auth"],
    ["require_signed_request_object", security.require_signed_request_object === true],
    ["request_object_signing_alg", security.request_object_signing_alg !== undefined],
    [encrypted ?? "jwks", encrypted !== undefined],
  ];
  const [member] = needed.find(([, isSo]) => isSo) ?? [];
  if (member !== undefined && jwks === undefined && jwks_uri === undefined)
    throw refused(member, "needs keys of the client: jwks or jwks_uri");
  if (method === "self_signed_tls_client_auth" && jwks !== undefined && !jwks.keys.some((key) => key["x5c"] !== undefined))
    throw refused("jwks", "has no key with x5c, the certificate that self_signed_tls_client_auth goes by");
}
