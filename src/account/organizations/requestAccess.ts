import type { Deps } from "../../config.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import { displayName } from "../../rules/displayName.ts";
import {
  type AccessRequest,
  type AccessRequestOutcome,
  findRequester,
  insertAccessRequest,
} from "../../store/accessRequests.ts";
import { organizationPath } from "./paths.ts";

const MAX_REASON_CHARACTERS = 500;

/**
 * Asks the owners of an organization to let a service in, and tells them by e-mail. Two trips.
 * @returns `requested` also where the person had asked before
 */
export async function requestAccess(deps: Deps, asked: AccessRequest): Promise<AccessRequestOutcome> {
  const found = await findRequester(deps, asked);
  if (found === undefined) return "ended";
  const { user, client, organization } = found;
  if (client === undefined || organization === undefined) return "not_needed";
  const reason = displayName(asked.reason, "", MAX_REASON_CHARACTERS).text;
  const sealedValues = await sealValues(deps, {
    service: displayName(client.metadata.client_name, client.clientId).text,
    person: displayName(user.name, user.email).text,
    organization: displayName(organization.displayName, organization.name).text,
    reason: reason === "" ? "–" : reason,
    path: organizationPath(organization.name, "requests"),
  });
  return insertAccessRequest(deps, { ...asked, reason }, sealedValues);
}
