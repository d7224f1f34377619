import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;

/** A project of somebody else's, into which the package was installed as npm would publish it. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "countersign-verify-"));
  const modules = join(project, "node_modules");
  await mkdir(join(modules, "@types"), { recursive: true });
  await run("npm", ["pack", "--silent", "--pack-destination", project], { cwd: root, shell: process.platform === "win32" });
  const [archive = ""] = (await readdir(project)).filter((name) => name.endsWith(".tgz"));
  await run("tar", ["-xzf", archive], { cwd: project });
  await cp(join(project, "package"), join(modules, "countersign"), { recursive: true });
  for (const name of ["jose", "hono", "@types/node"])
    await symlink(join(root, "node_modules", name), join(modules, name), "junction");
});
afterAll(() => rm(project, { recursive: true, force: true }));

const consumer = `
import { generateKeyPair, exportJWK, SignJWT } from "jose";
import { checkRequest, checkToken, challenge, createResourceServer, metadataResponse, OAuthError } from "countersign/verify";
import { protect, resourceMetadata } from "countersign/verify/hono";
import { Hono } from "hono";

const issuer = "https://id.example", audience = "https://api.example";
const { publicKey, privateKey } = await generateKeyPair("ES256");
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" }] };
const documents = { "/.well-known/oauth-authorization-server": { issuer, jwks_uri: issuer + "/jwks" }, "/jwks": jwks };
const fetch = async (url) => Response.json(documents[new URL(url).pathname]);
const token = await new SignJWT({ client_id: "c", scope: "read", grant_id: "g", sid: "f" })
  .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "k1" })
  .setIssuer(issuer).setAudience(audience).setSubject("ada").setJti("t").setIssuedAt().setExpirationTime("5m")
  .sign(privateKey);

const api = createResourceServer({ issuer, audience, fetch });
const request = new Request(audience, { headers: { Authorization: "Bearer " + token } });
const outcome = { sub: (await checkRequest(request, api, "read")).sub };
try {
  await checkToken(token, api, "write");
} catch (error) {
  const response = challenge(error, api);
  outcome.refused = [error instanceof OAuthError, response.status, response.headers.get("www-authenticate")];
}
const app = new Hono().get("/", protect({ issuer, audience, fetch }, "read"), (c) => c.text(c.var.accessToken.client_id));
outcome.hono = [(await app.request("/")).status, await (await app.request("/", { headers: request.headers })).text()];
const wellKnown = audience + "/.well-known/oauth-protected-resource";
outcome.metadata = (await metadataResponse(new Request(wellKnown), api).json()).resource;
const published = new Hono().use(resourceMetadata({ issuer, audience, fetch }, { name: "API" }));
outcome.name = (await (await published.request(wellKnown)).json()).resource_name;
console.log(JSON.stringify(outcome));
`;

describe("the package as npm publishes it", () => {
  it("verifies a token in plain Node", async () => {
    await writeFile(join(project, "consumer.mjs"), consumer);
    const { stdout } = await run(process.execPath, ["consumer.mjs"], { cwd: project });
    const challenge =
      'Bearer realm="https://api.example", error="insufficient_scope", ' +
      'error_description="The access token lacks the scope write.", scope="write", ' +
      'resource_metadata="https://api.example/.well-known/oauth-protected-resource"';
    expect(JSON.parse(stdout)).toEqual({
      sub: "ada",
      refused: [true, 403, challenge],
      hono: [401, "c"],
      metadata: "https://api.example",
      name: "API",
    });
  });

  it("has types that a strict project without Workers types compiles with", async () => {
    await writeFile(
      join(project, "consumer.mts"),
      `import { type AccessTokenClaims, type Actor, challenge, checkRequest, createResourceServer, isForClient } from "countersign/verify";
       import { protect } from "countersign/verify/hono";
       import { Hono } from "hono";
       const options = { issuer: "https://id.example", audience: "https://api.example" };
       const api = createResourceServer(options);
       export const answer = (request: Request): Promise<Response> =>
         checkRequest(request, api, "read").then(({ sub }: AccessTokenClaims) => new Response(sub), (error: unknown) => challenge(error, api));
       export const app = new Hono().get("/", protect(options, "read"), (c) => c.text(c.var.accessToken.sub satisfies string));
       export const needs = { scopes: ["read"], acrValues: ["mfa"], maxAgeSeconds: 300, person: true };
       app.get("/fresh", protect(options, needs), (c) => c.json({ actor: c.var.accessToken.act satisfies Actor | undefined, own: isForClient(c.var.accessToken) }));
       // @ts-expect-error: scopes and an object are two ways to say it
       protect(options, "read", needs);
       // @ts-expect-error: an issuer is needed
       createResourceServer({ audience: "https://api.example" });`,
    );
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2022"];
    const compiled = run(tsc, [...options, "--lib", "es2022,dom,dom.iterable", "--types", "node", "consumer.mts"], {
      cwd: project,
      shell: process.platform === "win32",
    });
    await expect(compiled).resolves.toMatchObject({ stdout: "" });
  });

  it("holds what a resource server needs, and nothing of the authorization server", async () => {
    const dist = join(project, "node_modules", "countersign", "dist");
    const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".js"));
    expect(
      names
        .map((name) => name.replaceAll("\\", "/"))
        .filter((name) => !name.startsWith("verify/"))
        .sort(),
    ).toEqual([
      "errors.js",
      "model.js",
      "tokens/accessToken.js",
      "tokens/clientJwt.js",
      "tokens/dpop.js",
      "tokens/dpopNonce.js",
      "tokens/encoding.js",
      "tokens/jwk.js",
    ]);
  });
});
