/** Assertions brought by clients that others wrote, the SDK of MCP with its enterprise-managed authorization among them. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { Person } from "./person.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SECRET = "a-secret-of-forty-three-characters-00000000";
const BEARER = "https://hr.contoso.example";
const AGENT = "contoso-agent";

const keys = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "1", alg: "ES256" };

let local: Local;
/** The directory of Contoso: a token endpoint that hands out ID-JAGs, as an identity provider does by token exchange. */
let directory: Server;
let directoryUrl: string;
/** What the directory lets the agent do. */
let allowed = "mcp.read";

beforeAll(async () => {
  directory = createServer(async (request, response) => {
    const answer = (body: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (request.url === "/.well-known/oauth-authorization-server")
      return answer({
        issuer: directoryUrl,
        authorization_endpoint: `${directoryUrl}/authorize`,
        token_endpoint: `${directoryUrl}/token`,
        response_types_supported: ["code"],
      });
    const form = new URLSearchParams(await request.toArray().then((chunks) => Buffer.concat(chunks).toString()));
    expect(form.get("requested_token_type")).toBe("urn:ietf:params:oauth:token-type:id-jag");
    const access_token = await sign(
      {
        iss: directoryUrl,
        sub: form.get("subject_token") ?? "",
        aud: form.get("audience") ?? "",
        resource: form.get("resource") ?? "",
        client_id: AGENT,
        scope: allowed,
      },
      "oauth-id-jag+jwt",
    );
    const issued_token_type = "urn:ietf:params:oauth:token-type:id-jag";
    return answer({ access_token, issued_token_type, token_type: "N_A", expires_in: 300 });
  });
  directory.listen(0, "127.0.0.1");
  await once(directory, "listening");
  directoryUrl = `http://127.0.0.1:${(directory.address() as AddressInfo).port}`;

  const [ada, ...others] = demo.users;
  const client = { client_secret: SECRET, grant_types: [GRANT_TYPE], redirect_uris: [] };
  local = await startLocal({
    workers: ["contoso-devops"],
    seed: {
      ...demo,
      users: [
        {
          ...ada,
          identities: [
            { issuer: BEARER, subject: "E-1001" },
            { issuer: directoryUrl, subject: "00u1" },
          ],
        },
        ...others,
      ],
      clients: [
        ...demo.clients,
        { ...client, client_id: AGENT, client_name: "Contoso's agent" },
        { ...client, client_id: "payroll", client_name: "Payroll" },
      ],
      trusted_issuers: [
        { issuer: BEARER, purposes: ["jwt_bearer"], jwks_uri: `${BEARER}/jwks`, clients: ["payroll"], scopes: ["builds.read"] },
        { issuer: directoryUrl, purposes: ["id_jag"], jwks: { keys: [jwk] }, organization: "contoso" },
      ],
    },
    outside: (request) =>
      request.url === `${BEARER}/jwks` ? Response.json({ keys: [jwk] }) : new Response(null, { status: 404 }),
  });
});
afterAll(async () => {
  await local.stop();
  directory.close();
});

const sign = (claims: JWTPayload, typ: string) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: "1", typ })
    .setJti(crypto.randomUUID())
    // Its clock is two seconds ahead, so that what it signs after a revocation says so.
    .setIssuedAt(Math.floor(Date.now() / 1000) + 2)
    .setExpirationTime("5m")
    .sign(keys.privateKey);

const bearer = () => sign({ iss: BEARER, sub: "E-1001", aud: local.urls.server }, "authorization-grant+jwt");
const get = (path: string, token: string) =>
  fetch(`${local.urls.contosoDevops}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe("a plain assertion", () => {
  it("is redeemed once by openid-client, for a token that the API takes", async () => {
    const config = await openid.discovery(new URL(local.urls.server), "payroll", undefined, openid.ClientSecretBasic(SECRET), {
      execute: [openid.allowInsecureRequests],
    });
    const assertion = await bearer();
    const tokens = await openid.genericGrantRequest(config, GRANT_TYPE, { assertion, scope: "builds.read" });
    expect([tokens.token_type, tokens.scope, tokens.refresh_token, tokens.id_token]).toEqual([
      "bearer",
      "builds.read",
      undefined,
      undefined,
    ]);
    expect((await get("/api/organizations/contoso/builds", tokens.access_token)).status).toBe(200);
    await expect(openid.genericGrantRequest(config, GRANT_TYPE, { assertion })).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });

  it("is redeemed by oauth4webapi with a DPoP key, to which the token is bound", async () => {
    const issuer = new URL(local.urls.server);
    const http = { [oauth.allowInsecureRequests]: true };
    const found = await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client: oauth.Client = { client_id: "payroll" };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
    const request = async () => {
      const authenticate = oauth.ClientSecretBasic(SECRET);
      const parameters = { assertion: await bearer() };
      return oauth.genericTokenEndpointRequest(server, client, authenticate, GRANT_TYPE, parameters, { ...http, DPoP });
    };
    const tokens = await oauth.processGenericTokenEndpointResponse(server, client, await request());
    expect(tokens.token_type).toBe("dpop");
    expect((await get("/api/organizations/contoso/builds", tokens.access_token)).status).toBe(401);
  });
});

describe("MCP's enterprise-managed authorization", () => {
  /** As the SDK's documentation has it: nobody opens a browser. */
  async function connect(subject: string): Promise<Client> {
    const provider = new CrossAppAccessProvider({
      assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
        const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
          idpUrl: directoryUrl,
          audience: authorizationServerUrl,
          resource: resourceUrl,
          idToken: subject,
          clientId: "agent-at-the-directory",
          ...(scope === undefined ? {} : { scope }),
          ...(fetchFn === undefined ? {} : { fetchFn }),
        });
        return jwtAuthGrant;
      },
      clientId: AGENT,
      clientSecret: SECRET,
      expectedIssuer: local.urls.server,
    });
    const client = new Client({ name: "agent", version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${local.urls.contosoDevops}/mcp`), { authProvider: provider }),
    );
    return client;
  }

  const call = async (client: Client, name: string, args: Readonly<Record<string, unknown>> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    const [first] = content as readonly { readonly type: string; readonly text?: string }[];
    return { isError: isError ?? false, text: first?.text ?? "" };
  };

  it("lets the SDK in at the word of Contoso's directory, for Contoso alone, until the person ends it", async () => {
    const client = await connect("00u1");
    expect(JSON.parse((await call(client, "list_organizations")).text)).toMatchObject({ organizations: [{ name: "contoso" }] });
    expect(JSON.parse((await call(client, "list_builds", { organization: "contoso" })).text).builds).toHaveLength(6);
    expect(await call(client, "list_builds", { organization: "fabrikam" })).toMatchObject({ isError: true });
    const person = new Person(local.urls.server);
    await person.arrive(`${local.urls.server}/sign-in`);
    await person.revoke();
    // Its token is dead, and so is every ID-JAG that a clock which is ahead may have signed before the end.
    await expect(call(client, "list_organizations")).rejects.toMatchObject({ code: "invalid_grant" });
    await local.database.batch(["UPDATE grants SET revoked_at = revoked_at - 11000 WHERE client_id = 'contoso-agent'"]);
    // Once no clock is that far ahead the directory lets it in again: the SDK brings a new ID-JAG by itself.
    expect(JSON.parse((await call(client, "list_organizations")).text)).toMatchObject({ organizations: [{ name: "contoso" }] });
    const [grants = []] = await local.database.batch([
      "SELECT revoked_at IS NOT NULL AS revoked FROM grants WHERE client_id = 'contoso-agent' ORDER BY created_at",
    ]);
    expect(grants).toEqual([{ revoked: 1 }, { revoked: 0 }]);
    await client.close();
  });

  it("gives no more than the directory says, whatever the tool asks for", async () => {
    const client = await connect("00u1");
    const move = { organization: "contoso", id: 1206, state: "resolved" };
    await expect(call(client, "move_work_item", move)).rejects.toMatchObject({ code: "invalid_scope" });
    allowed = "mcp.read mcp.write";
    expect((await call(client, "move_work_item", move)).isError).toBe(false);
    await client.close();
  });

  it("lets nobody in whom the directory knows and we do not", async () => {
    await expect(connect("00u-unknown")).rejects.toMatchObject({ code: "invalid_grant" });
  });
});
