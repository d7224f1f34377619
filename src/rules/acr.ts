import type { AuthorizationRequest } from "../model.ts";
import { acrAllowed, acrInsistedOn } from "./claims.ts";

/** Authentication context classes (OpenID Connect Core 2, `acr`): what a sign-in here can prove. */
export const PASSWORD_ACR = "urn:countersign:acr:password";
/** Two factors, of which one may be phished. */
export const MFA_ACR = "urn:countersign:acr:mfa";
/** A passkey with the person's own gesture: two factors that no false page gets anything from. */
export const PASSKEY_ACR = "urn:countersign:acr:passkey";

/** The weakest first: each meets a wish for those before it. */
export const acrValuesSupported: readonly string[] = [PASSWORD_ACR, MFA_ACR, PASSKEY_ACR];

/** The classes that a sign-in of this one meets, the strongest first. */
export const acrsMet = (acr: string): readonly string[] =>
  acrValuesSupported.includes(acr) ? acrValuesSupported.slice(0, acrValuesSupported.indexOf(acr) + 1).toReversed() : [acr];

/** Whether a sign-in of this class is what the request insists on, where it does. */
export const isAcrAllowed = ({ claims }: Pick<AuthorizationRequest, "claims">, acr: string): boolean =>
  acrsMet(acr).some((one) => acrAllowed(claims, one));

/** Whether a sign-in anew would reach a class that the request insists on or prefers, and that the one of this `acr` did not. */
export function wantsOtherAcr(request: Pick<AuthorizationRequest, "claims" | "acrValues">, acr: string): boolean {
  const prefers = (one: string) => acrsMet(one).some((met) => request.acrValues.includes(met));
  const reachable = acrValuesSupported.filter((one) => isAcrAllowed(request, one));
  if (!isAcrAllowed(request, acr)) return reachable.length > 0;
  return !prefers(acr) && reachable.some(prefers);
}

/**
 * What the client is told: of the classes that the sign-in meets, the strongest that it asked for, since who insists on one looks for
 * exactly that (OpenID Connect Core 5.5.1.1); else what the sign-in was.
 */
export function toldAcr({ claims, acrValues }: Pick<AuthorizationRequest, "claims" | "acrValues">, acr: string): string {
  const asked: readonly unknown[] = [...acrValues, ...acrInsistedOn(claims)];
  return acrsMet(acr).find((one) => asked.includes(one) && acrAllowed(claims, one)) ?? acr;
}
