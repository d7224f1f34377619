import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { Client } from "../../src/model.ts";
import { cleanNote, noted, noteFor, redirectUriNote } from "../../src/rules/developerNote.ts";

const client: Client = {
  clientId: "ledger",
  metadata: {
    client_name: "Ledger",
    application_type: "web",
    redirect_uris: ["https://ledger.example/callback"],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    scope: "openid builds.read",
    token_endpoint_auth_method: "none",
    id_token_signed_response_alg: "RS256",
    authorization_signed_response_alg: "RS256",
    introspection_signed_response_alg: "RS256",
    subject_type: "public",
    require_pkce: true,
    refresh_overlap_seconds: 90,
  },
  secrets: [],
  publisher: null,
  origin: "developer",
  ownerId: "aaada",
  createdAt: 0,
};

const textOf = (error: OAuthError): string | undefined => (noted(error, client) as OAuthError).forDeveloper?.text;

describe("a note", () => {
  it.each([
    [
      "a scope that is not registered",
      new OAuthError("invalid_scope", "Not for x."),
      "Not for x. Registered: openid builds.read.",
    ],
    ["a grant type", new OAuthError("unauthorized_client", "No."), "No. Registered: authorization_code."],
    ["a used code", new OAuthError("invalid_grant", "No.", { reason: "code presented again" }), /used before.*revoked/],
    ["a late code", new OAuthError("invalid_grant", "No.", { reason: "code expired" }), /later than a minute/],
    [
      "a stale token",
      new OAuthError("invalid_grant", "No.", { reason: "generation 3 presented, 5 is current" }),
      /used before/,
    ],
    ["a bad object", new OAuthError("invalid_request_object", "No.", { reason: "expired" }), "No. Reason: expired."],
    ["anything else", new OAuthError("invalid_request", "Not so.", { reason: "private" }), "Not so."],
  ])("says of %s what there is to mend", (_, error, words) => {
    expect(textOf(error)).toMatch(words);
    if (typeof words === "string") expect(textOf(error)).toBe(words);
  });

  it.each([
    "access_denied",
    "authorization_pending",
    "slow_down",
    "expired_token",
    "use_dpop_nonce",
    "login_required",
    "server_error",
  ] as const)("is not left of %s, which no developer can mend", (code) => {
    expect(textOf(new OAuthError(code, "x"))).toBeUndefined();
  });

  it("is not left for a client that nobody would read it of, nor of what is no error of ours", () => {
    expect(noteFor({ ...client, ownerId: null }, "x")).toBeUndefined();
    const error = new OAuthError("invalid_scope", "x", { headers: { a: "b" } });
    expect(noted(error, { ...client, ownerId: null })).toBe(error);
    const broken = new TypeError("x");
    expect(noted(broken, client)).toBe(broken);
  });

  it("leaves the error itself as it was, and the first note in place", () => {
    const error = new OAuthError("invalid_client", "No.", { reason: "r", headers: { a: "b" }, status: 418, cause: 1 });
    const found = noted(error, client, "first") as OAuthError;
    expect(found).toMatchObject({
      code: "invalid_client",
      description: "No.",
      reason: "r",
      headers: { a: "b" },
      status: 418,
      cause: 1,
    });
    expect((noted(found, client, "second") as OAuthError).forDeveloper?.text).toBe("first");
  });
});

describe("of redirect URIs it", () => {
  it("shows what was sent beside what is registered", () => {
    expect(redirectUriNote("https://ledger.example/callback/", client.metadata.redirect_uris)).toBe(
      "redirect_uri does not match. You sent: https://ledger.example/callback/ ; registered: https://ledger.example/callback. They are compared character by character.",
    );
  });

  it("shows the names in a query and no value, no user information and no fragment", () => {
    const text = redirectUriNote("https://ada:pw@ledger.example/cb?code=abc&state=xyz&flag#tok", []);
    expect(text).toContain("https://…@ledger.example/cb?code=…&state=…&… ; none is registered");
    for (const secret of ["ada", "pw", "abc", "xyz", "flag", "tok"]) expect(text).not.toContain(secret);
  });

  it("shows five of many", () => {
    const many = Array.from({ length: 8 }, (_, index) => `https://ledger.example/${index}`);
    expect(redirectUriNote("x", many)).toContain("https://ledger.example/4 and 3 more.");
  });
});

describe("cleaning", () => {
  it.each([
    ["csc_aaBcDeF.0.abc-_", "a code of ours"],
    ["csr_aaBcDeF1234", "a refresh token of ours"],
    ["css_0123456789", "a secret of ours"],
    ["eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "a JWT"],
    ["ada.lovelace@contoso.example", "an address"],
    ["ada%40contoso.example", "an encoded address"],
    ["4915112345678", "a telephone number"],
    ["A".repeat(43), "anything as long as a digest"],
  ])("takes out %s, %s", (secret) => {
    const text = cleanNote(`The scope ${secret} is not known here.`);
    expect(text).not.toContain(secret);
    expect(text).toMatch(/^The scope \S*…\S* is not known here\.$/);
  });

  it("leaves what developers need", () => {
    const text =
      "Registered: https://app.example:8443/cb , com.example.app:/cb , http://127.0.0.1/cb ; workitems.read offline_access";
    expect(cleanNote(text)).toBe(text);
  });

  it("yields one line of bounded length without a credential, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 2000 }),
        fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
        (noise, tail) => {
          const text = cleanNote(`${noise} csr_${tail.replace(/\W/g, "a")}x`);
          expect(text.length).toBeLessThanOrEqual(600);
          expect(text).not.toMatch(/\bcs[a-z]_\w|[\p{C}\n]/u);
        },
      ),
    );
  });
});
