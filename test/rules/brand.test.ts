import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accentProblem, contrast, grounds, parseBrandLogo } from "../../src/rules/brand.ts";

const XMLNS = 'xmlns="http://www.w3.org/2000/svg"';
const uri = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;
const png = (bytes: readonly number[]): string =>
  `data:image/png;base64,${btoa(String.fromCharCode(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...bytes))}`;

describe("the accent of an operator", () => {
  it.each([
    ["black and white", "#000000", "#ffffff", 21],
    ["a colour and itself", "#0b5c50", "#0b5c50", 1],
    ["the grey that just passes on white", "#767676", "#FFFFFF", 4.54],
    ["the one after it, which does not", "#777777", "#ffffff", 4.48],
  ])("is measured as WCAG has it: %s", (_, one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2);
    expect(contrast(other, one)).toBeCloseTo(ratio, 2);
  });

  it.each([
    ["#0b5c50", "light"],
    ["#74d3bf", "dark"],
    ["#1F3A8A", "light"],
  ] as const)("may be %s in the %s", (colour, scheme) => {
    expect(accentProblem(colour, scheme)).toBeUndefined();
  });

  it.each([
    ["#74d3bf", "light", "has a contrast of 1.56:1 to our light paper #f3f0e8; it must be 4.5:1 or more"],
    ["#0b5c50", "dark", /has a contrast of 2\.\d\d:1 to our dark paper #101318/],
    ["0b5c50", "light", "must be a colour such as #0b5c50"],
    ["#0b5", "light", "must be a colour such as #0b5c50"],
    ["#0b5c50; } body { display: none", "light", "must be a colour such as #0b5c50"],
    ["rgb(0 0 0)", "light", "must be a colour such as #0b5c50"],
  ] as const)("cannot be %s in the %s", (colour, scheme, problem) => {
    expect(accentProblem(colour, scheme)).toMatch(problem);
  });

  it("can be read on each of our grounds if it is one at all", () => {
    const channel = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, "0"));
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), (channels) => {
        const colour = `#${channels.join("")}`;
        const least = Math.min(...Object.values(grounds.light).map((ground) => contrast(colour, ground)));
        expect(accentProblem(colour, "light") === undefined).toBe(least >= 4.5);
      }),
    );
  });
});

describe("the logo of an operator", () => {
  it.each([
    ["an SVG", uri(`<svg ${XMLNS}><path d="M0 0h8"/></svg>`)],
    ["an SVG with an XML declaration and a comment", uri(`<?xml version="1.0"?>\n<!-- ours -->\n<svg ${XMLNS}/>`)],
    [
      "one that refers to itself",
      uri(`<svg ${XMLNS}><g id="a"/><use href="#a"/><path fill="url(#g)" clip-path="url('#c')"/></svg>`),
    ],
    ["one in base64", `data:image/svg+xml;base64,${btoa(`<svg ${XMLNS}/>`)}`],
    ["a PNG", png([1, 2, 3])],
  ])("may be %s", (_, text) => {
    expect(parseBrandLogo(text)).toMatchObject({
      contentType: expect.stringMatching(/^image\//),
      bytes: expect.any(Uint8Array),
    });
  });

  it.each([
    ["an address", "https://contoso.example/logo.svg", "must be a data: URI"],
    ["another type", "data:image/gif;base64,R0lGODlh", "must be a data: URI"],
    ["HTML", "data:text/html,<svg>", "must be a data: URI"],
    ["nothing in it", "data:image/svg+xml,", "is no SVG"],
    ["HTML that calls itself an SVG", uri("<html><svg></svg></html>"), "is no SVG"],
    ["an SVG that calls itself a PNG", `data:image/png;base64,${btoa(`<svg ${XMLNS}/>`)}`, "is no PNG"],
    ["a broken percent sign", "data:image/svg+xml,%3Csvg%", "is no data: URI that can be decoded"],
    ["broken base64", "data:image/png;base64,%%%", "is no data: URI that can be decoded"],
    ["bytes that are no UTF-8", `data:image/svg+xml;base64,${btoa("<svg>\xff</svg>")}`, "is no SVG in UTF-8"],
    ["too many bytes", png(Array.from({ length: 24 * 1024 }, () => 0)), "must have 24576 or fewer"],
    ["a script", uri(`<svg ${XMLNS}><script>alert(1)</script></svg>`), "holds a script"],
    ["a script under a prefix", uri(`<svg ${XMLNS}><s:SCRIPT/></svg>`), "holds a script"],
    ["an event handler", uri(`<svg ${XMLNS} onload="alert(1)"/>`), "holds an event handler"],
    ["an event handler after a slash", uri(`<svg/onload=alert(1)>`), "is no SVG"],
    ["a foreignObject", uri(`<svg ${XMLNS}><foreignObject/></svg>`), "holds a foreignObject"],
    ["an entity", uri(`<!DOCTYPE svg [<!ENTITY a "b">]><svg ${XMLNS}/>`), "is no SVG"],
    ["an entity inside", uri(`<svg ${XMLNS}><!ENTITY a "b"></svg>`), "holds a DOCTYPE"],
    [
      "a picture from elsewhere",
      uri(`<svg ${XMLNS}><image href="https://evil.example/"/></svg>`),
      "holds a reference to elsewhere",
    ],
    ["one by xlink", uri(`<svg ${XMLNS}><use xlink:href='//evil.example/#a'/></svg>`), "holds a reference to elsewhere"],
    ["a script as a link", uri(`<svg ${XMLNS}><a href=" javascript:alert(1)"/></svg>`), "holds a reference to elsewhere"],
    ["a link in disguise", uri(`<svg ${XMLNS}><a href="&#106;avascript:alert(1)"/></svg>`), "holds a"],
    [
      "a style from elsewhere",
      uri(`<svg ${XMLNS}><style>@import "//evil.example";</style></svg>`),
      "holds a style sheet from elsewhere",
    ],
    [
      "a filling from elsewhere",
      uri(`<svg ${XMLNS}><path fill="url( 'https://evil.example/#g')"/></svg>`),
      "holds a reference to elsewhere",
    ],
  ])("cannot be %s", (_, text, problem) => {
    expect(parseBrandLogo(text)).toContain(problem);
  });
});
