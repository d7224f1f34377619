const MAX_CHARACTERS = 80;
/** Accents on one letter; more of them climb over the neighbouring lines. */
const MAX_MARKS = 4;

/** What is wrong with a name that somebody chose for others to read. */
export type Suspicion = "invisible" | "mixed_scripts" | "look_alike";

/** A name as it may be shown; set it in `<bdi>`, so that its direction stays its own. */
export interface DisplayName {
  readonly text: string;
  readonly suspicion: Suspicion | null;
}

/** Scripts that share a word nowhere in honest writing, unlike those of East Asia with Latin (UTS 39 section 5.2). */
const scripts: readonly (readonly [script: string, letter: RegExp])[] = [
  ["East Asian", /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u],
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Arabic", /\p{Script=Arabic}/u],
  ["Hebrew", /\p{Script=Hebrew}/u],
  ["Devanagari", /\p{Script=Devanagari}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
];

/** Letters, and digits, which some scripts write as letters look: their nought is a ring. */
const SCRIPTED = /[\p{L}\p{Nd}]/u;
/** A Roman numeral of one character that continues a word, where it passes for the letter. */
const NUMERAL_IN_WORD = /[A-Za-z]\p{Nl}|\p{Nl}[A-Za-z]/u;

/** Letters of other alphabets that pass for Latin ones. */
const lookAlikes = new Set("асеԁһіјӏорԛѕԝхуАВЕНІЈКМОРЅТХУСԌԚԜαινορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡɑ");

/**
 * Cleans a name that a stranger chose: nothing in it may hide, turn the text around, leave its line or pass for another name
 * without a warning.
 * @param otherwise what to show when nothing visible is left
 * @param maxCharacters where a name is cut; infinite for a text whose end matters as much as its beginning
 */
export function displayName(name: string, otherwise: string, maxCharacters = MAX_CHARACTERS): DisplayName {
  const line = name
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Z}\t\n\v\f\r\x85]+/gu, " ");
  const visible = line.replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u{2800}\ufffd]/gu, "");
  const calm = visible.replace(new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu"), "$1").trim();
  const text = /[\p{L}\p{N}\p{P}\p{S}]/u.test(calm) ? cut(calm, maxCharacters) : otherwise;
  return { text, suspicion: findSuspicion(text, visible !== line) };
}

function cut(text: string, maxCharacters: number): string {
  const characters = [...text];
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters).join("").trimEnd()}…`;
}

function findSuspicion(text: string, hidSomething: boolean): Suspicion | null {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  if (words.some((word) => isMixed(scriptsOf(word)))) return "mixed_scripts";
  const letters = [...text].filter((character) => /\p{L}/u.test(character));
  const foreign = letters.filter((letter) => /[\p{Script=Cyrillic}\p{Script=Greek}ɡɑ]/u.test(letter));
  const disguised = letters.some((letter) => /[A-Za-z]/.test(letter.normalize("NFKC")) && !/[A-Za-z]/.test(letter));
  if (disguised || NUMERAL_IN_WORD.test(text) || (foreign.length > 0 && foreign.every((letter) => lookAlikes.has(letter))))
    return "look_alike";
  return hidSomething ? "invisible" : null;
}

function scriptsOf(word: string): ReadonlySet<string> {
  const letters = [...word].filter(
    (character) => SCRIPTED.test(character) && !/[\p{Script=Common}\p{Script=Inherited}]/u.test(character),
  );
  return new Set(letters.map((letter) => scripts.find(([, sign]) => sign.test(letter))?.[0] ?? "another"));
}

const isMixed = (found: ReadonlySet<string>): boolean => {
  const others = [...found].filter((script) => script !== "East Asian");
  return others.length > 1 || (found.size > 1 && others[0] !== "Latin");
};
