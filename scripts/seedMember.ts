/** Members of a seed file that know their path in it, so that every refusal can name it. */
import { OAuthError } from "../src/errors.ts";
import { readers } from "../src/rules/member.ts";
import { Refusal } from "./refusal.ts";

export type { Place } from "../src/rules/member.ts";

export const refuse = (path: string, problem: string): Refusal => new Refusal(`${path === "" ? "The seed" : path}: ${problem}`);

export const { place, list, refuseTwice } = readers(refuse);

/** What a parser of the server's makes of a member; its description begins with the path that it was given. */
export function parsedBy<T>(parse: (value: unknown, path: string) => T, value: unknown, path: string): T {
  try {
    return parse(value, path);
  } catch (error) {
    throw error instanceof OAuthError ? new Refusal(error.description) : error;
  }
}
