import type { Translate } from "../messages/translate.ts";

/**
 * A device as the reader says it: `Chrome sur Windows`. Names of browsers and systems are the same in every language.
 * @param label as `rules/device.ts` makes it
 */
export function deviceWords(label: string, t: Translate): string {
  if (label === "Unknown device") return t("sessions.unknown_device");
  const [, browser, system] = /^(.+) on (.+)$/.exec(label) ?? [];
  if (browser === undefined || system === undefined) return label;
  return t("sessions.browser_on", {
    browser: browser === "A browser" ? t("sessions.a_browser") : browser,
    system: system === "an unknown system" ? t("sessions.an_unknown_system") : system,
  });
}
