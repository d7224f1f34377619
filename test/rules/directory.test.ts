import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DirectorySettings, JsonObject } from "../../src/model.ts";
import { metadataIssuer, parseDirectory, tokenIssuer } from "../../src/rules/directory.ts";
import { type DirectoryPerson, decidePerson, timesProblem } from "../../src/rules/directoryPerson.ts";

const settings: DirectorySettings = { domains: ["contoso.example"], creates_accounts: true, matches_email: true };
const claims = { sub: "1", email: "Grace@Contoso.example", email_verified: true, name: "Grace Hopper" };

const personOf = (changes: JsonObject, given: Partial<DirectorySettings> = {}): DirectoryPerson => {
  const decision = decidePerson({ ...settings, ...given }, { ...claims, ...changes });
  if (decision.kind !== "person") throw new Error(decision.kind);
  return decision.person;
};

describe("who somebody is by the claims of their directory", () => {
  it("is told by its subject, address and name, under whatever names they have there", () => {
    expect(personOf({})).toEqual({
      subject: "1",
      email: "grace@contoso.example",
      isOwnDomain: true,
      isVerified: true,
      name: "Grace Hopper",
      role: "member",
      amr: [],
      acr: "urn:countersign:acr:password",
    });
    const named = { claims: { subject: "oid", email: "upn", name: "nick" } };
    expect(personOf({ oid: "o", upn: "g@contoso.example", nick: "G" }, named)).toMatchObject({
      subject: "o",
      email: "g@contoso.example",
      name: "G",
    });
  });

  it.each<[string, JsonObject, Partial<DirectoryPerson>]>([
    ["no address", { email: undefined }, { email: null, isOwnDomain: false }],
    ["an address that is none", { email: "grace" }, { email: null, isOwnDomain: false }],
    ["an address in a list", { email: ["grace@contoso.example"] }, { email: null }],
    ["a domain that only ends like ours", { email: "g@notcontoso.example" }, { isOwnDomain: false }],
    ["a domain below ours", { email: "g@mail.contoso.example" }, { isOwnDomain: false }],
    ["two at signs", { email: "g@evil.example@contoso.example" }, { email: null }],
    ["a word of its own for verified", { email_verified: "true" }, { isVerified: false }],
    ["a domain that Entra ID vouches for", { email_verified: undefined, xms_edov: true }, { isVerified: true }],
    ["the same in a number", { email_verified: undefined, xms_edov: 1 }, { isVerified: true }],
    ["a domain that Entra ID does not vouch for", { email_verified: undefined, xms_edov: false }, { isVerified: false }],
    ["a name in two parts", { name: undefined, given_name: "Grace", family_name: "Hopper" }, { name: "Grace Hopper" }],
    ["a name that turns the text around", { name: "Grace\u202e reppoH" }, { name: "Grace reppoH" }],
    ["no name", { name: "" }, { name: "grace@contoso.example" }],
    ["methods", { amr: ["otp", "x", "mfa"] }, { amr: ["mfa", "otp"], acr: "urn:countersign:acr:mfa" }],
    ["a method in a word", { amr: "mfa" }, { amr: [] }],
  ])("of %s", (_, changes, expected) => {
    expect(personOf(changes)).toMatchObject(expected);
  });

  it.each<[JsonObject]>([[{ sub: undefined }], [{ sub: "" }], [{ sub: 7 }], [{ sub: "a\nb" }], [{ sub: "x".repeat(256) }]])(
    "is nobody of the subject %j",
    (changes) => {
      expect(decidePerson(settings, { ...claims, ...changes })).toEqual({ kind: "no_subject" });
    },
  );

  it("is nobody of another tenant, whatever else the claims say", () => {
    const requires = { hd: "contoso.example" };
    fc.assert(
      fc.property(fc.anything(), (hd) => {
        const decision = decidePerson({ ...settings, requires }, { ...claims, hd });
        expect(decision.kind).toBe(hd === "contoso.example" ? "person" : "wrong_tenant");
      }),
    );
  });

  it("joins only by a value that is named", () => {
    const joins = { claim: "groups", member: ["staff"], owner: ["admins"] };
    fc.assert(
      fc.property(fc.anything(), (groups) => {
        const has = (name: string) => [groups].flat().includes(name);
        const expected = has("admins") ? "owner" : has("staff") ? "member" : null;
        expect(personOf({ groups }, { joins }).role).toBe(expected);
      }),
    );
    expect(personOf({ groups: "admins" }, { joins }).role).toBe("owner");
    expect(personOf({ groups: ["x", "staff"] }, { joins }).role).toBe("member");
  });
});

describe("the times of an ID token", () => {
  const at = 1_000_000;
  const good = { iat: at, exp: at + 300, auth_time: at - 100 };
  const check = (changes: JsonObject, maxAgeSeconds: number | null = null) =>
    timesProblem({ ...good, ...changes }, { startedAt: at * 1000, maxAgeSeconds, now: at * 1000 });

  it.each<[string, JsonObject, number | null, string | undefined]>([
    ["good", {}, null, undefined],
    ["just expired, within the skew", { exp: at - 59 }, null, undefined],
    ["expired", { exp: at - 60 }, null, "clock"],
    ["a little ahead", { iat: at + 60 }, null, undefined],
    ["ahead", { iat: at + 61 }, null, "clock"],
    ["not yet", { nbf: at + 61 }, null, "clock"],
    ["no expiry", { exp: undefined }, null, "clock"],
    ["young enough", {}, 100, undefined],
    ["young enough, within the skew", {}, 40, undefined],
    ["too old", {}, 39, "not_fresh"],
    ["of no age", { auth_time: undefined }, 39, "not_fresh"],
    ["of an age in words", { auth_time: String(at) }, 39, "not_fresh"],
  ])("are %s", (_, changes, maxAge, expected) => {
    expect(check(changes, maxAge)).toBe(expected);
  });
});

describe("the issuers of Entra ID", () => {
  const tid = "9122040d-6c67-4c5b-b112-36a304b66dad";
  const base = { id: "x", display_name: "X", client_id: "c", domains: ["contoso.example"] };

  it("stand for one tenant, also those for many", () => {
    for (const name of ["common", "organizations"]) {
      const { issuer, settings: read } = parseDirectory({
        ...base,
        issuer: `https://login.microsoftonline.com/${name}/v2.0`,
        requires: { tid },
      });
      expect(metadataIssuer(issuer)).toBe("https://login.microsoftonline.com/{tenantid}/v2.0");
      expect(tokenIssuer(metadataIssuer(issuer), read)).toBe(`https://login.microsoftonline.com/${tid}/v2.0`);
    }
    const own = `https://login.microsoftonline.com/${tid}/v2.0`;
    expect(tokenIssuer(metadataIssuer(own), {})).toBe(own);
  });

  it("are no others that look like them", () => {
    for (const issuer of [
      "https://login.microsoftonline.com.evil.example/common/v2.0",
      "https://login.microsoftonline.com/common",
    ])
      expect(metadataIssuer(issuer)).toBe(issuer);
  });
});
