import type { Resource, Risk, User } from "../model.ts";
import { type LocalText, localText } from "./language.ts";
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
const identityPermissions: readonly Permission[] = [
  identity("openid", "Recognise you", "It gets a number that stands for your account, so that it knows you next time."),
  identity("profile", "Your name and profile", "Your name and what else your profile says, such as language and time zone."),
  identity("email", "Your email address", "Your address, and whether it has been confirmed."),
  identity("address", "Your postal address", "The address in your profile, if there is one."),
  identity("phone", "Your phone number", "The number in your profile, if there is one, and whether it has been confirmed."),
  identity(
    "grant_management_query",
    "See this approval",
    "It may look up what you have approved for it, here and nowhere else.",
  ),
  identity("grant_management_revoke", "End this approval", "It may give back what you have approved for it."),
];

const titleOfClaim: Readonly<Record<string, string>> = {
  name: "Your full name",
  family_name: "Your family name",
  given_name: "Your given name",
  middle_name: "Your middle name",
  nickname: "Your nickname",
  preferred_username: "Your user name",
  profile: "The address of your profile page",
  picture: "Your picture",
  website: "Your website",
  gender: "Your gender",
  birthdate: "Your date of birth",
  zoneinfo: "Your time zone",
  locale: "Your language",
  updated_at: "When your profile last changed",
  email: "Your email address",
  email_verified: "Whether your email address has been confirmed",
  address: "Your postal address",
  phone_number: "Your phone number",
  phone_number_verified: "Whether your phone number has been confirmed",
};

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
  const about = identityPermissions.filter(({ name }) => scopes.includes(name));
  const named = claims.map((claim) => identity(`claim:${claim}`, titleOfClaim[claim] ?? claim, "Asked for by itself."));
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
