import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  documentIdProblem,
  freshSeconds,
  isDocumentId,
  isJsonType,
  parseClientDocument,
} from "../../src/rules/clientDocument.ts";
import { DOCUMENT, documentOf } from "../clientHost.ts";

const OWN = ["id.example", "mtls.example"];
const KEYS = { jwks_uri: "https://client.example/jwks" };

// CASES.md G 108, 111
describe("documentIdProblem", () => {
  it.each([
    DOCUMENT,
    "https://claude.ai/oauth/mcp-oauth-client-metadata",
    "https://client.example/a/",
    "https://client.example:8443/client.json",
    "https://client.example/client.json?version=2",
    "https://client.example/a..b/.well-known/client",
    "https://xn--bcher-kva.example/client",
  ])("lets %s pass", (id) => {
    expect(documentIdProblem(id, OWN)).toBeUndefined();
    expect(isDocumentId(id)).toBe(true);
  });

  it.each([
    ["http://client.example/client", "is not https"],
    ["https://client.example", "has no path"],
    ["https://client.example/", "has no path"],
    ["https://client.example?a=/b", "has no path"],
    ["https://client.example/client#x", "has a fragment"],
    ["https://client.example/client#", "has a fragment"],
    ["https://ada@client.example/client", "holds user information"],
    ["https://ada:x@client.example/client", "holds user information"],
    ["https://@client.example/client", "holds user information"],
    ["https://client.example/a/../client", "has a dot segment in its path"],
    ["https://client.example/./client", "has a dot segment in its path"],
    ["https://client.example/a/..", "has a dot segment in its path"],
    ["https://client.example/%2e%2E/client", "has a dot segment in its path"],
    ["https://client.example/.%2e/client?x=1", "has a dot segment in its path"],
    ["https://Client.example/client", "is not in its normal form"],
    ["https://client.example:443/client", "is not in its normal form"],
    ["https:///client.example/client", "is not in its normal form"],
    ["https://client.example\\client", "is not an absolute URI"],
    ["https://client.example/cli ent", "is not an absolute URI"],
    ["https://b\u00fccher.example/client", "is not an absolute URI"],
    ["https://127.0.0.1/client", "has an address that is not public"],
    ["https://0x7f000001/client", "has an address that is not public"],
    ["https://2130706433/client", "has an address that is not public"],
    ["https://10.1.2.3/client", "has an address that is not public"],
    ["https://169.254.169.254/latest/meta-data", "has an address that is not public"],
    ["https://[::1]/client", "has an address that is not public"],
    ["https://[::ffff:7f00:1]/client", "has an address that is not public"],
    ["https://[fd00::1]/client", "has an address that is not public"],
    ["https://localhost/client", "has a host that is not on the internet"],
    ["https://localhost./client", "has a host that ends in a dot"],
    ["https://vault.internal/client", "has a host that is not on the internet"],
    ["https://intranet/client", "has a host that is not on the internet"],
    ["https://id.example/client", "is on our own host"],
    ["https://id.example:8443/client", "is on our own host"],
    ["https://mtls.example/client", "is on our own host"],
    [`https://client.example/${"a".repeat(2048)}`, "is longer than 2048 characters"],
  ])("says of %s that it %s", (id, problem) => {
    expect(documentIdProblem(id, OWN)).toContain(problem);
  });

  it("lets nothing pass that the URL parser would write otherwise", () => {
    const part = fc.constantFrom("a", "..", ".", "%2e", "%2E%2e", "A", "", "b?c", "%41", "?", "/");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const id = `https://client.example/${parts.join("/")}`;
        if (documentIdProblem(id, OWN) === undefined) expect(new URL(id).href).toBe(id);
      }),
    );
  });
});

describe("isJsonType", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON ;charset=UTF-8",
    "application/oauth-client-metadata+json",
    "application/vnd.client.v2+json",
  ])("takes %s", (type) => expect(isJsonType(type)).toBe(true));

  it.each([
    null,
    "",
    "text/html",
    "text/json",
    "application/jsonp",
    "application/+json",
    "application/jose",
    "application/xml, application/json",
    "xapplication/json",
  ])("does not take %s", (type) => expect(isJsonType(type)).toBe(false));
});

describe("freshSeconds", () => {
  it.each([
    [null, 3600],
    ["", 3600],
    ["public", 3600],
    ["max-age=600", 600],
    ["public, max-age=600", 600],
    ["Max-Age=600", 600],
    ['max-age="600"', 600],
    ["max-age=600, s-maxage=1200", 1200],
    ["max-age=0", 60],
    ["max-age=59", 60],
    ["no-store", 60],
    ["no-cache, max-age=600", 60],
    ["no-cache=Set-Cookie", 60],
    ["max-age=86400", 86_400],
    ["max-age=31536000", 86_400],
    ["max-age=-1", 3600],
    ["max-age=99999999999999999999", 3600],
    ["x-max-age=600", 3600],
    ["max-age=600s", 3600],
  ])("reads %s as %i", (header, seconds) => expect(freshSeconds(header)).toBe(seconds));

  it("stays between a minute and a day, whatever the header says", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, age) => {
        for (const header of [text, `max-age=${age}`, `${text}, s-maxage=${age}`]) {
          const seconds = freshSeconds(header);
          expect(seconds >= 60 && seconds <= 86_400).toBe(true);
        }
      }),
    );
  });
});

const parse = (changes: Readonly<Record<string, unknown>> = {}) => parseClientDocument(DOCUMENT, documentOf(changes));

describe("parseClientDocument", () => {
  it("yields the metadata of a public client", () => {
    expect(parse()).toMatchObject({
      client_name: "Fieldnotes",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      application_type: "web",
      require_pkce: true,
      refresh_overlap_seconds: 90,
    });
  });

  // CASES.md G 111
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["another client_id", { client_id: "https://client.example/other" }, "client_id: is not the address"],
    ["its address in another spelling", { client_id: "https://CLIENT.example/oauth/client.json" }, "client_id: "],
    ["no client_id", { client_id: undefined }, "client_id: "],
    ["no name", { client_name: undefined }, "client_name: is missing"],
    ["a name of blanks", { client_name: "  " }, "client_name: is empty"],
    ["no redirect URIs", { redirect_uris: undefined }, "redirect_uris: must have at least one URI"],
    ["an empty list of redirect URIs", { redirect_uris: [] }, "redirect_uris: must have at least one URI"],
    ["a redirect URI that is no URI", { redirect_uris: ["callback"] }, "redirect_uris[0]: is not an absolute URI"],
    ["a redirect URI that is script", { redirect_uris: ["javascript:alert(1)"] }, "redirect_uris[0]: has a scheme"],
    ["a redirect URI by http", { redirect_uris: ["http://client.example/cb"] }, "redirect_uris[0]: is http"],
    ["a secret", { client_secret: "x" }, "client_secret: has no place"],
    ["a secret that is null", { client_secret: null }, "client_secret: has no place"],
    ["the expiry of a secret", { client_secret_expires_at: 0 }, "client_secret_expires_at: has no place"],
    ["a method by secret", { token_endpoint_auth_method: "client_secret_basic" }, "token_endpoint_auth_method: needs a secret"],
    ["a method by secret in a JWT", { token_endpoint_auth_method: "client_secret_jwt" }, "token_endpoint_auth_method: needs"],
    [
      "a method by secret beside others",
      { token_endpoint_auth_method: "client_secret_post", token_endpoint_auth_methods_supported: ["none"] },
      "token_endpoint_auth_method: needs a secret",
    ],
    ["a method that we do not know", { token_endpoint_auth_method: "attested" }, "token_endpoint_auth_method: is not one of"],
    [
      "a choice of methods without one of ours",
      { token_endpoint_auth_method: undefined, token_endpoint_auth_methods_supported: ["tls_client_auth"] },
      "token_endpoint_auth_method: is not one of",
    ],
    [
      "a choice that is no list",
      { token_endpoint_auth_method: undefined, token_endpoint_auth_methods_supported: "none" },
      "token_endpoint_auth_methods_supported: is not an array",
    ],
    [
      "private_key_jwt without keys",
      { token_endpoint_auth_method: "private_key_jwt" },
      "token_endpoint_auth_method: needs keys",
    ],
    [
      "keys at an address that is not public",
      { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://10.0.0.1/jwks" },
      "jwks_uri: has an address that is not public",
    ],
    ["a private key", { jwks: { keys: [{ kty: "oct", k: "x" }] } }, "jwks.keys[0]: is not a public key"],
    ["a logo by another scheme", { logo_uri: "data:image/svg+xml,<svg/>" }, "logo_uri: "],
    ["a logo that is script", { logo_uri: "javascript:alert(1)" }, "logo_uri: is not https"],
    ["a page by http", { policy_uri: "http://client.example/privacy" }, "policy_uri: is not https"],
    [
      "the sector of another host",
      { subject_type: "pairwise", sector_identifier_uri: "https://other.example/sector" },
      "sector_identifier_uri: is not on the host of the document",
    ],
    ["grant types without a code", { grant_types: ["urn:example:other"] }, "redirect_uris: is given, but grant_types has no"],
  ])("refuses %s", (_, changes, problem) => {
    expect(() => parse(changes)).toThrow(problem);
  });

  // CASES.md G 107
  it("keeps nothing that only the operator may say", () => {
    const metadata = parse({
      accept_token_endpoint_audience: true,
      require_pkce: false,
      refresh_overlap_seconds: 300,
      token_exchange: { resources: ["https://devops.contoso.example"], impersonation: true },
      publisher: { name: "Contoso", verified: true },
      grant_types: [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "password",
      ],
    });
    expect(metadata).toEqual(parse());
  });

  it("leaves out grant and response types that other servers have", () => {
    const device = "urn:ietf:params:oauth:grant-type:device_code";
    const metadata = parse({
      grant_types: ["authorization_code", device, "urn:example:x"],
      response_types: ["code", "id_token"],
    });
    expect(metadata).toMatchObject({ grant_types: ["authorization_code", device], response_types: ["code"] });
  });

  it.each<[string, readonly string[], string]>([
    ["a loopback address", ["http://127.0.0.1/callback", "https://client.example/cb"], "native"],
    ["localhost with a port", ["http://localhost:7777/callback"], "native"],
    ["a scheme of its own", ["cursor://anysphere.cursor-mcp/oauth/callback"], "native"],
    ["web addresses alone", ["https://client.example/cb"], "web"],
  ])("takes a client with %s for what it is, whatever application_type says", (_, redirect_uris, expected) => {
    expect(parse({ redirect_uris, application_type: "web" }).application_type).toBe(expected);
    expect(parse({ redirect_uris }).application_type).toBe(expected);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["none", { token_endpoint_auth_method: "none" }, "none"],
    ["none with keys and a choice", { ...KEYS, token_endpoint_auth_method: "none", ...both() }, "none"],
    ["private_key_jwt", { ...KEYS, token_endpoint_auth_method: "private_key_jwt" }, "private_key_jwt"],
    ["private_key_jwt and a choice", { ...KEYS, token_endpoint_auth_method: "private_key_jwt", ...both() }, "private_key_jwt"],
    ["a choice, with keys", { ...KEYS, token_endpoint_auth_method: undefined, ...both() }, "private_key_jwt"],
    ["a choice, without keys", { token_endpoint_auth_method: undefined, ...both() }, "none"],
    ["another server's method and a choice", { ...KEYS, token_endpoint_auth_method: "attested", ...both() }, "private_key_jwt"],
    ["nothing", { token_endpoint_auth_method: undefined }, "none"],
    ["nothing but keys", { ...KEYS, token_endpoint_auth_method: undefined }, "none"],
  ])("of a document that says %s makes the method that it must be", (_, changes, method) => {
    expect(parse(changes).token_endpoint_auth_method).toBe(method);
  });

  it("lets a client with keys name the token endpoint in its assertions", () => {
    expect(parse({ ...KEYS, token_endpoint_auth_method: "private_key_jwt" }).accept_token_endpoint_audience).toBe(true);
    expect(parse().accept_token_endpoint_audience).toBeUndefined();
  });

  it("takes the documents of clients that are in wide use", () => {
    const claude = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    const code = ["authorization_code", "refresh_token"];
    const documents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      [claude]: {
        client_name: "Claude",
        redirect_uris: ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"],
        grant_types: code,
        response_types: ["code"],
        token_endpoint_auth_method: "none",
      },
      "https://chatgpt.com/oauth/client.json": {
        client_name: "ChatGPT",
        client_uri: "https://chatgpt.com/",
        redirect_uris: ["https://chatgpt.com/connector/oauth/a"],
        grant_types: code,
        response_types: ["code"],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
        token_endpoint_auth_signing_alg: "RS256",
        jwks_uri: "https://chatgpt.com/oauth/jwks.json",
      },
      "https://vscode.dev/oauth/client-metadata.json": {
        client_name: "Visual Studio Code",
        redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"],
        grant_types: [...code, "urn:ietf:params:oauth:grant-type:device_code"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        application_type: "native",
      },
    };
    for (const [id, document] of Object.entries(documents))
      expect(parseClientDocument(id, { client_id: id, ...document }).client_name).toBe(document["client_name"]);
  });
});

function both() {
  return { token_endpoint_auth_methods_supported: ["none", "private_key_jwt"] };
}
