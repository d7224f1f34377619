import { describe, expect, it } from "vitest";
import { englishReader, readerFor } from "../../src/http/reader.tsx";
import { distanceOf, placeOf, placeWords } from "../../src/rules/place.ts";

describe("the place of a request", () => {
  it.each([
    ["a city and a country", { city: "Stockholm", country: "SE" }, "Stockholm, Sweden"],
    ["a country alone", { country: "JP" }, "Japan"],
    ["a city alone", { city: "Singapore" }, "Singapore"],
    ["nothing", {}, null],
    ["no cf at all", undefined, null],
    ["what Cloudflare does not know", { city: "", country: "XX" }, null],
    ["Tor", { country: "T1" }, "the Tor network, which hides where it is"],
    ["what is no text", { city: 7, country: ["SE"] }, null],
    ["a country that is no code", { country: "Sweden" }, null],
    ["a code of no country", { country: "QZ" }, "QZ"],
    ["a very long name", { city: "x".repeat(500) }, "x".repeat(80)],
  ])("by %s", (_, cf, words) => {
    expect(placeWords(placeOf(cf), englishReader)).toBe(words);
  });
});

it("is called as the reader calls it", () => {
  const place = { city: "Kyoto", country: "JP" };
  const words = ["en", "de", "fr", "es", "ja", "ar"].map((language) => placeWords(place, readerFor([language], "UTC")));
  expect(words).toEqual(["Kyoto, Japan", "Kyoto, Japan", "Kyoto, Japon", "Kyoto, Japón", "日本、Kyoto", "Kyoto، اليابان"]);
});

describe("how far a device is from the browser", () => {
  const at = (network: string, country: string | null) => ({ city: null, country, network });

  it.each([
    ["same_network", at("192.0.2.0/24", "SE"), at("192.0.2.0/24", "SE")],
    ["same_network", at("192.0.2.0/24", null), at("192.0.2.0/24", null)],
    ["other_network", at("192.0.2.0/24", "SE"), at("198.51.100.0/24", "SE")],
    ["other_country", at("192.0.2.0/24", "SE"), at("198.51.100.0/24", "DE")],
    ["unknown", at("192.0.2.0/24", null), at("198.51.100.0/24", "DE")],
    ["unknown", at("192.0.2.0/24", "SE"), at("198.51.100.0/24", null)],
  ] as const)("is %s", (distance, device, browser) => {
    expect(distanceOf(device, browser)).toBe(distance);
  });
});
