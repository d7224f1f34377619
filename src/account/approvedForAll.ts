import type { Deps } from "../config.ts";
import { sealValues } from "../mail/sealedValues.ts";
import type { Client } from "../model.ts";
import { displayName } from "../rules/displayName.ts";
import { decideAccess } from "../rules/organizations.ts";
import type { ApprovedFor } from "../store/consentApprovals.ts";
import { findSituation } from "../store/grants.ts";
import { continueUrl } from "./organizations/decide.ts";
import { organizationPath } from "./organizations/paths.ts";

/** More organizations than that are approved on their own pages. */
const MAX_AT_ONCE = 20;

/**
 * Of the organizations that were ticked on the approval page, those that the person may approve the service for, with what their
 * members are told. No trip where none was ticked; else one.
 * @param ticked ids
 */
export async function approvedForAll(
  deps: Deps,
  sessionId: string,
  client: Client,
  ticked: readonly string[],
): Promise<readonly ApprovedFor[]> {
  if (ticked.length === 0) return [];
  const situation = await findSituation(deps, sessionId, client.clientId, { grantId: null, interactionId: "" });
  const own = (situation?.organizations ?? []).filter(
    (organization) =>
      ticked.includes(organization.organizationId) &&
      organization.role === "owner" &&
      decideAccess(organization, client) === "needs_approval",
  );
  const service = displayName(client.metadata.client_name, client.clientId).text;
  return Promise.all(
    own.slice(0, MAX_AT_ONCE).map(async ({ organizationId, name, displayName: place }) => ({
      organizationId,
      sealedValues: await sealValues(deps, {
        service,
        organization: displayName(place, name).text,
        url: continueUrl(deps, client),
        path: organizationPath(name),
      }),
    })),
  );
}
