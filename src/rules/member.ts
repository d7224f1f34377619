/** Members of a JSON object that know their path, so that every refusal can name it. */
import { OAuthError } from "../errors.ts";
import type { Translated } from "../model.ts";
import { languageTagProblem, taggedMembers } from "./language.ts";

const MAX_TEXT_LENGTH = 2000;
const MAX_LANGUAGES = 50;

/** What turns the text around it, or hides in it. Joiners are left: several scripts are not written without them. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cf}\u2028\u2029\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd]/u;

/** How an error is made of the path of a member and of what is wrong with it. */
export type Refuse = (path: string, problem: string) => Error;

/** The error of an endpoint for programs: the path, a colon, and the problem, in the characters that a description may have. */
export const invalidMember: Refuse = (path, problem) =>
  new OAuthError("invalid_request", `${path === "" ? "" : `${path}: `}${problem}`.replace(/["\\]|[^\x20-\x7e]/g, "?"));

/** Texts for people: the member under its plain name, and in other languages beside it. */
type Texts<M extends string> = { readonly [N in M]: string } & Translated<M>;

/** An object and a list of a JSON document whose refusals `refuse` makes. */
export function readers(refuse: Refuse) {
  /**
   * An object of the document.
   * @param translatable those of the members that may be there in other languages too (`title#de`)
   * @throws what `refuse` makes, for anything else, and for a member beyond those named, which is a typo
   */
  function place(input: unknown, path: string, members: readonly string[], translatable: readonly string[] = []) {
    if (typeof input !== "object" || input === null || Array.isArray(input)) throw refuse(path, "is not an object");
    const object: Readonly<Record<string, unknown>> = { ...input };
    const pathOf = (name: string) => (path === "" ? name : `${path}.${name}`);
    const tagged = taggedMembers(object, translatable);
    const known = [...members, ...tagged.map(({ name }) => name)];
    const unknown = Object.keys(object).find((name) => !known.includes(name));
    if (unknown !== undefined) throw refuse(pathOf(unknown), `is not a member that we know; there are ${members.join(", ")}`);

    const optionalText = (name: string, pattern?: RegExp, problem = ""): string | undefined => {
      const text = object[name];
      if (text === undefined) return undefined;
      if (typeof text !== "string") throw refuse(pathOf(name), "is not a string");
      if (text === "") throw refuse(pathOf(name), "is empty");
      if (text.length > MAX_TEXT_LENGTH) throw refuse(pathOf(name), `is longer than ${MAX_TEXT_LENGTH} characters`);
      if (!text.isWellFormed() || /\p{Cc}/u.test(text)) throw refuse(pathOf(name), "holds control characters");
      if (pattern !== undefined && !pattern.test(text)) throw refuse(pathOf(name), problem);
      return text;
    };
    const present = <T>(name: string, value: T | undefined): T => {
      if (value === undefined) throw refuse(pathOf(name), "is missing");
      return value;
    };
    const words = (name: string, maxLength: number): string => {
      const text = present(name, optionalText(name));
      if (text.trim() === "") throw refuse(pathOf(name), "is empty");
      if (text.length > maxLength) throw refuse(pathOf(name), `is longer than ${maxLength} characters`);
      if (UNSEEN.test(text)) throw refuse(pathOf(name), "holds characters that nobody sees, or that turn the text around");
      return text;
    };

    return {
      pathOf,
      has: (name: string): boolean => object[name] !== undefined,
      value: (name: string): unknown => object[name],
      optionalText,
      text: (name: string, pattern?: RegExp, problem?: string): string => present(name, optionalText(name, pattern, problem)),
      /** A text that people read, in every language that it is there in. */
      texts<M extends string>(member: M, maxLength: number): Texts<M> {
        const own = tagged.filter((one) => one.member === member);
        if (own.length > MAX_LANGUAGES) throw refuse(pathOf(member), `is there in more than ${MAX_LANGUAGES} languages`);
        const tags = own.map(({ tag }) => tag.toLowerCase());
        const others = own.map(({ name, tag }, index): [string, string] => {
          const problem = tags.indexOf(tag.toLowerCase()) === index ? languageTagProblem(tag) : "is there twice";
          if (problem !== undefined) throw refuse(pathOf(name), problem);
          return [name, words(name, maxLength)];
        });
        return { [member]: words(member, maxLength), ...Object.fromEntries(others) } as Texts<M>;
      },
      flag(name: string): boolean {
        const value = object[name] ?? false;
        if (typeof value !== "boolean") throw refuse(pathOf(name), "is not true or false");
        return value;
      },
      integer(name: string, min: number, max: number): number | null {
        const value = object[name] ?? null;
        if (value === null) return null;
        if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
          throw refuse(pathOf(name), `is not a whole number from ${min} to ${max}`);
        return value;
      },
      choice<T extends string>(name: string, allowed: readonly T[], fallback?: T): T {
        const value = present(name, object[name] ?? fallback);
        const found = allowed.find((candidate) => candidate === value);
        if (found === undefined) throw refuse(pathOf(name), `is not one of ${allowed.join(", ")}`);
        return found;
      },
    };
  }

  /** An array of the document, absent like empty. */
  function list<T>(owner: Place, name: string, parse: (item: unknown, path: string) => T): readonly T[] {
    const items = owner.value(name) ?? [];
    if (!Array.isArray(items)) throw refuse(owner.pathOf(name), "is not an array");
    return items.map((item: unknown, index) => parse(item, `${owner.pathOf(name)}[${index}]`));
  }

  /** @param named the path of each name that must be given once */
  function refuseTwice(named: readonly (readonly string[])[]): void {
    const first = new Map<string, string>();
    for (const [path = "", name = ""] of named) {
      const before = first.get(name);
      if (before !== undefined) throw refuse(path, `is ${name}, like ${before}`);
      first.set(name, path);
    }
  }

  return { place, list, refuseTwice };
}

export type Place = ReturnType<ReturnType<typeof readers>["place"]>;
