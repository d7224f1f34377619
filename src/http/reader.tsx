import { type Child, createContext, useContext } from "hono/jsx";
import type { Config } from "../config.ts";
import { isLanguage, type Language } from "../messages/languages.ts";
import { type Arguments, type MessageKey, type Translate, translator, type Values } from "../messages/translate.ts";
import type { User } from "../model.ts";
import { pageLanguage, preferredLanguages } from "../rules/language.ts";
import { findTimeZone } from "../rules/timeZone.ts";
import { findCookie } from "./cookie.ts";

/** Who reads a page: in which language it speaks to them, and when it is where they are. */
export interface Reader {
  /** Of our own words. */
  readonly language: Language;
  /** Every language of theirs, the best first: for texts of services, which may be there in others than ours. */
  readonly languages: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  readonly t: Translate;
  /** The page that they asked for, as far as one can come back to it. */
  readonly here: string;
}

/** An address that is longer is nothing to carry along. */
const MAX_HERE = 2000;

/** @param languages as `preferredLanguages` gives them */
export function readerFor(languages: readonly string[], timeZone: string, here = "/"): Reader {
  const language = pageLanguage(languages);
  return { language, languages, timeZone, t: translator(language).t, here };
}

/**
 * Who reads the answer to this request. What they set themselves counts first, then what the service says of them (`ui_locales`), then
 * their browser. Without any of these it is English, and the time of UTC.
 */
export function readerOf(
  request: Request,
  config: Config,
  user?: Pick<User, "language" | "timeZone" | "profile">,
  uiLocales: readonly string[] = [],
): Reader {
  const cookie = findCookie(request, config, "language");
  const own = user?.language ?? (cookie !== undefined && isLanguage(cookie) ? cookie : undefined);
  const set = own === undefined ? [] : [own];
  const languages = preferredLanguages(request.headers.get("accept-language"), [...set, ...uiLocales]);
  const timeZone = findTimeZone(user?.timeZone, user?.profile["zoneinfo"], request.cf?.["timezone"]);
  return readerFor(languages, timeZone, hereOf(request));
}

/** Parameters of ours. What a foreign page wrote into an address does not come to stand in the page. */
const ours = ["continue", "to", "confirm", "another", "user_code"];

/** The page, with what it needs of its query. What a form was sent with is not in its address: there, one comes back without it. */
function hereOf({ url, method }: Request): string {
  const { pathname, searchParams } = new URL(url);
  const isOwn = pathname.startsWith("/settings/");
  const kept = [...searchParams].filter(([name]) => method === "GET" && (isOwn || ours.includes(name)));
  const here = kept.length === 0 ? pathname : `${pathname}?${new URLSearchParams(kept)}`;
  return here.length > MAX_HERE ? "/" : here;
}

/** Whoever reads what was written without a thought of languages: the pages for developers, which are in English. */
export const englishReader: Reader = readerFor([], "UTC");

const ReaderContext = createContext<Reader>(englishReader);

/** The reader of the page that is being written. */
export const useReader = (): Reader => useContext(ReaderContext);

/** Gives what it holds a reader; `page` does, for the whole of a page. */
export const ForReader = ({ reader, children }: { reader: Reader; children?: Child }) => (
  <ReaderContext.Provider value={reader}>{children}</ReaderContext.Provider>
);

/** A message of the reader's language, with elements where its placeholders stand: `<T k="consent.asks" with={{ service: <b>…</b> }} />`. */
export function T<K extends MessageKey>(
  props: { readonly k: K } & (Arguments<K, Child> extends []
    ? { readonly with?: undefined }
    : { readonly with: Values<K, Child> }),
): Child {
  const { compose } = translator(useReader().language);
  return compose<Child, K>(props.k, (props.with ?? {}) as Values<K, Child>) as Child[];
}
