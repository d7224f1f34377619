import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicUrlProblem } from "../../src/rules/publicUrl.ts";

const problem = (url: string) => publicUrlProblem(url, "id.example");
const NOT_PUBLIC = "has an address that is not public";
const NOT_ON_INTERNET = "has a host that is not on the internet";

describe("publicUrlProblem", () => {
  it.each([
    "https://a.example/jwks",
    "https://a.example:8443/jwks?kid=1",
    "https://localhost.a.example/",
    "https://id.example.org/",
    "https://8.8.8.8/",
    "https://100.63.255.255/",
    "https://100.128.0.0/",
    "https://172.15.255.255/",
    "https://172.32.0.0/",
    "https://198.20.0.1/",
    "https://223.255.255.255/",
    "https://[2606:4700:4700::1111]/",
    "https://[2001:200::1]/",
    "https://xn--bcher-kva.example/",
  ])("lets %s be fetched", (url) => {
    expect(problem(url)).toBeUndefined();
  });

  // CASES.md G 108: the same places in every spelling
  it.each<[string, readonly string[]]>([
    ["loopback", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.255.255.254", "127.0.0.1."]],
    ["this host", ["0.0.0.0", "0", "0.1.2.3", "000.000.000.000"]],
    ["a private network", ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "0xc0a80001", "012.1"]],
    ["the metadata service of a cloud", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"]],
    ["a carrier's network", ["100.64.0.1", "100.127.255.255"]],
    ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.1"]],
    ["a benchmark", ["198.18.0.1", "198.19.255.255"]],
    ["special assignments", ["192.0.0.1", "192.88.99.1"]],
    ["multicast", ["224.0.0.1", "239.255.255.255"]],
    ["what is reserved", ["240.0.0.1", "255.255.255.255"]],
    ["loopback and nowhere in IPv6", ["[::1]", "[::]", "[0:0:0:0:0:0:0:1]"]],
    [
      "an IPv4 address in IPv6",
      ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:8.8.8.8]", "[::10.0.0.1]", "[::ffff:0:10.0.0.1]"],
    ],
    ["translated IPv4", ["[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]"]],
    ["a tunnel, an identifier, a benchmark of IPv6", ["[2001::1]", "[2001:0:4136:e378::1]", "[2001:10::1]", "[2001:2::1]"]],
    ["documentation of IPv6", ["[2001:db8::1]", "[3fff::1]", "[3fff:fff::1]"]],
    ["unique local addresses", ["[fc00::1]", "[fd00::1]", "[fdff:ffff::1]"]],
    ["the link", ["[fe80::1]", "[febf::1]", "[fec0::1]"]],
    ["multicast of IPv6", ["[ff02::1]", "[ff0e::1]"]],
    ["what is not assigned", ["[100::1]", "[4000::1]", "[e000::1]"]],
  ])("refuses %s", (_, hosts) => {
    expect(hosts.map((host) => [host, problem(`https://${host}/jwks`)])).toEqual(hosts.map((host) => [host, NOT_PUBLIC]));
  });

  it.each([
    "localhost",
    "LOCALHOST",
    "a.localhost",
    "printer.local",
    "vault.internal",
    "router.home.arpa",
    "x.onion",
    "intranet",
  ])("refuses the name %s", (host) => {
    expect(problem(`https://${host}/`)).toBe(NOT_ON_INTERNET);
  });

  it.each(["localhost.", "a.example.", "id.example.", "metadata.google.internal."])(
    "refuses %s, a name with a dot behind",
    (host) => {
      expect(problem(`https://${host}/`)).toBe("has a host that ends in a dot");
    },
  );

  it.each(["https://id.example/jwks", "https://ID.example:8443/", "https://i%64.example/"])(
    "refuses our own host as %s",
    (url) => {
      expect(problem(url)).toBe("is on our own host");
      expect(publicUrlProblem(url, "id.example:8787")).toBe("is on our own host");
    },
  );

  it.each([
    ["http://a.example/", "is not https"],
    ["ftp://a.example/", "is not https"],
    ["data:application/json,{}", "is not https"],
    ["file:///etc/passwd", "is not https"],
    ["javascript:alert(1)", "is not https"],
    ["//a.example/", "is not an absolute URI"],
    ["", "is not an absolute URI"],
    ["https://", "is not an absolute URI"],
    ["https://a.example\\@127.0.0.1/", "is not an absolute URI"],
    ["https:\\\\127.0.0.1/", "is not an absolute URI"],
    ["https://a.example/\r\nHost: b", "is not an absolute URI"],
    [" https://a.example/", "is not an absolute URI"],
    ["https://１２７.0.0.1/", "is not an absolute URI"],
    ["https://256.0.0.1/", "is not an absolute URI"],
    ["https://[::1%25lo]/", "is not an absolute URI"],
    ["https://user@a.example/", "holds user information"],
    ["https://user:password@a.example/", "holds user information"],
    ["https://a.example@127.0.0.1/", "holds user information"],
    ["https://@a.example/", "holds user information"],
    ["https://a.example/#x", "has a fragment"],
    ["https://a.example/#", "has a fragment"],
    [`https://a.example/${"x".repeat(2048)}`, "is longer than 2048 characters"],
  ])("refuses %s", (url, expected) => {
    expect(problem(url)).toBe(expected);
  });

  it("judges an IPv4 address alike in decimal, octal, hex and one number, whichever it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (number) => {
        const parts = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
        const expected = problem(`https://${parts.join(".")}/`);
        const spellings = [
          String(number),
          `0x${number.toString(16)}`,
          parts.map((part) => `0${part.toString(8)}`).join("."),
          parts.map((part) => `0x${part.toString(16)}`).join("."),
          `${parts[0]}.${number & 0xffffff}`,
        ];
        expect(spellings.map((host) => problem(`https://${host}/`))).toEqual(spellings.map(() => expected));
      }),
    );
  });

  it("refuses every IPv4 address in the forms that wrap one in IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
        const hosts = [`::ffff:${address}`, `::${address}`, `64:ff9b::${address}`, `2002:${high}:${low}::1`];
        expect(hosts.map((host) => problem(`https://[${host}]/`))).toEqual(hosts.map(() => NOT_PUBLIC));
      }),
    );
  });

  it("lets an IPv6 address through only if it is global unicast", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(new URL(`https://[${address}]/`).hostname.slice(1).split(":")[0] || "0", 16);
        if (problem(`https://[${address}]/`) === undefined) expect(first >> 13).toBe(1);
        else expect(problem(`https://[${address}]/`)).toBe(NOT_PUBLIC);
      }),
    );
  });

  it("answers to any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `https://${text}`),
        ),
        (text) => {
          const found = problem(text);
          if (found === undefined) expect(new URL(text).protocol).toBe("https:");
          else expect(found).toMatch(/^[ -~]+$/);
        },
      ),
    );
  });
});
