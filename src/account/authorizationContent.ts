import type { Resource, User } from "../model.ts";
import type { AuthorizationList } from "../store/authorizations.ts";

export const HERE = "/settings/authorizations";

/** What the pages of Settings → Authorizations are made of. */
export interface Content {
  readonly user: User;
  readonly csrf: string;
  readonly list: AuthorizationList;
  /** From 0. */
  readonly page: number;
  readonly resources: readonly Resource[];
  /** Of the person, the best first. */
  readonly languages: readonly string[];
}
