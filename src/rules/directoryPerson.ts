/** What the claims of somebody's directory say of them, and whether that lets them in. */
import type { DirectorySettings, JsonObject } from "../model.ts";
import { MFA_ACR, PASSWORD_ACR } from "./acr.ts";
import { normalizeEmail } from "./email.ts";

/** Authentication methods of RFC 8176; others are words of the directory's own, which nobody else could read. */
const methods = [
  "face",
  "fpt",
  "geo",
  "hwk",
  "iris",
  "kba",
  "mca",
  "mfa",
  "otp",
  "pin",
  "pwd",
  "rba",
  "retina",
  "sc",
  "sms",
  "swk",
  "tel",
  "user",
  "vbm",
  "wia",
];

/** Somebody as their directory knows them. */
export interface DirectoryPerson {
  readonly subject: string;
  /** As `rules/email.ts` normalises it; null where the directory says none. */
  readonly email: string | null;
  /** Whether its domain is one that the operator gave the directory. */
  readonly isOwnDomain: boolean;
  /** Whether the directory says that the address is this person's. */
  readonly isVerified: boolean;
  readonly name: string;
  /** What they are in the directory's organization; null for nothing. */
  readonly role: "member" | "owner" | null;
  readonly amr: readonly string[];
  /** Of `rules/acr.ts`: what the directory says that it asked for, and no more. */
  readonly acr: string;
}

export type DirectoryDecision =
  | { readonly kind: "person"; readonly person: DirectoryPerson }
  /** It is somebody of another tenant, or the directory does not say who. */
  | { readonly kind: "wrong_tenant"; readonly claim: string }
  | { readonly kind: "no_subject" };

/** @param claims of the ID token, and of userinfo where that was asked */
export function decidePerson(settings: DirectorySettings, claims: JsonObject): DirectoryDecision {
  const unmet = Object.entries(settings.requires ?? {}).find(([claim, value]) => claims[claim] !== value);
  if (unmet !== undefined) return { kind: "wrong_tenant", claim: unmet[0] };
  const subject = claims[settings.claims?.subject ?? "sub"];
  if (typeof subject !== "string" || !/^[^\p{Cc}]{1,255}$/u.test(subject)) return { kind: "no_subject" };
  const written = claims[settings.claims?.email ?? "email"];
  const email = typeof written === "string" ? (normalizeEmail(written) ?? null) : null;
  const amr = amrOf(claims);
  return {
    kind: "person",
    person: {
      subject,
      email,
      isOwnDomain: email !== null && settings.domains.includes(domainOf(email)),
      isVerified: claims["email_verified"] === true || isOwnedDomain(claims["xms_edov"]),
      name: nameOf(settings, claims) ?? email ?? subject,
      role: roleOf(settings, claims),
      amr,
      acr: amr.includes("mfa") ? MFA_ACR : PASSWORD_ACR,
    },
  };
}

/** Claims that are asked of userinfo where the ID token has none of them. */
export const missingClaims = ({ claims, joins }: DirectorySettings, found: JsonObject): readonly string[] =>
  [claims?.subject ?? "sub", claims?.email ?? "email", claims?.name ?? "name", ...(joins ? [joins.claim] : [])].filter(
    (name) => found[name] === undefined,
  );

export const domainOf = (email: string): string => email.slice(email.lastIndexOf("@") + 1);

/** Entra ID's word that the domain of an address belongs to the tenant; of any other address it says nothing that could be relied on. */
const isOwnedDomain = (value: unknown): boolean => value === true || value === 1 || value === "1" || value === "true";

const MAX_NAME = 200;

function nameOf({ claims: names }: DirectorySettings, claims: JsonObject): string | undefined {
  const parts = [claims["given_name"], claims["family_name"]].filter((part) => typeof part === "string");
  const written = claims[names?.name ?? "name"] ?? parts.join(" ");
  if (typeof written !== "string") return undefined;
  const name = written.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return name === "" || !name.isWellFormed() ? undefined : [...name].slice(0, MAX_NAME).join("");
}

/** Without `joins` whoever the directory lets in is a member. */
function roleOf({ joins }: DirectorySettings, claims: JsonObject): DirectoryPerson["role"] {
  if (joins === undefined) return "member";
  const value = claims[joins.claim];
  const has = (wanted: readonly string[] = []) => [value].flat().some((one) => typeof one === "string" && wanted.includes(one));
  if (has(joins.owner)) return "owner";
  return has(joins.member) ? "member" : null;
}

const amrOf = ({ amr }: JsonObject): readonly string[] =>
  Array.isArray(amr) ? methods.filter((method) => amr.includes(method)) : [];

/** How far the clocks of two servers may be apart. */
export const DIRECTORY_SKEW_SECONDS = 60;

/** What of an ID token's times is wrong; undefined for nothing. `not_fresh`: the person did not sign in as lately as was asked. */
export function timesProblem(
  claims: JsonObject,
  {
    startedAt,
    maxAgeSeconds,
    now,
  }: { readonly startedAt: number; readonly maxAgeSeconds: number | null; readonly now: number },
): "clock" | "not_fresh" | undefined {
  const at = now / 1000;
  const { exp, iat, nbf, auth_time: signedIn } = claims;
  if (typeof exp !== "number" || exp + DIRECTORY_SKEW_SECONDS <= at) return "clock";
  if (typeof iat !== "number" || iat - DIRECTORY_SKEW_SECONDS > at) return "clock";
  if (nbf !== undefined && (typeof nbf !== "number" || nbf - DIRECTORY_SKEW_SECONDS > at)) return "clock";
  if (maxAgeSeconds === null) return undefined;
  const oldest = startedAt / 1000 - maxAgeSeconds - DIRECTORY_SKEW_SECONDS;
  return typeof signedIn === "number" && signedIn >= oldest ? undefined : "not_fresh";
}
