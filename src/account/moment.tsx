/** Times and durations as the reader says them, where the reader is. */
import { type Reader, useReader } from "../http/reader.tsx";
import type { Language } from "../messages/languages.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Clock = Pick<Reader, "language" | "timeZone">;

const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "long", year: "numeric" };
const moment: Intl.DateTimeFormatOptions = { ...day, hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

const made = new Map<string, unknown>();

/** A formatter costs more to make than all that it will ever write here. */
function formatter<F>(kind: string, make: () => F): F {
  const found = (made.get(kind) as F | undefined) ?? make();
  made.set(kind, found);
  return found;
}

/** Days in words that mean the same on both sides of the Atlantic. */
const localeOf = (language: Language): string => (language === "en" ? "en-GB" : language);

const write = (at: number, { language, timeZone }: Clock, name: string, options: Intl.DateTimeFormatOptions): string =>
  formatter(
    `${name} ${language} ${timeZone}`,
    () => new Intl.DateTimeFormat(localeOf(language), { ...options, timeZone }),
  ).format(at);

/** `1 January 2026` */
export const dayText = (at: number, reader: Clock): string => write(at, reader, "day", day);

/** `1 January 2026 at 12:00 UTC`: without the zone, whoever is not where we take them for would be misled. */
export const momentText = (at: number, reader: Clock): string => write(at, reader, "moment", moment);

const units = [
  [365 * DAY, "year"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
] as const;

/** A duration in its largest unit, `5 minutes`, rounded down. */
export function inWords(seconds: number, { language, t }: Pick<Reader, "language" | "t">): string {
  const unit = units.find(([size]) => seconds >= size);
  if (unit === undefined) return t("frame.less_than_a_minute");
  const [size, name] = unit;
  const options = { style: "unit", unit: name, unitDisplay: "long" } as const;
  return formatter(`${name} ${language}`, () => new Intl.NumberFormat(language, options)).format(Math.floor(seconds / size));
}

/** How long ago something was, `5 minutes ago`; after a month, its day. */
export function agoText(at: number, now: number, reader: Reader): string {
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds > 30 * DAY) return dayText(at, reader);
  const [size, name] = units.find(([size]) => seconds >= size) ?? [];
  if (size === undefined || name === undefined) return reader.t("frame.just_now");
  const { language } = reader;
  return formatter(`ago ${language}`, () => new Intl.RelativeTimeFormat(language)).format(-Math.floor(seconds / size), name);
}

const Time = ({ at, text }: { at: number; text: string }) => <time datetime={new Date(at).toISOString()}>{text}</time>;

/** A day. */
export const Day = ({ at }: { at: number }) => <Time at={at} text={dayText(at, useReader())} />;

/** A day and the time of it. */
export const Moment = ({ at }: { at: number }) => <Time at={at} text={momentText(at, useReader())} />;

/** How long ago something was. */
export const Ago = ({ at, now }: { at: number; now: number }) => <Time at={at} text={agoText(at, now, useReader())} />;
