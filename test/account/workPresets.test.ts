// The directories that docs/directories.md describes, with metadata of their shapes.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { Browser, textOf } from "../browser.ts";
import { addOrganization, addUser } from "../builders.ts";
import { empty, ISSUER } from "../harness.ts";
import {
  addDomain,
  connectDirectory,
  openidProvider,
  type Provider,
  serverWith,
  signInByDirectory,
} from "../openidDirectory.ts";

const TENANT = "9122040d-6c67-4c5b-b112-36a304b66dad";
const MICROSOFT = "https://login.microsoftonline.com";

let contoso: string;

beforeEach(async () => {
  await empty();
  contoso = await addOrganization("contoso", "all");
  await addDomain(contoso);
});

/** As `/organizations/v2.0` describes itself: its issuer has a placeholder, and its endpoints are elsewhere. */
async function entra(): Promise<Provider> {
  const provider = await openidProvider(MICROSOFT);
  const here = `${MICROSOFT}/organizations`;
  provider.metadata = {
    issuer: `${MICROSOFT}/{tenantid}/v2.0`,
    authorization_endpoint: `${here}/oauth2/v2.0/authorize`,
    token_endpoint: `${here}/oauth2/v2.0/token`,
    jwks_uri: `${here}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    request_uri_parameter_supported: false,
  };
  provider.claims = {
    iss: `${MICROSOFT}/${TENANT}/v2.0`,
    sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    tid: TENANT,
    ver: "2.0",
    email: "grace@contoso.example",
    name: "Grace Hopper",
  };
  return provider;
}

const entraSettings = { requires: { tid: TENANT }, claims: { subject: "oid" } };
const entraRow = { issuer: `${MICROSOFT}/organizations/v2.0` };

it("Entra ID for many tenants lets in the one, by oid, and its addresses are not verified unless it says so", async () => {
  const provider = await entra();
  const { server } = serverWith(provider);
  await connectDirectory(server, contoso, entraSettings, entraRow);
  // Entra ID sends no `iss` beside the code.
  const page = await signInByDirectory(new Browser(server), provider, "/sign-in/work/contoso", { iss: undefined });
  expect(page.url).toBe(`${ISSUER}/settings/authorizations`);
  const identity = await env.DB.prepare(
    "SELECT issuer, subject, email_verified FROM identities JOIN users ON id = user_id",
  ).first();
  expect(identity).toEqual({
    issuer: `${MICROSOFT}/${TENANT}/v2.0`,
    subject: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    email_verified: 0,
  });
  expect(provider.asked.some(({ path }) => path === "/organizations/v2.0/.well-known/openid-configuration")).toBe(true);
});

it("Entra ID takes over nobody's account by an address that its administrators may write", async () => {
  const provider = await entra();
  const { server } = serverWith(provider);
  await connectDirectory(server, contoso, entraSettings, entraRow);
  const { userId } = await addUser("Grace");
  const come = () => signInByDirectory(new Browser(server), provider, "/sign-in/work/contoso", { iss: undefined });
  expect((await come()).status).toBe(403);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM identities").first("n")).toBe(0);
  provider.claims = { ...provider.claims, xms_edov: true };
  expect((await come()).url).toBe(`${ISSUER}/settings/authorizations`);
  expect(await env.DB.prepare("SELECT user_id FROM identities").first("user_id")).toBe(userId);
});

it.each([
  ["another tenant's token", { iss: `${MICROSOFT}/11111111-1111-1111-1111-111111111111/v2.0` }, 502, "could not verify"],
  ["another tenant's claim", { tid: "11111111-1111-1111-1111-111111111111" }, 403, "belongs to another organization"],
  ["the placeholder itself", { iss: `${MICROSOFT}/{tenantid}/v2.0` }, 502, "could not verify"],
])("Entra ID lets in nobody with %s", async (_, changes, status, words) => {
  const provider = await entra();
  const { server } = serverWith(provider);
  await connectDirectory(server, contoso, entraSettings, entraRow);
  provider.claims = { ...provider.claims, ...changes };
  const page = await signInByDirectory(new Browser(server), provider, "/sign-in/work/contoso", { iss: undefined });
  expect([page.status, textOf(page)]).toEqual([status, expect.stringContaining(words)]);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toBe(0);
});

it("Google Workspace lets in the people of the hosted domain, and no private account", async () => {
  const provider = await openidProvider("https://accounts.google.com");
  provider.metadata = {
    issuer: provider.issuer,
    authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
    token_endpoint: "https://accounts.google.com/token",
    userinfo_endpoint: "https://accounts.google.com/userinfo",
    jwks_uri: "https://accounts.google.com/oauth2/v3/certs",
    response_types_supported: ["code", "token", "id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["plain", "S256"],
  };
  const { server } = serverWith(provider);
  await connectDirectory(server, contoso, { requires: { hd: "contoso.example" } }, { issuer: provider.issuer });
  const come = () => signInByDirectory(new Browser(server), provider, "/sign-in/work/contoso", { iss: undefined });
  const refused = await come();
  expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining("belongs to another organization")]);
  provider.claims = { ...provider.claims, hd: "contoso.example" };
  expect((await come()).url).toBe(`${ISSUER}/settings/authorizations`);
  expect(provider.request.get("hd")).toBe("contoso.example");
});

it("Okta lets in its people, and says by their groups who belongs to the organization", async () => {
  const issuer = "https://contoso.okta.example/oauth2/default";
  const provider = await openidProvider(issuer);
  provider.metadata = {
    issuer,
    authorization_endpoint: `${issuer}/v1/authorize`,
    token_endpoint: `${issuer}/v1/token`,
    userinfo_endpoint: `${issuer}/v1/userinfo`,
    jwks_uri: `${issuer}/v1/keys`,
    response_types_supported: ["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: [
      "client_secret_basic",
      "client_secret_post",
      "client_secret_jwt",
      "private_key_jwt",
      "none",
    ],
    code_challenge_methods_supported: ["S256"],
  };
  provider.claims = { sub: "00u1", amr: ["pwd", "mfa"] };
  provider.userinfo = {
    sub: "00u1",
    email: "grace@contoso.example",
    email_verified: true,
    name: "Grace",
    groups: ["Everyone"],
  };
  const { server } = serverWith(provider);
  const joins = { claim: "groups", member: ["Everyone"], owner: ["IT"] };
  await connectDirectory(server, contoso, { joins, scopes: ["groups"] }, { issuer });
  const page = await signInByDirectory(new Browser(server), provider);
  expect(page.url).toBe(`${ISSUER}/settings/authorizations`);
  expect(provider.request.get("scope")).toBe("openid profile email groups");
  expect(await env.DB.prepare("SELECT role FROM memberships").first("role")).toBe("member");
  expect(await env.DB.prepare("SELECT acr FROM sessions").first("acr")).toBe("urn:countersign:acr:mfa");
});
