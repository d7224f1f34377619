/** What a developer types about an API of theirs, turned into a resource, or into what is wrong with it. */
import { OAuthError } from "../errors.ts";
import type { JsonObject } from "../model.ts";
import { taggedMembers } from "./language.ts";
import { publicUrlProblem } from "./publicUrl.ts";
import { parsePublisherHost } from "./publisherProof.ts";
import { parseResource, type ResourceDefinition } from "./resource.ts";

/** One row of the form: a scope. */
export interface ScopeFields {
  /** Without the prefix. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly access: string;
  readonly risk: string;
  /** A line for each language: its tag, the title and the description, with | between them. */
  readonly translations: string;
}

export interface ResourceFields {
  readonly identifier: string;
  readonly name: string;
  /** A line for each language: its tag and the name, with | between them. */
  readonly translations: string;
  /** The service that introspects; empty for none. */
  readonly client_id: string;
  readonly scopes: readonly ScopeFields[];
}

/** What is wrong with the field of that id. */
export interface ResourceProblem {
  readonly field: string;
  readonly words: string;
}

export type ReadResource =
  | { readonly kind: "resource"; readonly definition: ResourceDefinition; readonly host: string }
  | { readonly kind: "problems"; readonly problems: readonly ResourceProblem[] };

/** As many as a form may have fields for (http/form.ts). */
export const MAX_ROWS = 25;

export const emptyScope: ScopeFields = { name: "", title: "", description: "", access: "read", risk: "", translations: "" };

export const emptyResource: ResourceFields = {
  identifier: "",
  name: "",
  translations: "",
  client_id: "",
  scopes: [emptyScope],
};

/** The id of a field in a row. */
export const fieldOfScope = (row: number, member: keyof ScopeFields): string => `scope_${row}_${member}`;

/** What the names of an API's scopes begin with: its host, which nobody else can prove to be theirs; empty while there is none. */
export const scopePrefix = (identifier: string): string => (URL.canParse(identifier) ? `${new URL(identifier).hostname}/` : "");

/** The form as it shows a resource that is registered. */
export function fieldsOfResource(resource: ResourceDefinition): ResourceFields {
  const prefix = scopePrefix(resource.identifier);
  return {
    identifier: resource.identifier,
    name: resource.name,
    translations: linesOf(resource, ["name"]),
    client_id: resource.clientId ?? "",
    scopes: resource.scopes.map((scope) => ({
      name: scope.name.startsWith(prefix) ? scope.name.slice(prefix.length) : scope.name,
      title: scope.title,
      description: scope.description,
      access: scope.access,
      risk: scope.risk,
      translations: linesOf(scope, ["title", "description"]),
    })),
  };
}

function linesOf(of: object, members: readonly string[]): string {
  const texts: Readonly<Record<string, unknown>> = { ...of };
  const tags = [...new Set(taggedMembers(of, members).map(({ tag }) => tag))];
  return tags
    .map((tag) => [tag, ...members.map((member) => texts[`${member}#${tag}`] ?? "")].join(" | ").replace(/( \| )+$/, ""))
    .join("\n");
}

/**
 * @param ownHost ours, under which nobody else has an API
 * @returns every problem; or the resource, and the host that must be proved for it
 */
export function readResource(fields: ResourceFields, ownHost: string): ReadResource {
  const identifier = fields.identifier.trim();
  const address = addressProblem(identifier, ownHost);
  const prefix = scopePrefix(identifier);
  const rows = fields.scopes.flatMap((scope, row) => (isEmpty(scope) ? [] : [{ row, ...readScope(scope, row, prefix) }]));
  const base = { identifier, name: fields.name.trim(), client_id: fields.client_id || undefined };
  const names = readLines(fields.translations, ["name"], "translations");
  const problems = [
    ...(address === undefined ? [] : [{ field: "identifier", words: address }]),
    ...(names.problem ?? problemsOf({ ...base, identifier: "https://a.example", ...names.texts }, undefined)),
    ...rows.flatMap(({ row, problems, scope }) =>
      problems.length > 0 ? problems : problemsOf({ identifier: "https://a.example", name: "x", scopes: [scope] }, [row]),
    ),
  ];
  if (problems.length > 0) return { kind: "problems", problems };
  const whole = { ...base, ...names.texts, scopes: rows.map(({ scope }) => scope) };
  const together = problemsOf(
    whole,
    rows.map(({ row }) => row),
  );
  if (together.length > 0) return { kind: "problems", problems: together };
  return { kind: "resource", definition: parseResource(whole), host: new URL(identifier).hostname };
}

/** In the one form that its host and its tokens write it in. */
function addressProblem(identifier: string, ownHost: string): string | undefined {
  if (identifier === "") return "Type the address of the API, such as https://api.northstar.example.";
  const problem = publicUrlProblem(identifier, ownHost);
  if (problem !== undefined) return `The address ${problem}.`;
  const { href, hostname, port } = new URL(identifier);
  if (port !== "") return "Leave out the port: whose the host is, is proved at the usual one.";
  const host = parsePublisherHost(hostname);
  if ("problem" in host) return host.problem;
  return identifier === href || `${identifier}/` === href ? undefined : `Write the address in its plain form: ${href}`;
}

const isEmpty = ({ name, title, description, translations }: ScopeFields): boolean =>
  [name, title, description, translations].every((text) => text.trim() === "");

function readScope(fields: ScopeFields, row: number, prefix: string) {
  const typed = fields.name.trim();
  const own = prefix !== "" && typed.startsWith(prefix) ? typed.slice(prefix.length) : typed;
  const words = readLines(fields.translations, ["title", "description"], fieldOfScope(row, "translations"));
  const badName = /^[a-z0-9][a-z0-9._:/-]{0,99}$/.test(own)
    ? undefined
    : own === ""
      ? "Type what programs call it, such as notes.read."
      : "Write small letters, digits and . _ : / - alone, a letter or digit first.";
  const scope: JsonObject = {
    name: prefix + own,
    title: fields.title.trim(),
    description: fields.description.trim(),
    access: fields.access,
    // Full access can be of no other, so that nobody is asked about it.
    ...(fields.access === "full" || fields.risk === "" ? {} : { risk: fields.risk }),
    ...words.texts,
  };
  const empty = (["title", "description"] as const).filter((member) => fields[member].trim() === "");
  const problems: readonly ResourceProblem[] = [
    ...(badName === undefined ? [] : [{ field: fieldOfScope(row, "name"), words: badName }]),
    ...empty.map((member) => ({ field: fieldOfScope(row, member), words: `The ${member} is empty.` })),
    ...(words.problem ?? []),
  ];
  return { scope, problems };
}

/** Lines of a tag and as many texts as there are members, of which the last may be missing. */
function readLines(text: string, members: readonly string[], field: string) {
  const entries: [string, string][] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") continue;
    const [tag = "", ...texts] = line.split("|").map((part) => part.trim());
    if (texts.length === 0 || texts.length > members.length || texts[0] === "")
      return {
        texts: {},
        problem: [{ field, words: `Line ${index + 1} needs the form: ${["de", ...members].join(" | ")}` }] as const,
      };
    for (const [at, member] of members.entries()) {
      const own = texts[at];
      if (own !== undefined && own !== "") entries.push([`${member}#${tag}`, own]);
    }
  }
  return { texts: Object.fromEntries(entries), problem: undefined };
}

/** @param rows of the scopes in the input, by their place in the form */
function problemsOf(input: JsonObject, rows: readonly number[] | undefined): readonly ResourceProblem[] {
  try {
    parseResource(input);
    return [];
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const [path = "", ...rest] = error.description.split(": ");
    const problem = rest.join(": ");
    const [, index, member = ""] = /^scopes\[(\d+)\]\.(.*)$/.exec(path) ?? [];
    const inScope = index === undefined ? undefined : (rows?.[Number(index)] ?? 0);
    const [plain = "", tag] = (inScope === undefined ? path : member).split("#");
    const field =
      inScope === undefined
        ? tag === undefined
          ? plain
          : "translations"
        : fieldOfScope(inScope, tag === undefined ? (plain as keyof ScopeFields) : "translations");
    return [{ field, words: mend(plain, tag, problem) }];
  }
}

function mend(member: string, tag: string | undefined, problem: string): string {
  if (/, like /.test(problem)) return "Another permission here has this name already.";
  if (/^is full, as that of another/.test(problem))
    return "Another permission is full access already, and an API has one at most.";
  const what = tag === undefined ? `The ${member.replaceAll("_", " ")}` : `The ${member} in “${tag}”`;
  return `${what} ${problem}.`;
}
