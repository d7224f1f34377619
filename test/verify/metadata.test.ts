import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { protect, resourceMetadata } from "../../src/verify/hono.ts";
import {
  challenge,
  checkRequest,
  createResourceServer,
  metadataResponse,
  protectedResourceMetadata,
  type ResourceServerOptions,
} from "../../src/verify/index.ts";
import { refusal } from "./issuer.ts";

const issuer = "https://id.example";
const create = (audience: string, options: Partial<ResourceServerOptions> = {}) =>
  createResourceServer({ issuer, audience, ...options });

const ROOT = "https://api.example/.well-known/oauth-protected-resource";

describe("the metadata of a resource server", () => {
  it("names what every client needs to know", () => {
    expect(protectedResourceMetadata(create("https://api.example/mcp"))).toEqual({
      resource: "https://api.example/mcp",
      authorization_servers: [issuer],
      bearer_methods_supported: ["header"],
      dpop_signing_alg_values_supported: ["ES256", "PS256", "EdDSA"],
    });
  });

  it("tells whatever the resource server has to say, under the names of RFC 9728", () => {
    const description = {
      name: "Contoso DevOps",
      scopes: ["builds.read", "workitems.read"],
      documentation: "https://api.example/docs",
      policyUri: "https://api.example/policy",
      tosUri: "https://api.example/terms",
      authorizationDetailsTypes: ["repository_access"],
      certificateBoundTokens: true,
    };
    expect(protectedResourceMetadata(create("https://api.example", { dpopRequired: true }), description)).toEqual({
      resource: "https://api.example",
      authorization_servers: [issuer],
      scopes_supported: ["builds.read", "workitems.read"],
      bearer_methods_supported: ["header"],
      resource_name: "Contoso DevOps",
      resource_documentation: "https://api.example/docs",
      resource_policy_uri: "https://api.example/policy",
      resource_tos_uri: "https://api.example/terms",
      tls_client_certificate_bound_access_tokens: true,
      authorization_details_types_supported: ["repository_access"],
      dpop_signing_alg_values_supported: ["ES256", "PS256", "EdDSA"],
      dpop_bound_access_tokens_required: true,
    });
  });

  it("never offers offline_access, which is no scope of a resource", () => {
    const description = { scopes: ["builds.read", "offline_access"] };
    expect(() => protectedResourceMetadata(create("https://api.example"), description)).toThrow("offline_access");
    expect(() => resourceMetadata({ issuer, audience: "https://api.example" }, description)).toThrow("offline_access");
  });
});

describe("a request for it", () => {
  const ask = (audience: string, url: string, method = "GET") =>
    metadataResponse(new Request(url, { method }), create(audience), { scopes: ["read"] });

  it.each([
    ["https://api.example", ROOT],
    ["https://api.example/", ROOT],
    ["https://api.example/mcp", ROOT],
    ["https://api.example/mcp", `${ROOT}/mcp`],
    ["https://api.example/mcp", `${ROOT}/mcp?cache=no`],
    ["https://api.example/a/b/", `${ROOT}/a/b/`],
    ["https://api.example/mcp?tenant=1", `${ROOT}/mcp?tenant=1`],
    ["http://localhost:8789/mcp", "http://localhost:8789/.well-known/oauth-protected-resource/mcp"],
    // A proxy may call us by another name; the audience is what clients know.
    ["https://api.example/mcp", "http://10.0.0.7:3000/.well-known/oauth-protected-resource/mcp"],
  ])("of %s is answered at %s", async (audience, url) => {
    const response = ask(audience, url);
    expect(response?.status).toBe(200);
    expect(await response?.json()).toMatchObject({ resource: audience, authorization_servers: [issuer] });
    expect(response?.headers.get("content-type")).toBe("application/json");
    expect(response?.headers.get("cache-control")).toBe("public, max-age=300");
    expect(response?.headers.get("access-control-allow-origin")).toBe("*");
  });

  it.each([
    ["https://api.example", `${ROOT}/mcp`],
    ["https://api.example", `${ROOT}/`],
    ["https://api.example/mcp", `${ROOT}/mcp/`],
    ["https://api.example/mcp", `${ROOT}/mc`],
    ["https://api.example/mcp", `${ROOT}/MCP`],
    ["https://api.example/mcp", "https://api.example/mcp/.well-known/oauth-protected-resource"],
    ["https://api.example/mcp", "https://api.example/mcp"],
    ["https://api.example/mcp?tenant=1", `${ROOT}/mcp?tenant=2`],
    ["urn:example:api", ROOT],
    ["api", ROOT],
    ["http://api.example", ROOT],
  ])("of %s is not what %s asks for", (audience, url) => {
    expect(ask(audience, url)).toBeUndefined();
  });

  it("without its body is answered alike", async () => {
    const response = ask("https://api.example", ROOT, "HEAD");
    expect([response?.status, await response?.text()]).toEqual([200, ""]);
    expect(response?.headers.get("content-type")).toBe("application/json");
  });

  it("by a script may say which version of MCP it speaks", () => {
    const response = ask("https://api.example", ROOT, "OPTIONS");
    expect(response?.status).toBe(204);
    expect(response?.headers.get("access-control-allow-origin")).toBe("*");
    expect(response?.headers.get("access-control-allow-methods")).toBe("GET, HEAD, OPTIONS");
    expect(response?.headers.get("access-control-allow-headers")).toBe("MCP-Protocol-Version");
    expect(response?.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("by %s is refused", async (method) => {
    const response = ask("https://api.example", ROOT, method);
    expect([response?.status, response?.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect(response?.headers.get("cache-control")).toBe("no-store");
    expect(await response?.json()).toMatchObject({ error: "method_not_allowed" });
  });
});

describe("a challenge tells where the metadata is", () => {
  const headerFor = async (audience: string, options: Partial<ResourceServerOptions> = {}) => {
    const resourceServer = create(audience, options);
    const error = await refusal(checkRequest(new Request("https://api.example/"), resourceServer, "read"));
    return challenge(error, resourceServer).headers.get("www-authenticate") ?? "";
  };

  it.each<[string, Partial<ResourceServerOptions>, string]>([
    ["https://api.example", {}, ROOT],
    ["https://api.example/mcp", {}, `${ROOT}/mcp`],
    ["http://localhost:8789/mcp", {}, "http://localhost:8789/.well-known/oauth-protected-resource/mcp"],
    ["urn:example:api", { metadataUrl: "https://api.example/about-us" }, "https://api.example/about-us"],
  ])("of %s with %j: %s", async (audience, options, url) => {
    expect(await headerFor(audience, options)).toContain(`scope="read", resource_metadata="${url}"`);
  });

  it.each<[string, Partial<ResourceServerOptions>]>([
    ["https://api.example", { metadataUrl: null }],
    ["urn:example:api", {}],
    ["https://api.example/#x", {}],
    ["http://api.example", {}],
  ])("and nowhere if there is none: %s with %j", async (audience, options) => {
    expect(await headerFor(audience, options)).not.toContain("resource_metadata");
  });

  it("and refuses an address that is none", () => {
    expect(() => create("https://api.example", { metadataUrl: "/metadata" })).toThrow("metadataUrl");
  });

  it("and asks for DPoP alone where nothing else will do", async () => {
    expect(await headerFor("https://api.example", { dpopRequired: true })).toMatch(
      /^DPoP realm=[^,]+, scope="read", [^,]+, algs="[^"]+"$/,
    );
  });
});

describe("with Hono", () => {
  interface Bindings {
    readonly ORIGIN: string;
  }
  const optionsOf = (path: string) => (c: { env: Bindings }) => ({ issuer, audience: c.env.ORIGIN + path });
  const app = new Hono<{ Bindings: Bindings }>()
    .use(resourceMetadata(optionsOf(""), { name: "API" }))
    .use(resourceMetadata(optionsOf("/mcp"), { name: "MCP" }))
    .get("/mcp", protect(optionsOf("/mcp"), "read"), (c) => c.text("reached"))
    .get("*", (c) => c.text("elsewhere"));
  const get = (path: string) => app.request(`https://hono.example${path}`, {}, { ORIGIN: "https://hono.example" });

  it("two resources of one host each have their own, and other requests go on", async () => {
    const nameAt = async (path: string) => (await (await get(path)).json<{ resource_name: string }>()).resource_name;
    expect(await nameAt("/.well-known/oauth-protected-resource")).toBe("API");
    expect(await nameAt("/.well-known/oauth-protected-resource/mcp")).toBe("MCP");
    expect(await (await get("/.well-known/oauth-protected-resource/other")).text()).toBe("elsewhere");
  });

  it("the challenge of a protected route leads to its own", async () => {
    const response = await get("/mcp");
    expect(response.status).toBe(401);
    const url = "https://hono.example/.well-known/oauth-protected-resource/mcp";
    expect(response.headers.get("www-authenticate")).toContain(`resource_metadata="${url}"`);
  });
});
