/** Client ID Metadata Documents: which `client_id` is the address of one, and what such a document may say. */
import type { Client, ClientMetadata, JsonObject } from "../model.ts";
import { parseClientMetadata } from "./clientMetadata.ts";
import { type Input, refused, textsAt } from "./metadataMember.ts";
import { publicUrlProblem } from "./publicUrl.ts";
import { isApp, withoutPrivileges } from "./selfRegistered.ts";

const HOUR = 3600;
const FRESH_SECONDS = { least: 60, usual: HOUR, most: 24 * HOUR };

/** Whether the `client_id` can be nothing but the address of a document: no id that we make up begins like this. */
export const isDocumentId = (clientId: string): boolean => clientId.startsWith("https://");

/**
 * Why the `client_id` cannot be the address of a document, or undefined if it can (draft-ietf-oauth-client-id-metadata-document
 * section 3). It stands in its one spelling, so that comparing strings compares places.
 * @param ownHosts ours
 */
export function documentIdProblem(clientId: string, ownHosts: readonly string[]): string | undefined {
  const problem = ["", ...ownHosts].map((host) => publicUrlProblem(clientId, host)).find((found) => found !== undefined);
  if (problem !== undefined) return problem;
  const [path = ""] = clientId.replace(/^https:\/\/[^/?]*/, "").split("?");
  if (path === "" || path === "/") return "has no path";
  if (path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return "has a dot segment in its path";
  const { href } = new URL(clientId);
  return href === clientId ? undefined : `is not in its normal form, ${href}`;
}

/** Where the document of a client lies that one describes; the one thing about it that nobody else could have chosen. */
export const documentHost = ({ clientId, origin }: Pick<Client, "clientId" | "origin">): string | undefined =>
  origin === "document" ? new URL(clientId).host : undefined;

/** What the media type of a document may be: JSON, or something more particular that is JSON (RFC 6839 section 3.1). */
export const isJsonType = (contentType: string | null): boolean =>
  /^application\/(?:[a-z0-9][\w!#$&^.+-]*\+)?json$/i.test((contentType ?? "").split(";")[0]?.trim() ?? "");

/**
 * How long a document need not be read again, by its `Cache-Control` (RFC 9111 section 5.2.2), within bounds of ours: a busy client
 * costs its host a request a minute at most, and a change is seen within a day.
 */
export function freshSeconds(cacheControl: string | null): number {
  const directives = (cacheControl ?? "")
    .toLowerCase()
    .split(",")
    .map((directive) => directive.trim());
  if (directives.some((directive) => /^no-(?:store|cache)(?:=|$)/.test(directive))) return FRESH_SECONDS.least;
  const ages = ["s-maxage", "max-age"].flatMap((name) =>
    directives.flatMap((directive) => new RegExp(`^${name}="?(\\d{1,9})"?$`).exec(directive)?.[1] ?? []),
  );
  const seconds = ages[0] === undefined ? FRESH_SECONDS.usual : Number(ages[0]);
  return Math.min(Math.max(seconds, FRESH_SECONDS.least), FRESH_SECONDS.most);
}

/**
 * The metadata in a document. Grant types that we do not know are left out, as the same document serves other servers too.
 * @param clientId the address that it was read from
 * @throws OAuthError invalid_client_metadata or invalid_redirect_uri: the path of the member, a colon, and what is wrong with it
 */
export function parseClientDocument(clientId: string, document: JsonObject): ClientMetadata {
  if (document["client_id"] !== clientId) throw refused("client_id", "is not the address that the document was read from");
  for (const name of ["client_secret", "client_secret_expires_at"])
    if (Object.hasOwn(document, name)) throw refused(name, "has no place in a document that everybody can read");
  if (!Array.isArray(document["redirect_uris"]) || document["redirect_uris"].length === 0)
    throw refused("redirect_uris", "must have at least one URI", "invalid_redirect_uri");
  const { token_endpoint_auth_methods_supported: _, ...input } = withoutPrivileges(document);
  const metadata = parseClientMetadata({
    ...input,
    ...knownValues(input),
    token_endpoint_auth_method: chooseMethod(document),
    application_type: isApp(document["redirect_uris"]) ? "native" : (input["application_type"] ?? "web"),
  });
  checkSector(clientId, metadata);
  // Clients in wide use name the token endpoint in their assertions, and here nobody can register them otherwise.
  const hasKeys = metadata.jwks !== undefined || metadata.jwks_uri !== undefined;
  return hasKeys ? { ...metadata, accept_token_endpoint_audience: true } : metadata;
}

const grantTypes = [
  "authorization_code",
  "refresh_token",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/** Of the grant and response types those that a client may have here by its own word. */
function knownValues({ grant_types, response_types }: Input): Input {
  const among = (values: unknown, known: readonly string[]): unknown =>
    Array.isArray(values) ? values.filter((value: unknown) => typeof value !== "string" || known.includes(value)) : values;
  return {
    ...(grant_types === undefined ? {} : { grant_types: among(grant_types, grantTypes) }),
    ...(response_types === undefined ? {} : { response_types: among(response_types, ["code"]) }),
  };
}

/**
 * How the client authenticates. What the document decides holds. Where it leaves the choice to us
 * (`token_endpoint_auth_methods_supported`, OpenID Connect RP Metadata Choices) it is the method that proves something, if there
 * are keys to prove it by; a document that says nothing describes a public client.
 */
function chooseMethod(document: Input): "none" | "private_key_jwt" {
  const method: unknown = document["token_endpoint_auth_method"];
  if (method === "none" || method === "private_key_jwt") return method;
  if (typeof method === "string" && method.startsWith("client_secret"))
    throw refused("token_endpoint_auth_method", "needs a secret, which a document that everybody can read cannot hold");
  const choices = textsAt("token_endpoint_auth_methods_supported", document["token_endpoint_auth_methods_supported"]);
  const hasKeys = document["jwks"] !== undefined || document["jwks_uri"] !== undefined;
  if (hasKeys && choices?.includes("private_key_jwt")) return "private_key_jwt";
  if (choices === undefined ? method === undefined : choices.includes("none")) return "none";
  throw refused("token_endpoint_auth_method", "is not one of none, private_key_jwt");
}

/** A sector is joined at the word of its own host (OpenID Connect Core section 8.1), which is the one that the document lies on. */
function checkSector(clientId: string, { sector_identifier_uri: sector }: ClientMetadata): void {
  if (sector !== undefined && new URL(sector).host !== new URL(clientId).host)
    throw refused("sector_identifier_uri", "is not on the host of the document");
}
