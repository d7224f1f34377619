/** Authentication context classes (OpenID Connect Core 2, `acr`): what a sign-in here can prove. There is one way today. */
export const PASSWORD_ACR = "urn:countersign:acr:password";

export const acrValuesSupported: readonly string[] = [PASSWORD_ACR];
