/** Authentication context classes (OpenID Connect Core 2, `acr`): what a sign-in here can prove. There is one way today. */
export const PASSWORD_ACR = "urn:countersign:acr:password";

export const acrValuesSupported: readonly string[] = [PASSWORD_ACR];

/** Whether a sign-in anew could reach one of these classes, as the session that there is does not. */
export const wouldReach = (wanted: readonly string[], acr: string): boolean =>
  !wanted.includes(acr) && wanted.some((one) => acrValuesSupported.includes(one));
