import { OAuthError } from "../errors.ts";
import type { Client, FamilyId, GrantId, GrantManagement } from "../model.ts";

/** What a client may do with its grants, as the metadata lists it (Grant Management for OAuth 2.0, draft 03, section 7.1). */
export const grantManagementActions = ["create", "merge", "replace", "query", "revoke"] as const;

/**
 * The parameters `grant_management_action` and `grant_id` (Grant Management for OAuth 2.0, draft 03, section 5.1).
 * @throws OAuthError invalid_request for one without the other, or an action that there is not; unauthorized_client for a public
 * client, whose name anybody can use (section 5.1)
 */
export function parseGrantManagement(
  action: string | undefined,
  grantId: string | undefined,
  { metadata }: Client,
): GrantManagement | null {
  if (action === undefined && grantId === undefined) return null;
  if (metadata.token_endpoint_auth_method === "none")
    throw new OAuthError("unauthorized_client", "Only a client that authenticates itself can manage grants.");
  if (action === "create" && grantId === undefined) return { action };
  if ((action === "merge" || action === "replace") && grantId !== undefined) return { action, grantId };
  throw new OAuthError(
    "invalid_request",
    "grant_management_action must be create without a grant_id, or merge or replace with one.",
  );
}

/** The grant that a request is about: null for the one that requests without an action go by. */
export const wantedGrant = (management: GrantManagement | null, interactionId: FamilyId): GrantId | null => {
  if (management === null) return null;
  // Named after the interaction, so that it is found again when the person comes back from the approval page.
  return management.action === "create" ? interactionId : management.grantId;
};
