/** Software statements (RFC 7591 section 2.3): what an issuer that we trust says of a client goes before what the client says. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { open } from "../../src/store/database.ts";
import { trustedIssuers } from "../../src/store/schema.ts";
import { addResource, CALLBACK } from "../builders.ts";
import { type ClientHost, createClientHost } from "../clientHost.ts";
import { clientKey, sign } from "../clientKey.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const DIRECTORY = "https://directory.example";
const JWKS = "https://directory.example/jwks";
const SOFTWARE = "4NRB1-0XZABZI9E6-5SM3R";

let server: Server;
let host: ClientHost;

beforeEach(async () => {
  await empty();
  host = createClientHost();
  server = createServer({ fetch: host.fetch, config: { registration: "open" } });
  await addResource();
});

type Claims = Readonly<Record<string, unknown>>;

async function trust(changes: Partial<typeof trustedIssuers.$inferInsert> = {}): Promise<void> {
  const { jwk } = await clientKey("ES256");
  const values = {
    issuer: DIRECTORY,
    purposes: ["software_statement"] as const,
    jwks: { keys: [jwk] },
    createdAt: 0,
    updatedAt: 0,
  };
  await open(env.DB)
    .insert(trustedIssuers)
    .values({ ...values, ...changes });
}

const seconds = () => Math.floor(server.deps.now() / 1000);

const statement = async (claims: Claims = {}, header: Claims = {}, key = clientKey("ES256")): Promise<string> =>
  sign(
    await key,
    { iss: DIRECTORY, software_id: SOFTWARE, client_name: "Fieldnotes", iat: seconds(), exp: seconds() + 60, ...claims },
    { typ: "JWT", ...header },
  );

const send = (software_statement: unknown, changes: Claims = {}) =>
  server.fetch("/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ redirect_uris: [CALLBACK], software_statement, ...changes }),
  });

interface Registered extends Claims {
  readonly client_id: string;
  readonly registration_access_token: string;
}

async function register(text: string, changes: Claims = {}): Promise<Registered> {
  const response = await send(text, changes);
  const body = await response.json<Registered>();
  expect(response.status, JSON.stringify(body)).toBe(201);
  return body;
}

const manage = ({ client_id, registration_access_token }: Registered, method: string, body?: Claims) =>
  server.fetch(`/register/${client_id}`, {
    method,
    headers: { authorization: `Bearer ${registration_access_token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify({ client_id, ...body }) }),
  });

async function expectRefused(answer: () => Promise<Response>, error: string): Promise<void> {
  const before = await snapshot();
  const response = await answer();
  const body = await response.json<{ error: string; error_description: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([400, error]);
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(await snapshot()).toBe(before);
}

describe("a software statement", () => {
  beforeEach(() => trust());

  it("goes before what the client says of itself, and comes back as it was sent", async () => {
    const text = await statement({
      client_uri: "https://fieldnotes.example/",
      "client_name#ja": "\u30d5\u30a3\u30fc\u30eb\u30c9",
    });
    const client = await register(text, {
      client_name: "Contoso",
      client_uri: "https://contoso.example/",
      contacts: ["a@b.example"],
    });
    expect(client).toMatchObject({
      client_name: "Fieldnotes",
      client_uri: "https://fieldnotes.example/",
      "client_name#ja": "\u30d5\u30a3\u30fc\u30eb\u30c9",
      contacts: ["a@b.example"],
      software_id: SOFTWARE,
      software_statement: text,
    });
    for (const claim of ["iss", "iat", "exp"]) expect(client).not.toHaveProperty(claim);
    expect(await (await manage(client, "GET")).json()).toMatchObject({ software_statement: text, client_name: "Fieldnotes" });
  });

  it("goes before what the client says in other languages too", async () => {
    const client = await register(await statement({ "tos_uri#de": "https://fieldnotes.example/agb" }), {
      "client_name#de": "Contoso",
      tos_uri: "https://contoso.example/terms",
      "tos_uri#fr": "https://contoso.example/fr",
      "policy_uri#de": "https://fieldnotes.example/datenschutz",
    });
    for (const name of ["client_name#de", "tos_uri", "tos_uri#fr"]) expect(client).not.toHaveProperty(name);
    expect(client).toMatchObject({
      client_name: "Fieldnotes",
      "tos_uri#de": "https://fieldnotes.example/agb",
      "policy_uri#de": "https://fieldnotes.example/datenschutz",
    });
  });

  it("may be brought by any number of installations", async () => {
    const text = await statement();
    expect((await register(text)).client_id).not.toBe((await register(text)).client_id);
  });

  it.each<[string, () => Promise<string>]>([
    ["says who it is for", () => statement({ aud: ISSUER })],
    ["is for several servers", () => statement({ aud: ["https://other.example", ISSUER] })],
    ["has no end", () => statement({ exp: undefined })],
    ["ended within the last minute", () => statement({ exp: seconds() - 59 })],
    ["has a type of its own", () => statement({}, { typ: "software-statement+jwt" })],
    ["has no type", () => statement({}, { typ: undefined })],
  ])("is taken where it %s", async (_, make) => {
    await register(await make());
  });

  it.each<[string, () => Promise<unknown>]>([
    ["is no text", async () => 7],
    ["is an object", async () => ({ iss: DIRECTORY })],
    ["is no JWT", async () => "a.b.c"],
    ["is longer than 16 KB", async () => statement({ padding: "x".repeat(17_000) })],
    ["is signed by another key", async () => statement({}, {}, clientKey("ES256", "another"))],
    ["is signed by another key under its kid", async () => statement({}, { kid: "ES256-key" }, clientKey("ES256", "another"))],
    [
      "was changed",
      async () =>
        (await statement()).replace(/^([^.]+)\.[^.]+/, `$1.${btoa('{"iss":"https://directory.example"}').replace(/=+$/, "")}`),
    ],
    ["is not signed", async () => `${btoa('{"alg":"none"}').replace(/=+$/, "")}.${(await statement()).split(".")[1]}.`],
    ["is another kind of JWT", async () => statement({}, { typ: "client-authentication+jwt" })],
    ["has expired", async () => statement({ exp: seconds() - 60 })],
    ["is from the future", async () => statement({ iat: seconds() + 61 })],
    ["is not valid yet", async () => statement({ nbf: seconds() + 61 })],
    ["has an end that is no time", async () => statement({ exp: "tomorrow" })],
    ["is for another server", async () => statement({ aud: "https://other.example" })],
    ["carries an extension", async () => statement({}, { crit: ["b64"], b64: true })],
  ])("that %s is refused", async (_, make) => {
    const made = await make();
    await expectRefused(() => send(made), "invalid_software_statement");
  });

  it("of somebody else than the issuers that may speak of software is not approved", async () => {
    for (const iss of ["https://evil.example", undefined, 7, ISSUER]) {
      const text = await statement({ iss });
      await expectRefused(() => send(text), "unapproved_software_statement");
    }
  });

  it("gives nothing that the client could not have asked for itself", async () => {
    const claims = { require_pkce: false, refresh_overlap_seconds: 300, scope: "openid admin builds.read" };
    expect(await register(await statement(claims))).toMatchObject({
      require_pkce: true,
      refresh_overlap_seconds: 90,
      scope: "openid builds.read",
    });
    const machine = await statement({ grant_types: ["client_credentials"], scope: "builds.read" });
    await expectRefused(() => send(machine), "invalid_client_metadata");
    const within = await statement({ jwks_uri: "https://10.0.0.1/" });
    await expectRefused(() => send(within), "invalid_client_metadata");
  });
});

describe("an issuer of statements", () => {
  it("that is trusted for something else may not speak of software", async () => {
    await trust({ purposes: ["id_jag", "jwt_bearer"] });
    const text = await statement();
    await expectRefused(() => send(text), "unapproved_software_statement");
  });

  it("may have its keys at an address", async () => {
    await trust({ jwks: null, jwksUri: JWKS });
    host.serve(JWKS, { keys: [(await clientKey("ES256")).jwk] });
    await register(await statement());
    expect(host.asked).toEqual([JWKS]);
  });

  it("whose keys cannot be had is not believed, and not asked again at once", async () => {
    await trust({ jwks: null, jwksUri: JWKS });
    const text = await statement();
    await expectRefused(() => send(text), "invalid_software_statement");
    await expectRefused(() => send(text), "invalid_software_statement");
    expect(host.asked).toEqual([JWKS]);
  });

  it("speaks of certain software and certain scopes alone, where the operator said so", async () => {
    await trust({ clients: [SOFTWARE], scopes: ["openid", "builds.read"] });
    expect(await register(await statement(), { scope: "openid builds.read workitems.read" })).toMatchObject({
      scope: "openid builds.read",
    });
    expect(await register(await statement())).toMatchObject({ scope: "openid builds.read" });
    const other = await statement({ software_id: "another" });
    await expectRefused(() => send(other), "unapproved_software_statement");
  });

  it("may sign with each of our algorithms", async () => {
    const keys = await Promise.all(["ES256", "PS256", "EdDSA", "RS256"].map((alg) => clientKey(alg)));
    await trust({ jwks: { keys: keys.map(({ jwk }) => jwk) } });
    for (const key of keys) await register(await statement({}, {}, Promise.resolve(key)));
  });
});

describe("a replacement", () => {
  it("does not unsay what a statement said, whether or not it brings it again, even when it has expired since", async () => {
    await trust();
    const text = await statement();
    const client = await register(text);
    server.pass(3600);
    for (const software_statement of [undefined, text]) {
      const response = await manage(client, "PUT", { redirect_uris: [CALLBACK], client_name: "Contoso", software_statement });
      expect([response.status, await response.json()]).toMatchObject([
        200,
        { client_name: "Fieldnotes", software_statement: text },
      ]);
    }
  });

  it("may bring a newer one, which must be good", async () => {
    await trust();
    const client = await register(await statement());
    const newer = await statement({ client_name: "Fieldnotes 2" });
    const response = await manage(client, "PUT", { redirect_uris: [CALLBACK], software_statement: newer });
    expect(await response.json()).toMatchObject({ client_name: "Fieldnotes 2", software_statement: newer });
    const bad = await statement({}, {}, clientKey("ES256", "another"));
    await expectRefused(
      () => manage(client, "PUT", { redirect_uris: [CALLBACK], software_statement: bad }),
      "invalid_software_statement",
    );
  });

  it("is refused once its issuer is trusted no more", async () => {
    await trust();
    const client = await register(await statement());
    await env.DB.prepare("DELETE FROM trusted_issuers").run();
    server.pass(60);
    await expectRefused(() => manage(client, "PUT", { redirect_uris: [CALLBACK] }), "unapproved_software_statement");
  });
});
