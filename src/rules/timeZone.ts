/** The first of these that is a time zone (IANA), else UTC. Directories and browsers write what they like. */
export const findTimeZone = (...candidates: readonly unknown[]): string =>
  candidates.find((candidate): candidate is string => typeof candidate === "string" && isTimeZone(candidate)) ?? "UTC";

/** Names of the IANA database look like this; an offset, `+02:00`, is none. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

export function isTimeZone(text: string): boolean {
  if (!NAME.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
