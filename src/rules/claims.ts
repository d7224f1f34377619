import { OAuthError } from "../errors.ts";
import type { ClaimRequest, ClaimsRequest, User } from "../model.ts";

/** Which claims each identity scope asks for (OpenID Connect Core 5.4). */
const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
  ],
  email: ["email", "email_verified"],
  address: ["address"],
  phone: ["phone_number", "phone_number_verified"],
};

/** Every claim about a person that we can give. */
export const personalClaims: readonly string[] = Object.values(claimsOfScope).flat();

/** Claims about the sign-in, which need no consent. */
const authenticationClaims = ["sub", "auth_time", "acr", "amr"];

/**
 * The `claims` parameter (OpenID Connect Core 5.5). Claims that we do not know are left out, as 5.5 wants it.
 * @throws OAuthError invalid_request unless it is a JSON object of the shape given there
 */
export function parseClaims(text: string): ClaimsRequest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new OAuthError("invalid_request", "The claims parameter is not JSON.");
  }
  if (!isObject(parsed)) throw new OAuthError("invalid_request", "The claims parameter is not a JSON object.");
  return { id_token: parsePart(parsed["id_token"]), userinfo: parsePart(parsed["userinfo"]) };
}

function parsePart(part: unknown): ClaimsRequest["id_token"] {
  if (part === undefined || part === null) return {};
  if (!isObject(part)) throw new OAuthError("invalid_request", "A member of the claims parameter is not a JSON object.");
  const known = [...personalClaims, ...authenticationClaims];
  return Object.fromEntries(
    known
      .filter((name) => Object.hasOwn(part, name))
      .map((name): [string, ClaimRequest | null] => [name, parseClaim(part[name])]),
  );
}

function parseClaim(request: unknown): ClaimRequest | null {
  if (request === null) return null;
  if (!isObject(request)) throw new OAuthError("invalid_request", "A claim is requested by null or by an object.");
  const { essential, value, values } = request;
  if (values !== undefined && !Array.isArray(values))
    throw new OAuthError("invalid_request", "The values of a requested claim are not an array.");
  return {
    ...(essential === true ? { essential } : {}),
    ...(value === undefined ? {} : { value }),
    ...(values === undefined ? {} : { values }),
  };
}

/** The personal claims that a request names one by one beyond what its scopes cover: what the person is asked about. */
export function requestedClaims(claims: ClaimsRequest | null, scopes: readonly string[]): readonly string[] {
  if (claims === null) return [];
  const covered = claimsOf(scopes);
  const named = [...Object.keys(claims.id_token), ...Object.keys(claims.userinfo)];
  return [...new Set(named)].filter((name) => personalClaims.includes(name) && !covered.includes(name));
}

/** The claims that scopes ask for. */
export const claimsOf = (scopes: readonly string[]): readonly string[] => scopes.flatMap((scope) => claimsOfScope[scope] ?? []);

/** The person's values of the named claims, those without a value left out. */
export function claimsAbout(user: User, names: readonly string[]): Readonly<Record<string, unknown>> {
  const all: Readonly<Record<string, unknown>> = {
    ...user.profile,
    name: user.name,
    email: user.email,
    email_verified: user.emailVerified,
    updated_at: Math.floor(user.updatedAt / 1000),
  };
  return Object.fromEntries(
    personalClaims.filter((name) => names.includes(name) && all[name] != null).map((name) => [name, all[name]]),
  );
}

/** Whether a subject is the one that `claims` insists on by the value of `sub` (OpenID Connect Core 5.5.1). */
export function subjectAllowed(claims: ClaimsRequest | null, subject: string): boolean {
  return [claims?.id_token["sub"], claims?.userinfo["sub"]].every((request) => request == null || fits(request, subject));
}

/** Whether a sign-in's `acr` is one that `claims` insists on: essential, and with a value (OpenID Connect Core 5.5.1.1). */
export function acrAllowed(claims: ClaimsRequest | null, acr: string): boolean {
  const request = claims?.id_token["acr"];
  return request == null || !request.essential || fits(request, acr);
}

/** The values of `acr` that `claims` insists on. */
export function acrInsistedOn(claims: ClaimsRequest | null): readonly unknown[] {
  const request = claims?.id_token["acr"];
  return request == null || !request.essential ? [] : wantedBy(request);
}

/** Whether the claim's value is among those asked for; where none is named, any will do. */
function fits(request: ClaimRequest, actual: string): boolean {
  const wanted = wantedBy(request);
  return wanted.length === 0 || wanted.includes(actual);
}

const wantedBy = ({ value, values = [] }: ClaimRequest): readonly unknown[] =>
  value === undefined ? values : [value, ...values];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
