import { ar } from "./ar/index.ts";
import type { Message, PlaceholdersOf, Translation } from "./catalogue.ts";
import { de } from "./de/index.ts";
import { type English, en } from "./en/index.ts";
import { es } from "./es/index.ts";
import { fr } from "./fr/index.ts";
import { ja } from "./ja/index.ts";
import type { Language } from "./languages.ts";

export type Catalogue = { readonly [A in keyof English]: Translation<English[A]> };

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, de, fr, es, ja, ar };

/** `area.key`. */
export type MessageKey = { [A in keyof English]: `${A}.${keyof English[A] & string}` }[keyof English];

type MessageOf<K extends MessageKey> = K extends `${infer A extends keyof English}.${infer M}`
  ? M extends keyof English[A]
    ? English[A][M]
    : never
  : never;

/** What a message's placeholders stand for: `count` is a number always. */
export type Values<K extends MessageKey, V> = {
  readonly [P in PlaceholdersOf<MessageOf<K>>]: P extends "count" ? number : V;
};

/** The values as arguments, of which there are none where the message has no placeholder. */
export type Arguments<K extends MessageKey, V> = [PlaceholdersOf<MessageOf<K>>] extends [never] ? [] : [values: Values<K, V>];

/** The message as a text. */
export type Translate = <K extends MessageKey>(key: K, ...values: Arguments<K, string | number>) => string;

/** A message and its values, to be said once it is known who reads it. */
export type Saying = { readonly [K in MessageKey]: readonly [key: K, ...values: Arguments<K, string | number>] }[MessageKey];

declare module "../errors.ts" {
  interface Sayings {
    readonly saying: Saying;
  }
}

/** What was to be said, in the language of `t`. */
export const say = (t: Translate, [key, values]: Saying): string =>
  (t as (key: MessageKey, values?: object) => string)(key, values);

/** The message in pieces, with elements where the placeholders stand. */
export type Compose = <V, K extends MessageKey>(
  key: K,
  values: Values<K, V | string | number>,
) => readonly (V | string | number)[];

export interface Translator {
  readonly t: Translate;
  readonly compose: Compose;
}

const known = new Map<Language, Translator>();

/** How messages are said in a language. Numbers are written as the language writes them. */
export function translator(language: Language): Translator {
  const found = known.get(language) ?? makeTranslator(language);
  known.set(language, found);
  return found;
}

function makeTranslator(language: Language): Translator {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  const catalogue: Readonly<Record<string, Readonly<Record<string, Message>>>> = catalogues[language];
  const textOf = (key: string, values: Readonly<Record<string, unknown>>): string => {
    const [area = "", name = ""] = key.split(/\.(.*)/s);
    const message = catalogue[area]?.[name];
    if (message === undefined) throw new TypeError(`no message ${key}`);
    if (typeof message === "string") return message;
    return message[plurals.select(Number(values["count"]))] ?? message.other;
  };
  const inWriting = <V>(value: V): V | string => (typeof value === "number" ? numbers.format(value) : value);
  const pieces = <V>(key: string, values: Readonly<Record<string, V>>): readonly (V | string)[] =>
    textOf(key, values)
      .split(/\{(\w+)\}/)
      .map((piece, index) => (index % 2 === 0 ? piece : inWriting(values[piece] as V)));
  return {
    t: (key, ...[values]) => pieces(key, (values ?? {}) as Readonly<Record<string, string | number>>).join(""),
    compose: (key, values) => pieces(key, values as unknown as Readonly<Record<string, never>>),
  };
}
