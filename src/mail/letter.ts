import type { Config } from "../config.ts";
import type { Message } from "../messages/catalogue.ts";
import { isLanguage, type Language, languages } from "../messages/languages.ts";
import { type Catalogue, catalogues } from "../messages/translate.ts";
import type { EmailCodePurpose, EmailKind } from "../model.ts";
import { findTimeZone } from "../rules/timeZone.ts";
import { letterHtml } from "./letterHtml.ts";
import type { EmailValues } from "./sealedValues.ts";

/** An e-mail as somebody reads it. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: Language;
}

/** What an e-mail is made of. */
export interface LetterParts {
  readonly kind: EmailKind;
  readonly values: EmailValues;
  readonly language: string;
  readonly timeZone: string;
}

/**
 * Writes an e-mail: the messages `{kind}_subject` and `{kind}_text` of `emails` (of a `code` by its `purpose`,
 * `code_{purpose}_text`), filled with the values and with `operator` and `issuer`. A `path` among them is one of our pages, for
 * `{link}`; times, under names that end in `At`, are said in the reader's zone; a `code` stands by itself, in large digits.
 */
export function letterOf({ operator, issuer }: Pick<Config, "operator" | "issuer">, parts: LetterParts): Letter {
  const { kind, values } = parts;
  const language: Language = isLanguage(parts.language) ? parts.language : "en";
  const said = saidValues(values, language, parts.timeZone);
  const filled = { ...said, operator, issuer, link: issuer + String(values["path"] ?? "/") };
  const fill = (name: Name) => fillMessage(language, name, filled, values["count"]);
  const subject = fill(`${kind}_subject`);
  const paragraphs = fill(kind === "code" ? `code_${values["purpose"] as EmailCodePurpose}_text` : `${kind}_text`).split(
    "\n\n",
  );
  const code = values["code"] === undefined ? undefined : String(values["code"]);
  const footer = fill("footer");
  return {
    language,
    subject,
    text: [...paragraphs.slice(0, 1), ...(code === undefined ? [] : [code]), ...paragraphs.slice(1), "--", footer].join("\n\n"),
    html: letterHtml({
      language,
      direction: languages[language].direction,
      operator,
      issuer,
      subject,
      paragraphs,
      code,
      footer,
    }),
  };
}

/** Numbers and times as the language writes them. */
function saidValues(values: EmailValues, language: Language, zone: string): Readonly<Record<string, string>> {
  const times = new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "long",
    timeZone: findTimeZone(zone),
  });
  const numbers = new Intl.NumberFormat(language);
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value !== "number") return [name, value];
    return [name, /(?:^at|At)$/.test(name) ? times.format(value) : numbers.format(value)];
  });
  return Object.fromEntries(entries);
}

/** The compiler sees to it that every kind of e-mail has its words. */
type Name = keyof Catalogue["emails"];

function fillMessage(
  language: Language,
  name: Name,
  values: Readonly<Record<string, string>>,
  count: string | number | undefined,
): string {
  const area: Readonly<Record<Name, Message>> = catalogues[language].emails;
  const message = area[name];
  const form = new Intl.PluralRules(language).select(Number(count ?? 0));
  const text = typeof message === "string" ? message : (message[form] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (_, placeholder: string) => values[placeholder] ?? "");
}
