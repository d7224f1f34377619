import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comeBack } from "../../src/rules/comeBack.ts";

describe("the way back from the choice of a language", () => {
  it.each<[string, string | undefined, string, boolean]>([
    ["nothing", undefined, "/", true],
    ["the front page", "/", "/", true],
    ["a page of the settings", "/settings/security", "/settings/security", true],
    ["one with a query", "/settings/authorizations?sort=name&page=2", "/settings/authorizations?sort=name&page=2", true],
    ["a sign-in that is under way", "/sign-in?continue=abc", "/sign-in?continue=abc", false],
    ["the step after it", "/sign-in/second?continue=abc", "/sign-in/second?continue=abc", false],
    ["an authorization request", "/authorize?client_id=x", "/authorize?client_id=x", false],
    ["a device's code", "/device?user_code=WDJB-MJHT", "/device?user_code=WDJB-MJHT", false],
    ["another host", "https://evil.example/", "/", true],
    ["another host without a scheme", "//evil.example/sign-in", "/", true],
    ["another host behind a backslash", "/\\evil.example", "/", true],
    ["a path that begins like ours", "/sign-inside", "/", true],
    ["an address that acts by itself", "/initiate-login?client_id=x", "/", true],
    ["the way to somebody's directory", "/sign-in/work/contoso", "/", true],
    ["what climbs out of a page of ours", "/sign-in/../initiate-login?client_id=x", "/", true],
    ["what hides in a percent sign", "/settings/%2e%2e/initiate-login", "/", true],
    ["a line break", "/sign-in?x\r\nSet-Cookie: a=b", "/", true],
    ["a script", "javascript:alert(1)", "/", true],
    ["letters that an address does not have", "/sign-in?é", "/", true],
    ["more than an address is", `/sign-in?${"x".repeat(8000)}`, "/", true],
    ["nothing at all", "", "/", true],
  ])("is by %s", (_, to, expected, byForm) => {
    expect(comeBack(to)).toEqual({ to: expected, byForm });
  });

  it("stays with us and on one line, whatever is asked for", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `/sign-in${text}`),
        ),
        (text) => {
          const url = new URL(comeBack(text).to, "https://id.example");
          expect(url.origin).toBe("https://id.example");
          expect(url.pathname).toMatch(
            /^\/(?:$|settings\/|authorize|sign-in|sign-out|logout|device|create-account|forgot-password)/,
          );
        },
      ),
    );
  });
});
