/** Members of client metadata, read one by one: each refusal begins with the member's path (RFC 7591 section 3.2.2). */
import { type ErrorCode, OAuthError } from "../errors.ts";
import type { ClientMetadata } from "../model.ts";
import { publicUrlProblem } from "./publicUrl.ts";

export type Member = keyof ClientMetadata;
export type Input = Readonly<Record<string, unknown>>;

const MAX_URI_LENGTH = 2048;

export const refused = (path: string, problem: string, code: ErrorCode = "invalid_client_metadata"): OAuthError =>
  new OAuthError(code, `${path}: ${problem}`);

export const isObject = (value: unknown): value is Input =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function text(input: Input, name: Member): string | undefined {
  const value = input[name];
  if (value !== undefined && typeof value !== "string") throw refused(name, "is not a string");
  return value;
}

export const texts = (input: Input, name: Member, code?: ErrorCode): readonly string[] | undefined =>
  textsAt(name, input[name], code);

/** The same inside a member that is an object. */
export function textsAt(path: string, value: unknown, code?: ErrorCode): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw refused(path, "is not an array", code);
  return value.map((item: unknown, index) => {
    if (typeof item !== "string") throw refused(`${path}[${index}]`, "is not a string", code);
    return item;
  });
}

export function flag(input: Input, name: Member): boolean | undefined {
  const value = input[name];
  if (value !== undefined && typeof value !== "boolean") throw refused(name, "is not true or false");
  return value;
}

export function integer(input: Input, name: Member, max: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max)
    throw refused(name, `is not a whole number ${max === Number.MAX_SAFE_INTEGER ? "of seconds" : `from 0 to ${max}`}`);
  return value;
}

export function optionalChoice<T extends string>(input: Input, name: Member, allowed: readonly T[]): T | undefined {
  const value = text(input, name);
  return value === undefined ? undefined : pick(name, value, allowed);
}

export const choice = <T extends string>(input: Input, name: Member, allowed: readonly T[], fallback: T): T =>
  optionalChoice(input, name, allowed) ?? fallback;

export function choices<T extends string>(input: Input, name: Member, allowed: readonly T[]): readonly T[] | undefined {
  const values = texts(input, name);
  return values && [...new Set(values.map((value, index) => pick(`${name}[${index}]`, value, allowed)))];
}

function pick<T extends string>(path: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw refused(path, `is not ${allowed.length === 1 ? "" : "one of "}${allowed.join(", ")}`);
  return found;
}

/** A page that people are sent to. */
export function page(input: Input, name: Member): string | undefined {
  const uri = text(input, name);
  if (uri === undefined) return undefined;
  if (uri.length > MAX_URI_LENGTH) throw refused(name, `is longer than ${MAX_URI_LENGTH} characters`);
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) throw refused(name, "is not an absolute URI");
  const { protocol, hostname, username, password } = new URL(uri);
  const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && loopback)) throw refused(name, "is not https");
  if (username !== "" || password !== "") throw refused(name, "holds user information");
  return uri;
}

/** An address that the server itself will ask. That it is not our own is checked when it is asked. */
export function fetched(input: Input, name: Member): string | undefined {
  const uri = text(input, name);
  const problem = uri === undefined ? undefined : publicUrlProblem(uri, "");
  if (problem !== undefined) throw refused(name, problem);
  return uri;
}

export const defined = <K extends Member>(name: K, value: ClientMetadata[K] | undefined): Partial<Pick<ClientMetadata, K>> =>
  value === undefined ? {} : ({ [name]: value } as unknown as Pick<ClientMetadata, K>);
