import type { AccessTokenClaims, AuthorizationDetail } from "../model.ts";

/**
 * What the token allows of this type (RFC 9396 section 9.1): each element is one permission, as the type's schema has it. Empty
 * where the token has none of the type, which then allows nothing of it.
 */
export const findAuthorizationDetails = (
  { authorization_details = [] }: Pick<AccessTokenClaims, "authorization_details">,
  type: string,
): readonly AuthorizationDetail[] => authorization_details.filter((element) => element.type === type);
