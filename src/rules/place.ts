import type { Language } from "../messages/languages.ts";
import type { Translate } from "../messages/translate.ts";
import type { Whereabouts } from "../model.ts";

type Place = Pick<Whereabouts, "city" | "country">;

const MAX_CITY = 80;

/**
 * Where a request came from, by what Cloudflare adds to it.
 * @param cf `request.cf`
 */
export function placeOf(cf: Readonly<Record<string, unknown>> | undefined): Place {
  const { city, country } = cf ?? {};
  return {
    city: typeof city === "string" && city !== "" ? city.slice(0, MAX_CITY) : null,
    // XX is what Cloudflare calls a country that it does not know.
    country: typeof country === "string" && /^[A-Z][A-Z0-9]$/.test(country) && country !== "XX" ? country : null,
  };
}

/** `Stockholm, Sweden`, as the reader says it; null where nothing is known. */
export function placeWords(
  { city, country }: Place,
  { language, t }: { readonly language: Language; readonly t: Translate },
): string | null {
  if (country === "T1") return t("frame.tor");
  const name = country === null ? null : nameOf(country, language);
  return city !== null && name !== null ? t("frame.place", { city, country: name }) : (city ?? name);
}

const nameOf = (country: string, language: Language): string =>
  new Intl.DisplayNames([language], { type: "region" }).of(country) ?? country;

/** How far the device seems to be from the browser that decides about it. Unknown where Cloudflare says nothing of either. */
export type Distance = "same_network" | "other_network" | "other_country" | "unknown";

export function distanceOf(device: Whereabouts, browser: Whereabouts): Distance {
  if (device.network === browser.network) return "same_network";
  if (device.country === null || browser.country === null) return "unknown";
  return device.country === browser.country ? "other_network" : "other_country";
}
