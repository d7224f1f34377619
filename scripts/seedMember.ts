/** Members of a JSON object that know their path in the file, so that every refusal can name it. */
import { Refusal } from "./refusal.ts";

const MAX_TEXT_LENGTH = 1000;

export const refuse = (path: string, problem: string): Refusal => new Refusal(`${path === "" ? "The seed" : path}: ${problem}`);

export type Place = ReturnType<typeof place>;

/** An object of the file. @throws Refusal for anything else, and for a member beyond those named, which is a typo */
export function place(input: unknown, path: string, members: readonly string[]) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw refuse(path, "is not an object");
  const object: Readonly<Record<string, unknown>> = { ...input };
  const pathOf = (name: string) => (path === "" ? name : `${path}.${name}`);
  const unknown = Object.keys(object).find((name) => !members.includes(name));
  if (unknown !== undefined) throw refuse(pathOf(unknown), `is not a member that we know; there are ${members.join(", ")}`);

  const optionalText = (name: string, pattern?: RegExp, problem = ""): string | undefined => {
    const text = object[name];
    if (text === undefined) return undefined;
    if (typeof text !== "string") throw refuse(pathOf(name), "is not a string");
    if (text === "") throw refuse(pathOf(name), "is empty");
    if (text.length > MAX_TEXT_LENGTH * 2) throw refuse(pathOf(name), `is longer than ${MAX_TEXT_LENGTH * 2} characters`);
    if (!text.isWellFormed() || /\p{Cc}/u.test(text)) throw refuse(pathOf(name), "holds control characters");
    if (pattern !== undefined && !pattern.test(text)) throw refuse(pathOf(name), problem);
    return text;
  };
  const present = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw refuse(pathOf(name), "is missing");
    return value;
  };

  return {
    pathOf,
    has: (name: string): boolean => object[name] !== undefined,
    value: (name: string): unknown => object[name],
    optionalText,
    text: (name: string, pattern?: RegExp, problem?: string): string => present(name, optionalText(name, pattern, problem)),
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

/** An array of the file, absent like empty. */
export function list<T>(owner: Place, name: string, parse: (item: unknown, path: string) => T): readonly T[] {
  const items = owner.value(name) ?? [];
  if (!Array.isArray(items)) throw refuse(owner.pathOf(name), "is not an array");
  return items.map((item: unknown, index) => parse(item, `${owner.pathOf(name)}[${index}]`));
}
