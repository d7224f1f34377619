import { accentProblem, type BrandLogo, parseBrandLogo } from "./brand.ts";

/** What an operator sets of the look of the pages. */
export interface BrandVariables {
  readonly BRAND_LOGO?: string;
  readonly BRAND_ACCENT?: string;
  readonly BRAND_ACCENT_DARK?: string;
  readonly SUPPORT_URL?: string;
  readonly PRIVACY_URL?: string;
  readonly TERMS_URL?: string;
}

/** How the pages look like the operator's own; null where nothing is set. */
export interface Brand {
  readonly logo: BrandLogo | null;
  /** The colour of links and marks, in the light and in the dark. */
  readonly accent: string | null;
  readonly accentDark: string | null;
  /** Where people find help and read what they agreed to. */
  readonly supportUrl: string | null;
  readonly privacyUrl: string | null;
  readonly termsUrl: string | null;
}

/**
 * Parses what is set.
 * @param refuse makes the error for the reason, which begins with the variable's name
 */
export function parseBrand(set: BrandVariables, refuse: (reason: string) => Error): Brand {
  const colourOf = (name: "BRAND_ACCENT" | "BRAND_ACCENT_DARK", scheme: "light" | "dark"): string | null => {
    const colour = set[name] ?? "";
    const problem = colour === "" ? undefined : accentProblem(colour, scheme);
    if (problem !== undefined) throw refuse(`${name} ${problem}`);
    return colour === "" ? null : colour;
  };
  const linkOf = (name: "SUPPORT_URL" | "PRIVACY_URL" | "TERMS_URL", ...schemes: readonly string[]): string | null => {
    const text = set[name] ?? "";
    if (text === "") return null;
    if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol))
      throw refuse(`${name} must begin with ${schemes.join(" or ")}`);
    return text;
  };
  const logo = (set.BRAND_LOGO ?? "") === "" ? null : parseBrandLogo(set.BRAND_LOGO ?? "");
  if (typeof logo === "string") throw refuse(`BRAND_LOGO ${logo}`);
  return {
    logo,
    accent: colourOf("BRAND_ACCENT", "light"),
    accentDark: colourOf("BRAND_ACCENT_DARK", "dark"),
    supportUrl: linkOf("SUPPORT_URL", "https:", "mailto:"),
    privacyUrl: linkOf("PRIVACY_URL", "https:"),
    termsUrl: linkOf("TERMS_URL", "https:"),
  };
}
