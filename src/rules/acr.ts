import type { AuthorizationRequest } from "../model.ts";
import { acrAllowed } from "./claims.ts";

/** Authentication context classes (OpenID Connect Core 2, `acr`): what a sign-in here can prove. There is one way today. */
export const PASSWORD_ACR = "urn:countersign:acr:password";

export const acrValuesSupported: readonly string[] = [PASSWORD_ACR];

/** Whether a sign-in anew would reach a class that the request insists on or prefers, and that the one of this `acr` did not. */
export function wantsOtherAcr({ claims, acrValues }: Pick<AuthorizationRequest, "claims" | "acrValues">, acr: string): boolean {
  const reachable = acrValuesSupported.filter((one) => acrAllowed(claims, one));
  if (!acrAllowed(claims, acr)) return reachable.length > 0;
  return !acrValues.includes(acr) && reachable.some((one) => acrValues.includes(one));
}
