import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findRedirectUri, redirectUriProblem } from "../../src/rules/redirectUri.ts";

const registered = "https://good.example/cb";
const loopback = "http://127.0.0.1/cb";

describe("a request's redirect URI", () => {
  test("is the registered one, letter by letter", () => {
    expect(findRedirectUri(registered, ["https://other.example/", registered], "web")).toBe(registered);
  });

  // CASES.md A 1
  const suffixes = ["/", "/.", "/..", "/../cb", "/%2e%2e/cb", "/%252e%252e/cb", "/..%2fcb", "%2f", "%5c", "%252f", ";", ";x=1"];
  const more = [
    "@evil.example",
    "\\",
    "\\@evil.example",
    "%00",
    "\0",
    "\t",
    "%09",
    "/extra",
    "?",
    "?x=1",
    "?a?b",
    "#",
    "#x",
    "%23x",
  ];
  test.each([...suffixes, ...more])("with %j behind it is refused", (suffix) => {
    expect(findRedirectUri(registered + suffix, [registered], "web")).toBeUndefined();
    expect(findRedirectUri(registered + suffix, [registered], "native")).toBeUndefined();
  });

  // CASES.md A 2 and 3
  test.each([
    "https://GOOD.example/cb",
    "HTTPS://good.example/cb",
    "https://good.example./cb",
    "https://good.example:443/cb",
    "https://good.example/cb/",
    "https://good.example/CB",
    "https://good.example/",
    "https://good.example",
    "http://good.example/cb",
    "https://good.example@evil.example/cb",
    "https://evil.example\\@good.example/cb",
    "https://good.example%40evil.example/cb",
    "https://a@b@evil.example/cb",
    "https://user@good.example/cb",
    " https://good.example/cb",
    "https://good.example/cb ",
    "//good.example/cb",
    "/cb",
    "",
  ])("spelt %j is refused", (uri) => {
    expect(findRedirectUri(uri, [registered], "web")).toBeUndefined();
  });

  test("without the query that was registered, or with another, is refused", () => {
    const withQuery = "https://good.example/cb?tenant=1";
    expect(findRedirectUri(withQuery, [withQuery], "web")).toBe(withQuery);
    expect(findRedirectUri(registered, [withQuery], "web")).toBeUndefined();
    expect(findRedirectUri(`${withQuery}&x=1`, [withQuery], "web")).toBeUndefined();
  });

  test("that is endless is refused", () => {
    const endless = `${registered}${"a".repeat(3000)}`;
    expect(findRedirectUri(endless, [endless], "web")).toBeUndefined();
  });

  test("that is not registered is never accepted from a web client", () => {
    const uri = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string());
    fc.assert(
      fc.property(uri, fc.array(uri, { maxLength: 4 }), (requested, known) => {
        const found = findRedirectUri(requested, known, "web");
        return known.includes(requested) ? found === requested : found === undefined;
      }),
    );
  });

  // CASES.md A 6
  test.each(["http://127.0.0.1:51004/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", loopback])(
    "of a native client may be %s when its loopback URI has no port",
    (uri) => {
      expect(findRedirectUri(uri, [loopback], "native")).toBe(uri);
    },
  );

  test("on the loopback may have any port on IPv6 too, and when the registered one has a port", () => {
    expect(findRedirectUri("http://[::1]:4711/cb", ["http://[::1]/cb"], "native")).toBe("http://[::1]:4711/cb");
    expect(findRedirectUri("http://127.0.0.1:4711/cb", ["http://127.0.0.1:8080/cb"], "native")).toBe(
      "http://127.0.0.1:4711/cb",
    );
  });

  test.each([
    "http://127.0.0.1.evil.example:1/cb",
    "http://127.0.0.1:1@evil.example/cb",
    "http://localhost:1/cb",
    "http://127.0.0.1:1/other",
    "http://127.0.0.1:1/cb/",
    "http://127.0.0.1:1/cb?x=1",
    "http://127.0.0.1:1/cb#x",
    "https://127.0.0.1:1/cb",
    "http://0x7f000001:1/cb",
    "http://2130706433:1/cb",
    "http://127.1:1/cb",
    "http://[::ffff:127.0.0.1]:1/cb",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:/cb",
    "http://127.0.0.1:8a/cb",
    "HTTP://127.0.0.1:1/cb",
  ])("of a native client is not %s", (uri) => {
    expect(findRedirectUri(uri, [loopback], "native")).toBeUndefined();
  });

  test("of a web client has the registered port", () => {
    expect(findRedirectUri("http://127.0.0.1:51004/cb", [loopback], "web")).toBeUndefined();
  });

  test("of a native client differs from a registered one in its port alone", () => {
    const host = fc.constantFrom("127.0.0.1", "[::1]", "localhost", "127.0.0.1.evil.example", "evil.example");
    const port = fc.oneof(
      fc.constant(""),
      fc.integer({ min: 1, max: 65_535 }).map((value) => `:${value}`),
    );
    const uri = fc.tuple(host, port, fc.constantFrom("", "/", "/cb", "/cb?x"));
    fc.assert(
      fc.property(uri, uri, ([host, port, rest], [knownHost, knownPort, knownRest]) => {
        const requested = `http://${host}${port}${rest}`;
        const known = `http://${knownHost}${knownPort}${knownRest}`;
        const samePlace = host === knownHost && rest === knownRest && !host.includes("evil");
        return (findRedirectUri(requested, [known], "native") !== undefined) === (samePlace || requested === known);
      }),
    );
  });
});

describe("registering a redirect URI", () => {
  test.each([
    ["web", "https://good.example/cb"],
    ["web", "https://good.example"],
    ["web", "https://good.example:8443/cb?tenant=1"],
    ["web", "https://xn--bcher-kva.example/cb"],
    ["web", "http://localhost:3000/cb"],
    ["native", "http://127.0.0.1/cb"],
    ["native", "http://[::1]/cb"],
    ["native", "com.example.app:/oauth/cb"],
    ["native", "com.example.app://cb"],
    ["native", "https://app.example/cb"],
  ] as const)("of a %s client works with %s", (applicationType, uri) => {
    expect(redirectUriProblem(uri, applicationType)).toBeUndefined();
  });

  // CASES.md A 3, 4, 5 and 7
  test.each([
    ["https://good.example/cb#x", "has a fragment"],
    ["https://good.example/cb#", "has a fragment"],
    ["https://good.example/cb%23x", "hides"],
    ["https://good.example@evil.example/cb", "user information"],
    ["https://a@b@evil.example/", "user information"],
    ["https://evil.example\\@good.example/cb", "must encode"],
    ["https://good.example%40evil.example/cb", "not an absolute URI"],
    ["https://good.example/a/%2e%2e/cb", "not in its normal form"],
    ["https://good.example/a/%252e%252e/cb", "hides"],
    ["https://good.example/a/../cb", "not in its normal form"],
    ["https://good.example/a%2fcb", "hides"],
    ["https://good.example/cb%00", "hides"],
    ["https://GOOD.example/cb", "not in its normal form, https://good.example/cb"],
    ["https://good.example:443/cb", "not in its normal form"],
    ["https://good.example./cb", "ends in a dot"],
    ["https://*.good.example/cb", "wildcard"],
    ["https://b\u00fccher.example/cb", "must encode"],
    ["https:good.example/cb", "not in its normal form"],
    ["http://good.example/cb", "is http"],
    ["http://127.0.0.1.evil.example/cb", "is http"],
    ["http://0x7f000001/cb", "not in its normal form"],
    ["http://[::ffff:127.0.0.1]/cb", "not in its normal form"],
    ["/cb", "not an absolute URI"],
    ["", "must encode"],
    [`https://good.example/${"a".repeat(2048)}`, "longer than"],
  ])("refuses %j, because it %s", (uri, problem) => {
    expect(redirectUriProblem(uri, "web")).toContain(problem);
    expect(redirectUriProblem(uri, "native")).toContain(problem);
  });

  const script = "javascript:alert(1)";
  test.each([
    script,
    "JaVaScRiPt:alert(1)",
    ` ${script}`,
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:https://good.example/x",
    "file:///etc/passwd",
    "about:blank",
    "view-source:https://good.example/",
    "filesystem:https://good.example/x",
    "intent://x",
    "urn:ietf:wg:oauth:2.0:oob",
  ])("refuses %j whoever asks", (uri) => {
    expect(redirectUriProblem(uri, "web")).toBeDefined();
    expect(redirectUriProblem(uri, "native")).toBeDefined();
  });

  test("gives a private-use scheme to native clients alone", () => {
    expect(redirectUriProblem("com.example.app:/cb", "web")).toContain("private-use");
  });

  test("lets nothing through that a browser would read as another place", () => {
    const uri = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true, validSchemes: ["https", "http", "javascript", "data"] }),
      fc.string().map((text) => `https://good.example/${text}`),
      fc.string().map((text) => `https://${text}`),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(uri, fc.constantFrom("web", "native"), (text, applicationType) => {
        if (redirectUriProblem(text, applicationType) !== undefined) return true;
        const { href, hash, username, password } = new URL(text);
        return (href === text || href === `${text}/`) && hash === "" && username === "" && password === "";
      }),
      { numRuns: 1000 },
    );
  });
});
