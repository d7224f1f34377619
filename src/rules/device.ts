/** What is one thing, whatever runs on it. */
const appliances = [
  ["Tizen", "Samsung TV"],
  ["Web0S", "LG TV"],
  ["webOS", "LG TV"],
  ["AppleTV", "Apple TV"],
  ["Roku", "Roku"],
  ["CrKey", "Chromecast"],
  ["PlayStation", "PlayStation"],
  ["Xbox", "Xbox"],
] as const;

const browsers = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["SamsungBrowser", "Samsung Internet"],
  ["Firefox", "Firefox"],
  ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const;

const systems = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["CrOS", "ChromeOS"],
  ["Mac OS X", "Mac"],
  ["Linux", "Linux"],
] as const;

/**
 * A label by which a person recognises a device, `Chrome on Windows` or `LG TV`; never more than it says of itself.
 * @param userAgent the `User-Agent` header
 */
export function deviceLabel(userAgent: string | null): string {
  const text = (userAgent ?? "").slice(0, 512);
  const appliance = appliances.find(([mark]) => text.includes(mark))?.[1];
  if (appliance !== undefined) return appliance;
  const browser = browsers.find(([mark]) => text.includes(`${mark}/`))?.[1];
  const system = systems.find(([mark]) => text.includes(mark))?.[1];
  if (browser === undefined && system === undefined) return "Unknown device";
  return `${browser ?? "A browser"} on ${system ?? "an unknown system"}`;
}
