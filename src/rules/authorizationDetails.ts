import { type Schema, Validator } from "@cfworker/json-schema";
import { OAuthError } from "../errors.ts";
import type {
  AuthorizationDetail,
  AuthorizationDetailsType,
  Client,
  JsonObject,
  OrganizationReach,
  Resource,
} from "../model.ts";

/** Ours: limits what is asked for to certain organizations, which the person may change. */
export const ORGANIZATION_ACCESS = "organization_access";

const MAX_LENGTH = 16 * 1024;
const MAX_DETAILS = 50;
/** Deeper than anybody would show a person; what reads them calls itself once a level. */
const MAX_DEPTH = 10;
/** Of the place that an error names: a service chooses the names in it. */
const MAX_PATH = 100;

const organizationAccess: JsonObject = {
  type: "object",
  required: ["type", "organizations"],
  properties: {
    type: { const: ORGANIZATION_ACCESS },
    organizations: {
      type: "array",
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      items: { type: "string", minLength: 1, maxLength: 63 },
    },
  },
  additionalProperties: false,
};

/** Every type that a request may use, ours first. */
export const authorizationDetailsTypes = (resources: readonly Resource[]): readonly string[] => [
  ORGANIZATION_ACCESS,
  ...resources.flatMap((resource) => resource.authorizationDetailsTypes.map(({ type }) => type)),
];

/** The resource that defines the type, and its words. No two do: registration refuses that. */
export function findDetailsType(
  type: string,
  resources: readonly Resource[],
): { readonly owner: Resource; readonly words: AuthorizationDetailsType } | undefined {
  for (const owner of resources) {
    const words = owner.authorizationDetailsTypes.find((known) => known.type === type);
    if (words !== undefined) return { owner, words };
  }
  return undefined;
}

/** Which types a client may use: those that it registered, or every one when it registered none (RFC 9396 section 10). */
export const mayUse = ({ metadata }: Client, type: string): boolean =>
  metadata.authorization_details_types?.includes(type) ?? true;

/**
 * The `authorization_details` parameter (RFC 9396 section 2), each element held against the schema of its type.
 * @throws OAuthError invalid_authorization_details (section 5)
 */
export function parseAuthorizationDetails(
  text: string | undefined,
  client: Client,
  resources: readonly Resource[],
): readonly AuthorizationDetail[] {
  if (text === undefined) return [];
  if (text.length > MAX_LENGTH) throw refused("authorization_details is longer than 16 KB.");
  const details = parseJson(text);
  if (!Array.isArray(details) || details.length === 0) throw refused("authorization_details is not a JSON array of objects.");
  if (details.length > MAX_DETAILS) throw refused(`authorization_details has more than ${MAX_DETAILS} elements.`);
  const checked = details.map((detail: unknown, index) => sorted(checkDetail(detail, index, client, resources)));
  if (checked.filter(({ type }) => type === ORGANIZATION_ACCESS).length > 1)
    throw refused(`authorization_details has more than one element of the type ${ORGANIZATION_ACCESS}.`);
  return [...new Map(checked.map((detail) => [canonical(detail), detail])).values()];
}

function checkDetail(detail: unknown, index: number, client: Client, resources: readonly Resource[]): AuthorizationDetail {
  const at = `authorization_details[${index}]`;
  if (!isDetail(detail)) throw refused(`${at} is not an object with a type.`);
  if (!isShallow(detail, MAX_DEPTH)) throw refused(`${at} is nested too deeply, or holds a number out of range.`);
  // What U+FFFD stands for is lost, and no form brings it back to us (http/form.ts).
  if (canonical(detail).includes("\ufffd")) throw refused(`${at} holds what is not valid Unicode.`);
  const found = findDetailsType(detail.type, resources);
  const isOurs = detail.type === ORGANIZATION_ACCESS;
  if (!isOurs && found === undefined) throw refused(`${at} is of a type that is not known here.`);
  if (!mayUse(client, detail.type)) throw refused(`${at} is of a type that the client is not registered for.`);
  const { locations = [] } = detail;
  if (!Array.isArray(locations) || !locations.every((location) => location === found?.owner.identifier))
    throw refused(`${at}.locations names what is not the resource of its type.`);
  const problem = problemOf(detail, isOurs ? organizationAccess : (found?.words.schema ?? {}));
  if (problem !== undefined) throw refused(`${at}${problem}`);
  return detail;
}

/**
 * Where and how the element breaks its schema, in ASCII; undefined if it does not. `locations`, which RFC 9396 section 2.2 gives
 * to every type, is the schema's affair only if it says so.
 */
function problemOf({ locations, ...rest }: JsonObject, schema: JsonObject): string | undefined {
  const knows = Object.hasOwn((schema["properties"] ?? {}) as JsonObject, "locations");
  const own = knows && locations !== undefined ? { ...rest, locations } : rest;
  const { valid, errors } = new Validator(schema as Schema, "2020-12", true).validate(own);
  if (valid) return undefined;
  const error = errors.at(-1);
  const path = (error?.instanceLocation ?? "#").slice(1).replaceAll("/", ".").slice(0, MAX_PATH);
  return `${path} does not fit the schema of its type (${error?.keyword ?? "false"}).`.replace(/["\\]|[^\x20-\x7e]/g, "?");
}

/** Why a JSON Schema cannot be one of a type; undefined if it can. */
export function schemaProblem(schema: JsonObject): string | undefined {
  try {
    new Validator(schema as Schema, "2020-12").validate({ type: "" });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused("authorization_details is not JSON.");
  }
}

const isDetail = (value: unknown): value is AuthorizationDetail =>
  typeof value === "object" && value !== null && !Array.isArray(value) && typeof (value as JsonObject)["type"] === "string";

/** Whether the value goes at most so many levels down, and JSON can say it again: 1e999 it would make null of. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

/** One text for details that mean the same: members in the order of their names, so that texts can be compared. */
export const canonical = (detail: AuthorizationDetail): string => JSON.stringify(sorted(detail));

function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)])) as T;
}

/** Whether the list has an element that means the same. */
export const hasDetail = (list: readonly AuthorizationDetail[], detail: AuthorizationDetail): boolean =>
  list.some((other) => canonical(other) === canonical(detail));

/** What of a request a grant keeps: the organizations have a place of their own there. */
export const withoutOrganizations = (details: readonly AuthorizationDetail[]): readonly AuthorizationDetail[] =>
  details.filter(({ type }) => type !== ORGANIZATION_ACCESS);

/** Names of the organizations that details limit an authorization to; undefined where they do not. */
export function limitedOrganizations(details: readonly AuthorizationDetail[]): readonly string[] | undefined {
  const organizations = details.find(({ type }) => type === ORGANIZATION_ACCESS)?.["organizations"];
  return Array.isArray(organizations) ? (organizations as readonly string[]) : undefined;
}

/** Those of the organizations that a request names which the person may enter; the others are nobody's business. */
export const namedOrganizations = (
  details: readonly AuthorizationDetail[],
  organizations: readonly OrganizationReach[],
): readonly OrganizationReach[] | undefined => {
  const names = limitedOrganizations(details);
  return names && organizations.filter(({ name }) => names.includes(name));
};

/**
 * The details of one access token: of what was authorized, what the token request asked for, what the grant still has, and what
 * belongs to the resources that the token is for.
 * @param asked null for everything
 * @param granted what the grant has now
 * @param reached names of the organizations that the token enters, which `organization_access` then says
 */
export function detailsOfToken(
  authorized: readonly AuthorizationDetail[],
  asked: readonly AuthorizationDetail[] | null,
  granted: readonly AuthorizationDetail[],
  reached: readonly string[],
  audience: readonly string[],
  resources: readonly Resource[],
): readonly AuthorizationDetail[] {
  const kept = withoutOrganizations(authorized).filter((detail) => {
    const owner = findDetailsType(detail.type, resources)?.owner.identifier;
    const isAsked = asked === null || hasDetail(asked, detail);
    return isAsked && owner !== undefined && audience.includes(owner) && hasDetail(granted, detail);
  });
  const isLimited = [...authorized, ...(asked ?? [])].some(({ type }) => type === ORGANIZATION_ACCESS);
  return isLimited ? [...kept, { type: ORGANIZATION_ACCESS, organizations: reached }] : kept;
}

/** Whether a token request asks for no more than was authorized (RFC 9396 section 6). */
export const isWithin = (asked: readonly AuthorizationDetail[], authorized: readonly AuthorizationDetail[]): boolean =>
  asked.every((detail) => {
    if (detail.type !== ORGANIZATION_ACCESS) return hasDetail(authorized, detail);
    const limit = limitedOrganizations(authorized);
    return limit === undefined || (limitedOrganizations([detail]) ?? []).every((name) => limit.includes(name));
  });

const refused = (description: string): OAuthError => new OAuthError("invalid_authorization_details", description);
