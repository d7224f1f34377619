import { isLanguage, type Language } from "../messages/languages.ts";

/**
 * Texts in several languages. A text stands under its member's plain name; in another language it stands beside it under the name,
 * a # and a BCP 47 tag: `title#de` (as RFC 7591 section 2.2 writes `client_name#ja`).
 */

/** The language of our pages where we have none of the person's. A text without a tag counts as being in it, when it comes to choosing. */
const PAGE_LANGUAGE = "en";

/** Nobody reads more languages; the rest of what a request lists is not looked at. */
const MAX_LANGUAGES = 20;
const MAX_LENGTH = 1000;

/** RFC 4647 section 2.1, without the wildcard, which says nothing about which language to choose. */
const RANGE = /^[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8}$/i;

/** What may stand after the # of a member's name: BCP 47's shape of a language tag, not its registry. */
const TAG = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,8}$/i;

/** A text as somebody is to read it; `language` is null where nobody has said which it is in. */
export interface LocalText {
  readonly text: string;
  readonly language: string | null;
}

/** The `ui_locales` parameter (OpenID Connect Core 3.1.2.1), in order of preference. What is no language range is left out. */
export const parseUiLocales = (text: string | undefined): readonly string[] =>
  [
    ...new Set(
      (text ?? "")
        .slice(0, MAX_LENGTH)
        .split(" ")
        .filter((range) => RANGE.test(range)),
    ),
  ].slice(0, MAX_LANGUAGES);

/**
 * The languages of a person, the best first: those that the service named for them, then those of the browser (RFC 9110 section
 * 12.5.4) by weight. One with the weight 0 is none of theirs.
 * @param acceptLanguage the header as it came, however long and whatever is in it
 * @param uiLocales as `parseUiLocales` gives them
 */
export function preferredLanguages(acceptLanguage: string | null, uiLocales: readonly string[] = []): readonly string[] {
  const weighted = (acceptLanguage ?? "")
    .slice(0, MAX_LENGTH)
    .split(",", MAX_LANGUAGES)
    .flatMap((item) => parseWeighted(item) ?? []);
  const accepted = weighted.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
  return [...new Set([...uiLocales, ...accepted.map(({ range }) => range)])].slice(0, MAX_LANGUAGES);
}

function parseWeighted(item: string): { readonly range: string; readonly weight: number } | undefined {
  const [range = "", quality, ...more] = item.split(";").map((part) => part.trim());
  if (!RANGE.test(range) || more.length > 0) return undefined;
  if (quality === undefined) return { range, weight: 1 };
  const digits = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(quality)?.[1];
  return digits === undefined ? undefined : { range, weight: Number(digits) };
}

/**
 * The text of that member in the first of the languages that it has (lookup, RFC 4647 section 3.4), else the one without a tag.
 * @param languages as `preferredLanguages` gives them
 */
export function localText(of: object, member: string, languages: readonly string[]): LocalText {
  const entries = Object.entries(of).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const plain: LocalText = { text: entries.find(([name]) => name === member)?.[1] ?? "", language: null };
  const texts = new Map([[PAGE_LANGUAGE, plain]]);
  for (const [name, text] of entries)
    if (name.startsWith(`${member}#`)) {
      const language = name.slice(member.length + 1);
      texts.set(language.toLowerCase(), { text, language });
    }
  for (const language of languages)
    for (const range of truncations(language.toLowerCase())) {
      const found = texts.get(range);
      if (found !== undefined) return found;
    }
  return plain;
}

/** A range and what is left of it as subtags are taken from its end; one of a single character goes with the one after it. */
function truncations(range: string): readonly string[] {
  const subtags = range.split("-");
  return subtags
    .map((_, taken) => subtags.slice(0, subtags.length - taken))
    .filter((kept) => kept.length === 1 || kept.at(-1)?.length !== 1)
    .map((kept) => kept.join("-"));
}

/** The language of ours that the person reads best; English where we have none of theirs. */
export const pageLanguage = (wanted: readonly string[]): Language =>
  wanted.flatMap((range) => truncations(range.toLowerCase())).find(isLanguage) ?? PAGE_LANGUAGE;

/** Every member of the input that is one of `members` in some language, with its tag. */
export const taggedMembers = (
  input: object,
  members: readonly string[],
): readonly { readonly name: string; readonly member: string; readonly tag: string }[] =>
  Object.keys(input).flatMap((name) => {
    const [member = "", tag] = name.split(/#(.*)/s);
    return tag !== undefined && members.includes(member) ? [{ name, member, tag }] : [];
  });

/** Why a tag cannot stand after a #; undefined if it can. */
export const languageTagProblem = (tag: string): string | undefined =>
  TAG.test(tag) ? undefined : "does not end in a language tag as BCP 47 writes it";
