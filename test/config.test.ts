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
    };
    expect(parse(set)).toMatchObject({
      mtlsOrigin: "https://mtls.id.example",
      requirePushedAuthorizationRequests: true,
      requireDpopNonce: true,
      clientIdMetadataDocuments: false,
      registration: "open",
      lenientRegistration: true,
    });
    expect(parse({ REGISTRATION: "off" }).registration).toBe("off");
  });

  it("lets nobody register without a token where nothing is said of it", () => {
    const { REGISTRATION: _, ...bare } = env as unknown as Env;
    expect(parseConfig(bare).registration).toBe("closed");
  });

  it.each<[keyof Env, string | undefined]>([
    ["ISSUER", undefined],
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
  ])("names %s when it is %j", (name, value) => {
    expect(problemOf({ [name]: value } as Partial<Env>)).toContain(name);
  });

  it("takes plain http on the development machine alone", () => {
    expect(parse({ ISSUER: "http://localhost:8787" }).secure).toBe(false);
    expect(parse({ ISSUER: "http://127.0.0.1:8787" }).secure).toBe(false);
  });
});
