import { translator } from "../messages/translate.ts";
import type { Resource, Risk, User } from "../model.ts";
import { type LocalText, localText, pageLanguage } from "./language.ts";
import { findOwner } from "./scope.ts";

/** One thing that a service may do, in words for the person who allows it. */
export interface Permission {
  /** The scope, or `claim:` and the claim's name. */
  readonly name: string;
  readonly title: LocalText;
  readonly description: LocalText;
  /** `identity`: about the person, of which only `openid` cannot be ticked off. `full`: all that they can do at the resource. */
  readonly kind: "identity" | "read" | "write" | "full";
  readonly risk: Risk;
  /** The resource that the permission is for; null where it concerns the person. */
  readonly resource: Resource | null;
}

/** What is ours to say; pages say it in their own language. */
const ours = (text: string): LocalText => ({ text, language: null });

const identity = (name: string, title: string, description: string): Permission => ({
  name,
  title: ours(title),
  description: ours(description),
  kind: "identity",
  risk: "low",
  resource: null,
});

/** What the identity scopes give away (OpenID Connect Core 5.4); `offline_access` is told as a duration instead. */
const identityPermissions = [
  "openid",
  "profile",
  "email",
  "address",
  "phone",
  "grant_management_query",
  "grant_management_revoke",
] as const;

/** Claims that may be asked for one by one (`rules/claims.ts`). */
const claimsWithWords = [
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
  "email",
  "email_verified",
  "address",
  "phone_number",
  "phone_number_verified",
] as const;

const riskOrder: readonly Risk[] = ["high", "medium", "low"];

/**
 * What scopes and claims mean: full access first, since it says more than all the rest, then identity, then the riskiest in front.
 * @param claims those asked for one by one (`requestedClaims`)
 * @param languages of whoever reads it, the best first
 */
export function describePermissions(
  scopes: readonly string[],
  claims: readonly string[],
  resources: readonly Resource[],
  languages: readonly string[],
): readonly Permission[] {
  const { t } = translator(pageLanguage(languages));
  const about = identityPermissions
    .filter((name) => scopes.includes(name))
    .map((name) => identity(name, t(`consent.scope_${name}`), t(`consent.scope_${name}_note`)));
  const named = claims.map((claim) => {
    const known = claimsWithWords.find((name) => name === claim);
    return identity(`claim:${claim}`, known === undefined ? claim : t(`consent.claim_${known}`), t("consent.claim_note"));
  });
  const owned = scopes.flatMap((scope): Permission[] => {
    const owner = findOwner(scope, resources);
    const words = owner?.scopes.find(({ name }) => name === scope);
    if (owner === undefined || words === undefined) return [];
    const [title, description] = [localText(words, "title", languages), localText(words, "description", languages)];
    return [{ name: scope, title, description, kind: words.access, risk: words.risk, resource: owner }];
  });
  const byRisk = owned.toSorted((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk));
  const isFull = ({ kind }: Permission) => kind === "full";
  return [...byRisk.filter(isFull), ...about, ...named, ...byRisk.filter((permission) => !isFull(permission))];
}

/** What the person's own account would give away under an identity permission, where a line can show it. */
export function exampleOf(permission: Permission, user: User): string | undefined {
  const values: Readonly<Record<string, unknown>> = {
    profile: user.name,
    email: user.email,
    phone: user.profile["phone_number"],
    "claim:name": user.name,
    "claim:email": user.email,
    "claim:phone_number": user.profile["phone_number"],
  };
  const value = values[permission.name];
  return typeof value === "string" ? value : undefined;
}
