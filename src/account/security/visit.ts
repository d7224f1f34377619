/** Pages about somebody's factors, and acts on them: who it is and what they have is found in one trip. */
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import type { Translate } from "../../messages/translate.ts";
import { deviceLabel } from "../../rules/device.ts";
import { type Factors, findOwnFactors } from "../../store/factors.ts";
import type { FactorChange } from "../../store/passkeys.ts";
import type { Place } from "../settings/frame.tsx";
import { actingOnFound, type Found, lookingAtFound, type Visit } from "../visit.ts";

export const SECURITY = "/settings/security";
export const PASSKEYS = `${SECURITY}/passkeys`;
export const AUTHENTICATORS = `${SECURITY}/authenticators`;
export const RECOVERY_CODES = `${SECURITY}/recovery-codes`;
export const EVENTS = `${SECURITY}/events`;

/** The pages that belong together under Security. */
export const securityPlaces = (t: Translate): readonly Place[] => [
  { path: SECURITY, title: t("frame.security") },
  { path: PASSKEYS, title: t("security.passkeys") },
  { path: AUTHENTICATORS, title: t("security.apps") },
  { path: RECOVERY_CODES, title: t("security.recovery_codes") },
  { path: EVENTS, title: t("sessions.events") },
];

interface FoundFactors extends Found {
  readonly factors: Factors;
}

export type FactorVisit = FoundFactors & Visit;

export const lookingAtFactors = (show: Parameters<typeof lookingAtFound<FoundFactors>>[1]) =>
  lookingAtFound(findOwnFactors, show);
export const actingOnFactors = (act: Parameters<typeof actingOnFound<FoundFactors>>[1], mayRepeat: readonly string[] = []) =>
  actingOnFound(findOwnFactors, act, mayRepeat);

/** What the store is told of a change, and the e-mail about it. @param name what the person calls the factor */
export async function changeOf({ request, user }: Visit, deps: Deps, name: string): Promise<FactorChange> {
  const device = deviceLabel(request.headers.get("user-agent"));
  const sealedValues = await sealValues(deps, { name, device, changedAt: deps.now() });
  return { userId: user.userId, name, whereabouts: whereaboutsOf(request), sealedValues };
}

/** The one of the person's own that the form names. @throws OAuthError not_found for any other */
export function loadOwn<T extends { readonly id: string }>(own: readonly T[], id: string | undefined): T {
  const found = own.find((one) => one.id === id);
  if (found === undefined)
    throw new OAuthError("not_found", "You have no such passkey or app.", { say: ["security.no_such_factor"] });
  return found;
}
