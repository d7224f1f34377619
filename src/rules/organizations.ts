import type { Client, FamilyState, Grant, OrganizationReach } from "../model.ts";

/** Whether a client's tokens may enter an organization, by the organization's own third-party access policy. */
export type Access = "allowed" | "needs_approval" | "refused";

/**
 * An explicit denial always refuses and an approval always allows, save where the policy lets no third party in.
 * @param organization one that the person is a member of
 * @param vouched whether the organization's own directory let the client in, whose word is an approval
 */
export function decideAccess(organization: OrganizationReach, client: Client, vouched = false): Access {
  if (organization.policy === "none" || organization.decision === "denied") return "refused";
  if (organization.policy === "all" || organization.decision === "approved" || vouched) return "allowed";
  if (organization.policy === "verified" && client.publisher?.verifiedAt != null) return "allowed";
  return "needs_approval";
}

/**
 * Names of the organizations that a token may enter: those the person may enter, whose policy allows the client, and that the
 * person chose.
 * @param chosen ids, or null for all
 * @param limit names that one run is limited to (`organization_access`); undefined for no limit
 * @param vouched as `isVouched` says of the grant
 */
export function reachedOrganizations(
  organizations: readonly OrganizationReach[],
  client: Client,
  chosen: readonly string[] | null,
  limit?: readonly string[],
  vouched = false,
): readonly string[] {
  return organizations
    .filter((organization) => chosen === null || chosen.includes(organization.organizationId))
    .filter((organization) => decideAccess(organization, client, vouched) === "allowed")
    .map((organization) => organization.name)
    .filter((name) => limit?.includes(name) ?? true);
}

/**
 * Names of the organizations that a grant's tokens may enter now. Where another client exchanged one of them, they are those that
 * let both in: an organization that keeps a client out does so whoever's token it brings.
 * @param exchangedBy how the same organizations stand to the client that made the exchange; null for the grant's own tokens
 */
export function enteredOrganizations(
  { organizations, client, grant }: Pick<FamilyState, "organizations" | "client" | "grant">,
  exchangedBy: { readonly client: Client; readonly organizations: readonly OrganizationReach[] } | null,
): readonly string[] {
  const reached = reachedOrganizations(organizations, client, grant.organizations, undefined, isVouched(grant));
  return exchangedBy === null
    ? reached
    : reachedOrganizations(exchangedBy.organizations, exchangedBy.client, grant.organizations, reached);
}

/**
 * Whether an organization's approval of the client lets it in by itself: that of a client that does nothing else. A client that
 * also acts for people was approved for that, and a client that others register could become another overnight.
 */
export const entersAlone = ({ origin, metadata }: Client): boolean =>
  origin === "operator" && metadata.grant_types.every((type) => type === "client_credentials");

/** Whether it was the directory of the very organization that the grant reaches which let the client in. */
export const isVouched = ({ authority, organizations }: Pick<Grant, "authority" | "organizations">): boolean =>
  authority !== null && organizations !== null;
