import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Env, parseConfig } from "../src/config.ts";
import { OAuthError } from "../src/errors.ts";

const parse = (changes: Partial<Env>) => parseConfig({ ...(env as unknown as Env), ...changes });

/** What the log says; who asks learns nothing of it. */
function problemOf(changes: Partial<Env>): string | undefined {
  try {
    parse(changes);
    return undefined;
  } catch (error) {
    return error instanceof OAuthError && error.code === "server_error" ? error.reason : String(error);
  }
}

describe("the configuration", () => {
  it("asks for nothing that is optional", () => {
    expect(parse({})).toMatchObject({
      issuer: "https://id.example",
      mtlsOrigin: null,
      requirePushedAuthorizationRequests: false,
      requireDpopNonce: false,
      clientIdMetadataDocuments: true,
      registration: "closed",
      lenientRegistration: false,
      operator: "Countersign",
      operatorEmail: null,
      brand: { logo: null, accent: null, accentDark: null, supportUrl: null, privacyUrl: null, termsUrl: null },
    });
  });

  it("takes what an operator sets", () => {
    const set = {
      MTLS_ORIGIN: "https://mtls.id.example",
      REQUIRE_PUSHED_AUTHORIZATION_REQUESTS: "true",
      REQUIRE_DPOP_NONCE: "true",
      CLIENT_ID_METADATA_DOCUMENTS: "false",
      REGISTRATION: "open",
      LENIENT_REGISTRATION: "true",
      OPERATOR: "Contoso",
      OPERATOR_EMAIL: "trust@contoso.example",
      BRAND_LOGO: "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E",
      BRAND_ACCENT: "#0b5c50",
      BRAND_ACCENT_DARK: "#74D3BF",
      SUPPORT_URL: "mailto:help@contoso.example",
      PRIVACY_URL: "https://contoso.example/privacy",
      TERMS_URL: "https://contoso.example/terms",
    };
    expect(parse(set)).toMatchObject({
      mtlsOrigin: "https://mtls.id.example",
      requirePushedAuthorizationRequests: true,
      requireDpopNonce: true,
      clientIdMetadataDocuments: false,
      registration: "open",
      lenientRegistration: true,
      operator: "Contoso",
      operatorEmail: "trust@contoso.example",
      brand: {
        logo: { contentType: "image/svg+xml" },
        accent: "#0b5c50",
        accentDark: "#74D3BF",
        supportUrl: "mailto:help@contoso.example",
        privacyUrl: "https://contoso.example/privacy",
        termsUrl: "https://contoso.example/terms",
      },
    });
    expect(parse({ REGISTRATION: "off" }).registration).toBe("off");
  });

  it("lets nobody register without a token where nothing is said of it", () => {
    const { REGISTRATION: _, ...bare } = env as unknown as Env;
    expect(parseConfig(bare).registration).toBe("closed");
  });

  it.each<[keyof Env, string | undefined]>([
    ["ISSUER", undefined],
    ["OPERATOR_EMAIL", "trust"],
    ["OPERATOR_EMAIL", "trust@contoso.example, other@contoso.example"],
    ["ISSUER", "id.example"],
    ["ISSUER", "http://id.example"],
    ["ISSUER", "https://id.example/"],
    ["ISSUER", "https://id.example/path"],
    ["MASTER_SECRET", undefined],
    ["MASTER_SECRET", "short"],
    ["MTLS_ORIGIN", "mtls.id.example"],
    ["MTLS_ORIGIN", "http://mtls.id.example"],
    ["MTLS_ORIGIN", "https://mtls.id.example/"],
    ["REQUIRE_PUSHED_AUTHORIZATION_REQUESTS", "yes"],
    ["REQUIRE_DPOP_NONCE", "1"],
    ["CLIENT_ID_METADATA_DOCUMENTS", ""],
    ["REGISTRATION", "Open"],
    ["REGISTRATION", ""],
    ["LENIENT_REGISTRATION", "yes"],
    ["BRAND_LOGO", "https://contoso.example/logo.svg"],
    ["BRAND_LOGO", "data:image/png;base64,AAAA"],
    ["BRAND_ACCENT", "teal"],
    ["BRAND_ACCENT", "#74d3bf"],
    ["BRAND_ACCENT_DARK", "#0b5c50"],
    ["SUPPORT_URL", "contoso.example/help"],
    ["SUPPORT_URL", "javascript:alert(1)"],
    ["PRIVACY_URL", "mailto:privacy@contoso.example"],
    ["TERMS_URL", "http://contoso.example/terms"],
  ])("names %s when it is %j", (name, value) => {
    expect(problemOf({ [name]: value } as Partial<Env>)).toContain(name);
  });

  it("takes each way out for e-mails with what it needs, and no other", () => {
    const api = { EMAIL: "api", EMAIL_FROM: "no-reply@id.example", EMAIL_API_FORMAT: "resend", EMAIL_API_TOKEN: "t" };
    const from = "no-reply@id.example";
    const SEND_EMAIL = { send: async () => {} } as unknown as SendEmail;
    const local = "http://localhost:8787";
    expect(parse({}).email).toEqual({ kind: "off" });
    expect(parse({ EMAIL: "mailbox", ISSUER: local }).email).toEqual({ kind: "mailbox" });
    expect(parse({ EMAIL: "cloudflare", EMAIL_FROM: from, SEND_EMAIL }).email).toEqual({ kind: "cloudflare", from });
    expect(parse(api).email).toEqual({ kind: "api", from, format: "resend", url: "https://api.resend.com/emails", token: "t" });
    const wrong: readonly (readonly [Partial<Env>, string])[] = [
      [{ EMAIL: "smtp" }, "EMAIL"],
      [{ EMAIL: "mailbox" }, "EMAIL may be mailbox only where ISSUER is on localhost"],
      [{ EMAIL: "cloudflare", EMAIL_FROM: from }, "SEND_EMAIL"],
      [{ EMAIL: "cloudflare", SEND_EMAIL }, "EMAIL_FROM"],
      [{ ...api, EMAIL_FROM: "Countersign" }, "EMAIL_FROM"],
      [{ ...api, EMAIL_FROM: "a@b.example\r\nBcc: c@d.example" }, "EMAIL_FROM"],
      [{ ...api, EMAIL_API_FORMAT: "smtp" }, "EMAIL_API_FORMAT"],
      [{ ...api, EMAIL_API_URL: "http://mail.example" }, "EMAIL_API_URL"],
      [{ ...api, EMAIL_API_TOKEN: "" }, "EMAIL_API_TOKEN"],
    ];
    for (const [changes, name] of wrong) expect(problemOf(changes)).toContain(name);
  });

  it("takes plain http on the development machine alone", () => {
    expect(parse({ ISSUER: "http://localhost:8787" }).secure).toBe(false);
    expect(parse({ ISSUER: "http://127.0.0.1:8787" }).secure).toBe(false);
  });
});
