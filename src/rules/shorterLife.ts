/** Until when a person may let an authorization go on at most, in place of a longer time. */
export const shorterLives = ["today", "7_days", "30_days"] as const;
export type ShorterLife = (typeof shorterLives)[number];

const DAY = 24 * 60 * 60 * 1000;

export const isShorterLife = (text: string | undefined): text is ShorterLife => shorterLives.some((life) => life === text);

/** When it then ends. Today ends where the person is. */
export function endOf(life: ShorterLife, now: number, timeZone: string): number {
  if (life !== "today") return now + (life === "7_days" ? 7 : 30) * DAY;
  return endOfDay(now, timeZone);
}

/** Those that make it shorter than it is. */
export const livesWithin = (expiresAt: number | null, now: number, timeZone: string): readonly ShorterLife[] =>
  shorterLives.filter((life) => expiresAt === null || endOf(life, now, timeZone) < expiresAt);

/**
 * The first moment of the next day there. Clocks are changed in steps of whole minutes, and days are 23 to 25 hours long, save where a
 * country once left one out: there it is the next day that there is.
 */
function endOfDay(now: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const today = format.format(now);
  const MINUTE = 60_000;
  let [before, after] = [Math.floor(now / MINUTE), Math.floor((now + 26 * 60 * MINUTE) / MINUTE)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (format.format(middle * MINUTE) === today) before = middle;
    else after = middle;
  }
  return after * MINUTE;
}
