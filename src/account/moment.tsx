const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** A day, in words that mean the same on both sides of the Atlantic. */
export const Day = ({ at }: { at: number }) => <time datetime={new Date(at).toISOString()}>{days.format(at)}</time>;

/** How long ago something was; after a month, its day. Spans need no time zone, which we do not know. */
export function Ago({ at, now }: { at: number; now: number }) {
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds > 30 * DAY) return <Day at={at} />;
  return <time datetime={new Date(at).toISOString()}>{seconds < MINUTE ? "just now" : `${inWords(seconds)} ago`}</time>;
}

const units = [
  [365 * DAY, "a year", "years"],
  [DAY, "a day", "days"],
  [HOUR, "an hour", "hours"],
  [MINUTE, "a minute", "minutes"],
] as const;

/** A duration in its largest unit, `5 minutes`, rounded down. */
export function inWords(seconds: number): string {
  const unit = units.find(([size]) => seconds >= size);
  if (unit === undefined) return "less than a minute";
  const [size, one, many] = unit;
  const count = Math.floor(seconds / size);
  return count === 1 ? one : `${count} ${many}`;
}
