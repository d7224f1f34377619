/** The catalogues as data: what the compiler does not see. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/messages/catalogue.ts";
import { type Language, languages } from "../../src/messages/languages.ts";
import { catalogues } from "../../src/messages/translate.ts";

const all = Object.keys(languages) as Language[];
const others = all.filter((language) => language !== "en");

const entriesOf = (language: Language): readonly (readonly [key: string, message: Message])[] =>
  Object.entries(catalogues[language]).flatMap(([area, messages]) =>
    Object.entries(messages as Readonly<Record<string, Message>>).map(
      ([name, message]) => [`${area}.${name}`, message] as const,
    ),
  );
const english = new Map(entriesOf("en"));
const formsOf = (message: Message): readonly (readonly [form: string, text: string])[] =>
  typeof message === "string" ? [["text", message]] : Object.entries(message);
const placeholdersOf = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))].filter((name) => name !== "count").toSorted();

/** A word or two may well be the same in two languages; what is longer was forgotten. */
const isSentence = (text: string): boolean => (text.replace(/\{\w+\}/g, "").match(/\p{L}{2,}/gu)?.length ?? 0) > 2;

describe.each(all)("the messages in %s", (language) => {
  const entries = entriesOf(language);

  it("are those of English, no more and no fewer", () => {
    expect(entries.map(([key]) => key).toSorted()).toEqual([...english.keys()].toSorted());
  });

  it("have the placeholders of English in each of their forms", () => {
    const wrong = entries.flatMap(([key, message]) => {
      const wanted = placeholdersOf(formsOf(english.get(key) ?? "").at(-1)?.[1] ?? "");
      return formsOf(message).flatMap(([form, text]) =>
        placeholdersOf(text).join() === wanted.join() ? [] : [`${key} (${form}): ${placeholdersOf(text)} for ${wanted}`],
      );
    });
    expect(wrong).toEqual([]);
  });

  it("have a form for every number", () => {
    const rules = new Intl.PluralRules(language);
    const needed = new Set(Array.from({ length: 200 }, (_, index) => rules.select(index + 1)));
    const wrong = entries.flatMap(([key, message]) =>
      typeof message === "string" ? [] : [...needed].flatMap((form) => (form in message ? [] : [`${key}: ${form}`])),
    );
    expect(wrong).toEqual([]);
  });

  it("are plain text, set with the marks of the language", () => {
    const wrong = entries.flatMap(([key, message]) =>
      formsOf(message).flatMap(([, text]) =>
        /["'<>`]|&\w+;|\.\.\.|^\s|\s$| {2}/.test(key.endsWith("_separator") ? text.trim() : text) || text === ""
          ? [`${key}: ${text}`]
          : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("have no letter of a direction's own, and no invisible one", () => {
    const wrong = entries.filter(([, message]) =>
      formsOf(message).some(([, text]) => /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(text)),
    );
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});

describe.each(others)("the messages in %s", (language) => {
  it("are not English", () => {
    const left = entriesOf(language).flatMap(([key, message]) => {
      const texts = new Set(formsOf(english.get(key) ?? "").map(([, text]) => text));
      return formsOf(message).some(([, text]) => texts.has(text) && isSentence(text)) ? [`${language} ${key}`] : [];
    });
    expect(left).toEqual([]);
  });
});

describe("each message", () => {
  const src = new URL("../../src/", import.meta.url).pathname;
  const code = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("messages"))
    .map((name) => readFileSync(join(src, name), "utf8"))
    .join("\n");
  const quoted = new Set([...code.matchAll(/"([\w.]+)"/g)].map(([, text]) => text));
  const bare = new Set([...code.matchAll(/\b(\w+)\b/g)].map(([, word]) => word));
  /** `area.before_${…}_after`: which keys it may stand for. */
  const patterns = [...code.matchAll(/`(\w+)\.((?:\w|\$\{[^`]*?\})+)`/g)].flatMap(([, area = "", rest = ""]) => {
    const pattern = new RegExp(`^${area}\\.${rest.replace(/\$\{[^}]*\}/g, "(\\w+)")}$`);
    return rest.includes("${") ? [pattern] : [];
  });

  /** A part of a key is a word of the code, or one of its dotted names, `member.added` for `member_added`. */
  const isNamed = (part: string): boolean =>
    bare.has(part) ||
    [...part.matchAll(/_/g)].some(({ index }) => quoted.has(`${part.slice(0, index)}.${part.slice(index + 1)}`));
  /** `mail/letter.ts` makes these of the kind and the purpose of an e-mail. */
  const isOfEmail = (key: string): boolean => {
    const [, kind = ""] = /^emails\.(\w+)_(?:subject|text)$/.exec(key) ?? [];
    const cuts = [...kind.matchAll(/_/g)].map(({ index }) => index);
    const isMade = quoted.has(kind) || cuts.some((at) => quoted.has(kind.slice(0, at)) && quoted.has(kind.slice(at + 1)));
    return isMade || (key === "emails.footer" && quoted.has("footer"));
  };

  it("is used by a page or an e-mail", () => {
    const unused = [...english.keys()].filter(
      (key) => !quoted.has(key) && !isOfEmail(key) && !patterns.some((pattern) => pattern.exec(key)?.slice(1).every(isNamed)),
    );
    expect(unused).toEqual([]);
  });
});
