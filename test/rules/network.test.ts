import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceLabel } from "../../src/rules/device.ts";
import { networkOf, siteOf } from "../../src/rules/network.ts";

describe("networkOf", () => {
  it.each([
    ["203.0.113.77", "203.0.113.0/24"],
    ["::ffff:203.0.113.77", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["local", "local"],
  ])("puts %s into %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("puts every address of an IPv6 /64 into one network, and no two /64 into the same", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), groups(4), (prefix, one, other, elsewhere) => {
        const network = networkOf([...prefix, ...one].join(":"));
        expect(networkOf([...prefix, ...other].join(":"))).toBe(network);
        expect(networkOf([...elsewhere, ...one].join(":")) === network).toBe(elsewhere.join() === prefix.join());
      }),
    );
  });

  it.each([
    ["203.0.113.77", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8:1:ffff::9", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8:0::/48"],
    ["local", "local"],
  ])("puts %s into the site %s", (address, site) => {
    expect(siteOf(address)).toBe(site);
  });

  it("answers to any text, with a short one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(networkOf(text).length).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe("deviceLabel", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
      "Chrome on Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
      "Safari on Mac",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1",
      "Chrome on iPhone",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    ["curl/8.0", "Unknown device"],
    ["", "Unknown device"],
  ])("calls %s %s", (userAgent, label) => {
    expect(deviceLabel(userAgent)).toBe(label);
  });
});
