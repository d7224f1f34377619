import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeProof, judgeSilence, parsePublisherHost } from "../../src/rules/publisherProof.ts";

const LINE = "id.example=ftkdLT9zjus3BfYhLji1sFad9OHvZALS5Y5GAVM2zsA";

describe("a publisher's host", () => {
  it.each([
    ["northstar.example", "northstar.example"],
    ["  Northstar.Example  ", "northstar.example"],
    ["https://northstar.example/about?x#y", "northstar.example"],
    ["northstar.example/", "northstar.example"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["https://northstar.example:443/", "northstar.example"],
  ])("is found in %j", (typed, host) => {
    expect(parsePublisherHost(typed)).toEqual({ host });
  });

  it.each([
    ["", /Type the host/],
    ["   ", /Type the host/],
    ["http://northstar.example", /Only https/],
    ["ftp://northstar.example", /Only https/],
    ["northstar.example:8443", /Leave out the port/],
    ["192.0.2.1", /in numbers/],
    ["0x7f.1", /in numbers/],
    ["[::1]", /in numbers/],
    ["localhost", /not on the internet/],
    ["printer.local", /not on the internet/],
    ["northstar", /not on the internet/],
    ["ada@northstar.example", /address of a person/],
    ["north(star).example", /holds characters/],
    ["north_star.example", /holds characters/],
    ["northstar.example.", /ends in a dot/],
    ["north star.example", /not a host/],
    ["https://", /not a host/],
  ])("is refused in %j, in words", (typed, words) => {
    expect(parsePublisherHost(typed)).toEqual({ problem: expect.stringMatching(words) });
  });

  it("is a host of small letters without a path, or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.domain()), (typed) => {
        const found = parsePublisherHost(typed);
        if ("host" in found) expect(found.host).toMatch(/^[a-z0-9.-]+$/);
        else expect(found.problem).toMatch(/\.$/);
      }),
    );
  });
});

describe("what the host says", () => {
  it.each([LINE, `${LINE}\n`, `\ufeff${LINE}`, `other.example=x\r\n  ${LINE}  \r\n# mine`, `a\rb\r${LINE}`])(
    "proves it with %j",
    (text) => {
      expect(judgeProof({ status: 200, text }, LINE)).toEqual({ kind: "proved" });
    },
  );

  it.each<[string, { status: number; text: string }, "missing" | "unreachable", RegExp]>([
    ["no file", { status: 404, text: LINE }, "missing", /status 404: there is no such file/],
    ["a refusal", { status: 403, text: LINE }, "missing", /status 403\./],
    ["a redirect", { status: 302, text: "" }, "missing", /redirects elsewhere/],
    ["no content", { status: 204, text: "" }, "missing", /status 204/],
    ["a failure", { status: 500, text: LINE }, "unreachable", /says nothing about the file/],
    ["too many requests", { status: 429, text: LINE }, "unreachable", /says nothing/],
    ["an empty file", { status: 200, text: " \n\n" }, "missing", /and empty/],
    ["a web page", { status: 200, text: `<!DOCTYPE html><p>${LINE}</p>` }, "missing", /web page/],
    ["another's line", { status: 200, text: `${LINE.slice(0, -1)}B` }, "missing", /a line for id\.example, but another one/],
    ["a line with more in it", { status: 200, text: `${LINE} ok` }, "missing", /a line for id\.example/],
    [
      "another text",
      { status: 200, text: "hello \u202eworld" },
      "missing",
      /one line, which is not this one\. It begins with: hello \?world$/,
    ],
    [
      "other texts",
      { status: 200, text: "a\nb\nc" },
      "missing",
      /3 lines, and this one is not among them\. It begins with: a$/,
    ],
  ])("is told of %s", (_, answer, kind, words) => {
    expect(judgeProof(answer, LINE)).toEqual({ kind, words: expect.stringMatching(words) });
  });

  it.each<[string, "missing" | "unreachable", RegExp]>([
    ["the answer is larger than 4096 bytes", "missing", /larger than 4 KB/],
    ["no answer within 10 s", "unreachable", /no answer within 10 seconds/],
    ["https://id.example/x is on our own host", "unreachable", /the address is on our own host/],
    ["internal error; reference = 0123", "unreachable", /could not be reached/],
  ])("is told of %s", (reason, kind, words) => {
    expect(judgeSilence(reason)).toEqual({ kind, words: expect.stringMatching(words) });
  });

  it("proves nothing by a part of the line, wherever it stands", () => {
    fc.assert(
      fc.property(fc.nat(LINE.length - 1), fc.string(), (cut, noise) => {
        const text = `${noise.replaceAll(LINE, "")}\n${LINE.slice(0, cut)}`;
        expect(judgeProof({ status: 200, text }, LINE).kind).toBe("missing");
      }),
    );
  });
});
