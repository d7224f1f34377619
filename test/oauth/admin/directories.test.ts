import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { findDirectoryFor } from "../../../src/directories/find.ts";
import { loadDirectories } from "../../../src/store/directories.ts";
import { unseal } from "../../../src/tokens/secret.ts";
import { addOrganization, addUser } from "../../builders.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../../harness.ts";
import { addOperator, ask, ownToken } from "./operator.ts";

let server: Server;
let token: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  await addOrganization("contoso", "all", (await addUser("Ada")).userId);
  await addOperator();
  token = await ownToken(server);
});

const PATH = "/admin/directories/contoso";
const SECRET = "a-secret-of-theirs";
const directory = {
  display_name: "Contoso",
  issuer: "https://login.contoso.example",
  client_id: "countersign",
  client_secret: SECRET,
  organization: "contoso",
  domains: ["contoso.example"],
  creates_accounts: true,
  matches_email: true,
  requires: { org: "1" },
  claims: { subject: "oid" },
  joins: { claim: "groups", member: ["staff"] },
  scopes: ["groups"],
};
const { client_secret: _, ...shown } = directory;

const logOf = async (): Promise<readonly unknown[]> => {
  const { results } = await env.DB.prepare("SELECT action FROM audit WHERE actor = 'operator' ORDER BY rowid").all();
  return results.map((row) => row["action"]);
};
const sealed = () => env.DB.prepare("SELECT sealed_secret FROM directories").first<string>("sealed_secret");

describe("a directory", () => {
  it("is connected, looked at, changed and taken away, each once in the log, and its secret is never shown", async () => {
    const made = await ask(server, token, "PUT", PATH, directory);
    const redirectUri = `${ISSUER}/sign-in/work/contoso/callback`;
    const whole = { id: "contoso", ...shown, has_client_secret: true, redirect_uri: redirectUri };
    expect([made.status, made.body]).toEqual([201, whole]);
    const read = await ask(server, token, "GET", PATH);
    expect([read.body, read.headers.get("etag")]).toEqual([whole, made.headers.get("etag")]);
    expect((await ask(server, token, "GET", "/admin/directories")).body).toEqual({ directories: [whole] });
    server.pass(1);
    const again = await ask(server, token, "PUT", PATH, made.body);
    expect([again.status, again.headers.get("etag"), again.body]).toEqual([200, made.headers.get("etag"), whole]);
    expect(await unseal(server.deps, "directory", (await sealed()) ?? "")).toBe(SECRET);
    const changed = await ask(server, token, "PUT", PATH, { ...shown, client_secret: null });
    expect([changed.status, changed.body["has_client_secret"], await sealed()]).toEqual([200, false, null]);
    expect((await ask(server, token, "DELETE", PATH)).status).toBe(204);
    server.pass(1);
    expect((await ask(server, token, "DELETE", PATH)).status).toBe(404);
    expect((await ask(server, token, "GET", PATH)).status).toBe(404);
    expect(await logOf()).toEqual(["directory.connected", "directory.updated", "directory.removed"]);
  });

  it("counts at once in this isolate, and within a minute in the others", async () => {
    const other = createServer();
    const knows = async ({ deps }: Server) => (await findDirectoryFor(deps, "grace@contoso.example"))?.id;
    expect([await knows(server), await knows(other)]).toEqual([undefined, undefined]);
    await ask(server, token, "PUT", PATH, directory);
    expect([await knows(server), await knows(other)]).toEqual(["contoso", undefined]);
    other.pass(61);
    expect(await knows(other)).toBe("contoso");
    expect(await findDirectoryFor(other.deps, "grace@contoso.example.evil.example")).toBeUndefined();
    await ask(server, token, "DELETE", PATH);
    expect(await loadDirectories(server.deps)).toEqual([]);
  });

  it("changes under the version that was looked at, and under no other", async () => {
    const etag = (await ask(server, token, "PUT", PATH, directory, { "if-none-match": "*" })).headers.get("etag") ?? "";
    const changed = { ...shown, display_name: "Contoso Ltd" };
    expect((await ask(server, token, "PUT", PATH, changed, { "if-match": etag })).status).toBe(200);
    const before = await snapshot();
    expect((await ask(server, token, "PUT", PATH, directory, { "if-match": etag })).status).toBe(412);
    expect((await ask(server, token, "PUT", PATH, directory, { "if-none-match": "*" })).status).toBe(412);
    expect((await ask(server, token, "DELETE", PATH, undefined, { "if-match": etag })).status).toBe(412);
    expect(await snapshot()).toBe(before);
  });

  const entra = "https://login.microsoftonline.com/organizations/v2.0";
  it.each<[string, object, string]>([
    ["of no name", { ...directory, display_name: undefined }, "display_name: is missing"],
    ["of a plain http issuer", { ...directory, issuer: "http://login.example" }, "issuer: is not https"],
    ["that is this server", { ...directory, issuer: ISSUER }, "issuer: is this server itself"],
    ["of a domain in capitals", { ...directory, domains: ["Contoso.example"] }, "domains[0]: is not a domain"],
    ["of a domain twice", { ...directory, domains: ["a.example", "a.example"] }, "domains[1]: is there twice"],
    [
      "of no domain, to make accounts",
      { ...directory, domains: [], matches_email: false },
      "domains: is empty, but creates_accounts",
    ],
    [
      "of no domain, to find people",
      { ...directory, domains: [], creates_accounts: false },
      "domains: is empty, but matches_email",
    ],
    [
      "of an organization that there is not",
      { ...directory, organization: "tailspin" },
      "organization: there is no such organization",
    ],
    ["that joins no organization", { ...directory, organization: undefined }, "organization: is missing: joins says"],
    ["that nobody joins by", { ...directory, joins: { claim: "groups" } }, "joins.member: is missing, or owner"],
    ["for every tenant", { ...directory, issuer: entra }, "requires.tid: is missing: this issuer speaks for every tenant"],
    ["of everybody's accounts", { ...directory, issuer: "https://accounts.google.com" }, "requires.hd: is missing"],
    ["of a required list", { ...directory, requires: { tid: ["1"] } }, "requires.tid: is not a string"],
    ["of a misspelt claim", { ...directory, claims: { mail: "upn" } }, "claims.mail: is not a member that we know"],
    ["of a misspelt member", { ...directory, domain: "contoso.example" }, "domain: is not a member that we know"],
    ["under another name", { ...directory, id: "fabrikam" }, "id: is not the one of the address"],
  ])("is refused %s, and nothing changes", async (_, body, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "PUT", PATH, body);
    expect([answer.status, answer.body["error"]]).toEqual([400, "invalid_request"]);
    expect(answer.body["error_description"]).toContain(description);
    expect([await snapshot(), await loadDirectories(server.deps)]).toEqual([before, []]);
  });

  it("is refused with a domain that another one has", async () => {
    await ask(server, token, "PUT", PATH, directory);
    const before = await snapshot();
    const body = { ...directory, domains: ["new.example", "contoso.example"] };
    const answer = await ask(server, token, "PUT", "/admin/directories/fabrikam", body);
    expect(answer.status).toBe(400);
    expect(answer.body["error_description"]).toBe("domains[1]: is another directory's already");
    expect([await snapshot(), (await loadDirectories(server.deps)).length]).toEqual([before, 1]);
  });

  it("is no business of a person's token, nor of nobody's", async () => {
    expect((await ask(server, null, "PUT", PATH, directory)).status).toBe(401);
    expect(await loadDirectories(server.deps)).toEqual([]);
  });
});
