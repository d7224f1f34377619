import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClientMetadata } from "../../src/rules/clientMetadata.ts";
import { emptyFields, fieldsOfService, readService, type ServiceSetting } from "../../src/rules/serviceForm.ts";
import { kindDefaults, kindOf, kinds, type ServiceKind } from "../../src/rules/serviceKind.ts";
import type { ServiceFields } from "../../src/rules/serviceProblems.ts";

const good: ServiceFields = { ...emptyFields, client_name: "Ledger", redirect_uris: "https://ledger.example/cb" };
const withoutUris: readonly ServiceKind[] = ["machine", "device"];

const resources = [
  {
    identifier: "https://api.example",
    name: "API",
    scopes: [{ name: "read", title: "Read", description: "", access: "read", risk: "low" }],
    authorizationDetailsTypes: [],
    accessTokenSeconds: null,
    clientId: null,
    ownerId: "aaada",
  },
] as const;

const setting: ServiceSetting = { before: undefined, resources, ownerId: "aaada", ownOrigin: "https://id.example" };

const fieldsFor = (kind: ServiceKind): ServiceFields => ({
  ...good,
  kind,
  scope: ["read"],
  redirect_uris: withoutUris.includes(kind) ? "" : good.redirect_uris,
});

describe("a kind of service", () => {
  it.each(kinds)("%s becomes metadata that is of this kind again", (kind) => {
    const read = readService(fieldsFor(kind), setting);
    expect(read.kind).toBe("metadata");
    if (read.kind !== "metadata") return;
    expect(kindOf(read.metadata)).toBe(kind);
    expect(read.metadata).toMatchObject(kindDefaults[kind]);
  });

  it.each(kinds)("%s is the same after its form was sent unchanged", (kind) => {
    const first = readService(fieldsFor(kind), setting);
    if (first.kind !== "metadata") throw new Error("problems");
    const again = readService(fieldsOfService(first.metadata), { ...setting, before: first.metadata });
    expect(again).toEqual(first);
  });
});

describe("a form", () => {
  it("tells everything that is wrong at once, each field once", () => {
    const read = readService(
      {
        ...good,
        client_name: "",
        client_uri: "x",
        policy_uri: "y",
        logo_uri: "z",
        jwks: "{",
        jwks_uri: "http://x.example",
        redirect_uris: "a\nb",
      },
      setting,
    );
    if (read.kind !== "problems") throw new Error("no problems");
    expect(read.problems.map(({ field, line }) => (line ? `${field} ${line.number}` : field))).toEqual([
      "redirect_uris 1",
      "redirect_uris 2",
      "jwks",
      "jwks_uri",
      "client_name",
      "client_uri",
      "logo_uri",
      "policy_uri",
    ]);
  });

  it.each([
    ["https://ledger.example/*", /stands for nothing but itself/],
    ["https://ledger.example/cb?to=*", /stands for nothing but itself/],
    ["https://id.example/device?user_code=BCDF-GHJK", /our own address/],
    ["https://id.example/settings/developer/callback", /our own address/],
  ])("takes no %s, unless it is registered", (uri, words) => {
    const fields = { ...good, redirect_uris: uri };
    expect(readService(fields, setting)).toEqual({
      kind: "problems",
      problems: [{ field: "redirect_uris", line: { number: 1, text: uri }, words: expect.stringMatching(words) }],
    });
    const before = parseClientMetadata({ client_name: "Ledger", redirect_uris: [uri] });
    expect(readService(fields, { ...setting, before }).kind).toBe("metadata");
  });

  it("lets a machine have what its developer's own resources define, and nothing of others alone", () => {
    const machine = { ...fieldsFor("machine"), scope: ["read"] };
    expect(readService(machine, setting).kind).toBe("metadata");
    const [{ scopes, ...api }] = resources;
    const full = [{ ...api, scopes: scopes.map((scope) => ({ ...scope, access: "full" as const })) }];
    for (const other of [{ ownerId: "aagrace" }, { resources: full }])
      expect(readService(machine, { ...setting, ...other })).toEqual({
        kind: "problems",
        problems: [{ field: "scope", words: expect.stringContaining("of an API of yours") }],
      });
  });

  it("keeps members that it does not have, and changes those that it has", () => {
    const before = parseClientMetadata({
      client_name: "Old",
      redirect_uris: ["https://old.example/"],
      "client_name#de": "Alt",
      backchannel_logout_uri: "https://old.example/bye",
      contacts: ["a@old.example"],
    });
    const read = readService(good, { ...setting, before });
    expect(read).toMatchObject({
      metadata: { client_name: "Ledger", "client_name#de": "Alt", backchannel_logout_uri: "https://old.example/bye" },
    });
    if (read.kind === "metadata") expect(read.metadata.contacts).toBeUndefined();
  });

  it("takes one key, an array of keys, or a set of them", () => {
    const key = { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) };
    for (const jwks of [key, [key], { keys: [key] }]) {
      const read = readService({ ...good, jwks: JSON.stringify(jwks), token_endpoint_auth_method: "private_key_jwt" }, setting);
      expect(read).toMatchObject({ metadata: { jwks: { keys: [key] } } });
    }
  });

  it("is read or refused in words, whatever was typed", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.webUrl(),
      fc.constantFrom("", "{", "[]", "null", "x\ny"),
    );
    const anything = fc.record({
      kind: fc.constantFrom(...kinds),
      client_name: text,
      client_uri: text,
      policy_uri: text,
      tos_uri: text,
      logo_uri: text,
      contacts: text,
      redirect_uris: text,
      scope: fc.array(text, { maxLength: 3 }),
      grant_types: fc.subarray(["authorization_code", "refresh_token", "client_credentials", "password"]),
      token_endpoint_auth_method: fc.constantFrom("", "none", "client_secret_jwt", "private_key_jwt", "x"),
      jwks: text,
      jwks_uri: text,
      dpop_bound_access_tokens: fc.boolean(),
      require_pushed_authorization_requests: fc.boolean(),
      require_signed_request_object: fc.boolean(),
    });
    fc.assert(
      fc.property(anything, (fields) => {
        const read = readService(fields, setting);
        if (read.kind === "metadata") expect(parseClientMetadata(read.metadata)).toEqual(read.metadata);
        else {
          expect(read.problems.length).toBeGreaterThan(0);
          for (const { words } of read.problems) expect(words).toMatch(/^[A-Z].*[.\w/]/s);
        }
      }),
    );
  });
});
