import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { matchesSubject, readCertificate, thumbprintOf } from "../../src/tokens/certificate.ts";
import { parseDistinguishedName } from "../../src/tokens/distinguishedName.ts";
import { BUILDBOARD, cfOf, SELF_SIGNED } from "../certificates.ts";

/** Made with openssl, with everything in its names that a careless reader would trip over. */
const ODD =
  "MIIDjTCCAzKgAwIBAgIUUTlOtJILasHq1SX3tKFPg79FuwMwCgYIKoZIzj0EAwIwgc4xCzAJBgNVBAYTAlNFMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBsZTEXMBUGCgmSJomT8ixkARkWB2NvbnRvc28xFjAUBgNVBAoMDUNvbnRvc28sIEluYy4xEzARBgNVBGEMClBTRFNFLUZJLTcxGzAZBgNVBAsMEk9wcyArICJEZXYiID0gw5ZzdDEfMAgGA1UEBRMBNzATBgNVBAMMDGJ1aWxkLE89QmFuazEiMCAGCSqGSIb3DQEJARYTb3BzQGNvbnRvc28uZXhhbXBsZTAgFw0yNjExMjQxNTI1NDNaGA8yMTI2MTAzMTE1MjU0M1owgc4xCzAJBgNVBAYTAlNFMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBsZTEXMBUGCgmSJomT8ixkARkWB2NvbnRvc28xFjAUBgNVBAoMDUNvbnRvc28sIEluYy4xEzARBgNVBGEMClBTRFNFLUZJLTcxGzAZBgNVBAsMEk9wcyArICJEZXYiID0gw5ZzdDEfMAgGA1UEBRMBNzATBgNVBAMMDGJ1aWxkLE89QmFuazEiMCAGCSqGSIb3DQEJARYTb3BzQGNvbnRvc28uZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK8AFxsumHyRxdD8nkC56CKTZyny3v9vOv6goS/lAzP2OzBg6d25iwk41i+jwLrbQItaHdT8yggFtlefb3ixbxmjgekwgeYwgcQGA1UdEQSBvDCBuYIWQ2xpZW50LmNvbnRvc28uZXhhbXBsZYIdYS5leGFtcGxlLCBETlM6dmljdGltLmV4YW1wbGWCDioud2lsZC5leGFtcGxlhhtodHRwczovL2NvbnRvc28uZXhhbXBsZS9hLGKGJmh0dHBzOi8veC5leGFtcGxlLywgRE5TOnZpY3RpbS5leGFtcGxlhwTAAAIHhxAgAQ24AAAAAAAAAAAAAAAHgRNvcHNAY29udG9zby5leGFtcGxlMB0GA1UdDgQWBBQB4d14xByOSnSCXCz044i6O9Q5yjAKBggqhkjOPQQDAgNJADBGAiEAiezeqZdO1NTq9xsCOeCFfGo5fSn7Fhtxz1SeAUD28B8CIQCeYdZv11xXoN+/d75PPsTHSdyUCkMEtkXdi7VYD3cJ0Q==";
const ODD_THUMBPRINT = "yUa9O7qf7ZIDdPcHEMFHx4YT7021nMWwo9HdqckGuJM";

/** The subject of `ODD`, as `openssl x509 -nameopt RFC2253` writes it. */
const ODD_SUBJECT = String.raw`emailAddress=ops@contoso.example,CN=build\,O=Bank+serialNumber=7,OU=Ops \+ \"Dev\" = \C3\96st,organizationIdentifier=PSDSE-FI-7,O=Contoso\, Inc.,DC=contoso,DC=example,C=SE`;

const odd = () => {
  const certificate = readCertificate(cfOf(ODD).tlsClientAuth);
  if (certificate === null) throw new Error("no certificate");
  return certificate;
};
const matches = (metadata: Partial<ClientMetadata>) => matchesSubject(odd(), metadata as ClientMetadata);

describe("readCertificate", () => {
  it("computes the thumbprint from the certificate itself", () => {
    expect(odd()).toMatchObject({ thumbprint: ODD_THUMBPRINT, verified: true });
    expect(thumbprintOf(ODD)).toBe(ODD_THUMBPRINT);
  });

  it.each([
    [{ certVerified: "FAILED:unable to get local issuer certificate" }],
    [{ certVerified: "NONE" }],
    [{ certVerified: "success" }],
    [{ certVerified: true }],
    [{ certRevoked: "1" }],
    [{ certRevoked: undefined }],
  ])("trusts no certificate of which Cloudflare says %j", (changes) => {
    expect(readCertificate(cfOf(BUILDBOARD, changes).tlsClientAuth)?.verified).toBe(false);
  });

  it.each([
    [undefined],
    [null],
    ["1"],
    [7],
    [{}],
    [cfOf(BUILDBOARD, { certPresented: "0" }).tlsClientAuth],
    [{ certPresented: true }],
  ])("finds none in %j", (tlsClientAuth) => {
    expect(readCertificate(tlsClientAuth)).toBeNull();
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["too large", { certRFC9440: "", certRFC9440TooLarge: true }],
    ["missing", { certRFC9440: undefined }],
    ["empty", { certRFC9440: "::" }],
    ["without colons", { certRFC9440: BUILDBOARD }],
    ["in base64url", { certRFC9440: `:${BUILDBOARD.replaceAll("+", "-").replaceAll("/", "_")}:` }],
    ["in broken base64", { certRFC9440: `:${BUILDBOARD.slice(0, -3)}:` }],
    ["truncated", { certRFC9440: `:${BUILDBOARD.slice(0, 400)}:` }],
    ["no certificate", { certRFC9440: ":bm90IGEgY2VydGlmaWNhdGU=:" }],
  ])("refuses one that is %s", (_, changes) => {
    expect(() => readCertificate(cfOf(BUILDBOARD, changes).tlsClientAuth)).toThrow(
      expect.objectContaining({ code: "invalid_client", reason: expect.stringContaining("certificate") }),
    );
  });
});

describe("matchesSubject", () => {
  it.each([
    ODD_SUBJECT,
    ODD_SUBJECT.replaceAll(",", ", ").replaceAll("\\, ", "\\,"),
    ODD_SUBJECT.replace("C3\\96", "c3\\96"),
    ODD_SUBJECT.replace("\\C3\\96", "\u00d6"),
    ODD_SUBJECT.replace("emailAddress", "1.2.840.113549.1.9.1").replace("organizationIdentifier", "2.5.4.97"),
    ODD_SUBJECT.replace("CN=", "cn=").replace("OU=", "ou = ").replace("DC=contoso", "dc=contoso"),
    ODD_SUBJECT.replace("CN=build\\,O=Bank+serialNumber=7", "serialNumber=7+CN=build\\2CO=Bank"),
    ODD_SUBJECT.replace("C=SE", "C=#0C025345"),
  ])("knows the subject in the spelling %s", (dn) => {
    expect(matches({ tls_client_auth_subject_dn: dn })).toBe(true);
  });

  it.each([
    ["", "in nothing"],
    [ODD_SUBJECT.replace("\\,O=Bank", ",O=Bank"), "where the comma inside a name would end it"],
    [ODD_SUBJECT.replace("CN=build\\,O=Bank", "CN=build"), "without a part of a name"],
    [ODD_SUBJECT.replace("+serialNumber=7", ",serialNumber=7"), "with one RDN made two"],
    [ODD_SUBJECT.replace(",C=SE", ""), "without its end"],
    [`${ODD_SUBJECT},O=More`, "with more behind it"],
    [ODD_SUBJECT.replace("DC=contoso,DC=example", "DC=example,DC=contoso"), "in another order"],
    [ODD_SUBJECT.replace("Contoso", "contoso"), "in other letters"],
    [ODD_SUBJECT.replace("C=SE", "L=SE"), "under another type"],
    [
      ODD_SUBJECT.split(/(?<!\\),/)
        .toReversed()
        .join(","),
      "read from the other end",
    ],
    ["CN=build\\,O=Bank", "by its common name alone"],
    ["*", "as a wildcard"],
    [`${ODD_SUBJECT}\\`, "with an escape of nothing"],
    [ODD_SUBJECT.replace("C=SE", "C=#0C0353"), "with a value in broken BER"],
    [ODD_SUBJECT.replace("\\C3\\96", "\\C3"), "with half a character"],
  ])("does not know the subject in %s: %s", (dn) => {
    expect(matches({ tls_client_auth_subject_dn: dn })).toBe(false);
  });

  it.each<Partial<ClientMetadata>>([
    { tls_client_auth_san_dns: "client.contoso.example" },
    { tls_client_auth_san_dns: "*.wild.example" },
    { tls_client_auth_san_uri: "https://contoso.example/a,b" },
    { tls_client_auth_san_ip: "192.0.2.7" },
    { tls_client_auth_san_ip: "2001:db8::7" },
    { tls_client_auth_san_ip: "2001:DB8:0:0::0.0.0.7" },
    { tls_client_auth_san_email: "ops@Contoso.example" },
  ])("finds %j", (metadata) => {
    expect(matches(metadata)).toBe(true);
  });

  it.each<Partial<ClientMetadata>>([
    // Both stand inside a name of the certificate, in quotes and out of them.
    { tls_client_auth_san_dns: "victim.example" },
    { tls_client_auth_san_dns: "a.example" },
    { tls_client_auth_san_dns: "x.wild.example" },
    { tls_client_auth_san_dns: "contoso.example" },
    { tls_client_auth_san_dns: "192.0.2.7" },
    { tls_client_auth_san_dns: "" },
    { tls_client_auth_san_uri: "https://contoso.example/a" },
    { tls_client_auth_san_uri: "https://CONTOSO.example/a,b" },
    { tls_client_auth_san_uri: "client.contoso.example" },
    { tls_client_auth_san_ip: "192.0.2.8" },
    { tls_client_auth_san_ip: "::ffff:192.0.2.7" },
    { tls_client_auth_san_email: "Ops@contoso.example" },
    { tls_client_auth_san_email: "contoso.example" },
    {},
  ])("does not find %j", (metadata) => {
    expect(matches(metadata)).toBe(false);
  });

  it("finds nothing in a certificate without such names", () => {
    const certificate = readCertificate(cfOf(SELF_SIGNED).tlsClientAuth);
    expect(certificate && matchesSubject(certificate, { tls_client_auth_san_dns: "" } as ClientMetadata)).toBe(false);
  });
});

describe("parseDistinguishedName", () => {
  it("gives one spelling to whatever text is escaped in whichever way", () => {
    const escapes: readonly ((character: string) => string)[] = [
      (character) => `\\${character}`,
      (character) => [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join(""),
    ];
    const text = fc.array(fc.constantFrom(...'aZ09 ,+"\\<>;=#\u00d6\u{1f600}'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.nat(1)), (characters, choices) => {
        // A digit behind a backslash would begin a byte.
        const written = characters.map((character) =>
          /[a-z0-9]/i.test(character) ? character : escapes[choices.next().value ?? 0]?.(character),
        );
        expect(parseDistinguishedName(`CN=${written.join("")}`)).toEqual([JSON.stringify(["2.5.4.3", characters.join("")])]);
      }),
    );
  });

  it("answers to any text, a long one too, before the runner gives up", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseDistinguishedName(text)));
    expect(parseDistinguishedName(" ".repeat(100_000))).toBeUndefined();
    expect(parseDistinguishedName("\\".repeat(100_000))).toBeUndefined();
    expect(parseDistinguishedName(`CN=${" \\".repeat(50_000)} `)).toHaveLength(1);
    expect(parseDistinguishedName(`${"CN=a,".repeat(20_000)}CN=a`)).toHaveLength(20_001);
  });
});
