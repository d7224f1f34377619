import type { ApprovalView, Client, OrganizationReach } from "../model.ts";
import { limitedOrganizations, namedOrganizations } from "../rules/authorizationDetails.ts";
import { decideAccess } from "../rules/organizations.ts";
import { describePermissions } from "../rules/permissions.ts";
import { Name } from "./name.tsx";
import { accessWords } from "./organizationWords.ts";
import type { Ticks } from "./ticks.ts";

/** Which organizations: only asked when something in them can be reached. */
export const Reach = ({ view, ticks }: { view: ApprovalView; ticks: Ticks | undefined }) => {
  const { organizations, client, grant, request } = view;
  const { scopes, authorizationDetails } = request;
  const scoped = describePermissions(scopes, [], view.resources, []).some(({ kind }) => kind !== "identity");
  if (!scoped && authorizationDetails.length === 0) return null;
  const limited = limitedOrganizations(authorizationDetails);
  if (organizations.length === 0)
    return (
      <fieldset>
        <legend>Where</legend>
        {limited === undefined ? (
          <>
            <input type="hidden" name="reach" value="all" />
            <p class="note">You are a member of no organization today. It reaches those that you join later.</p>
          </>
        ) : (
          <>
            <input type="hidden" name="reach" value="none" />
            <p class="note">The service asks for certain organizations, and you are a member of none. It reaches none.</p>
          </>
        )}
      </fieldset>
    );
  const named = namedOrganizations(authorizationDetails, organizations);
  const before = request.grantManagement?.action === "replace" ? null : (grant?.organizations ?? null);
  const asked = named?.map(({ organizationId }) => organizationId) ?? [];
  const reach = ticks?.reach ?? (named === undefined && (before === null || before.length === 0) ? "all" : "chosen");
  const chosen = ticks?.organizations ?? [...asked, ...(before ?? [])];
  return (
    <fieldset class="reach">
      <legend>In which organizations</legend>
      {named && <AskedFor named={named} count={limited?.length ?? 0} />}
      <label class="choice">
        <input type="radio" name="reach" value="all" checked={reach === "all"} />
        <span>
          <span class="title">All that I may enter</span>
          <span class="detail">Those below, and those that I join later.</span>
        </span>
      </label>
      <label class="choice">
        <input type="radio" name="reach" value="chosen" checked={reach === "chosen"} />
        <span>
          <span class="title">Only those that I choose</span>
        </span>
      </label>
      <ul class="choices" aria-label="Your organizations">
        {organizations.map((organization) => (
          <OrganizationItem
            organization={organization}
            client={client}
            checked={chosen.includes(organization.organizationId)}
          />
        ))}
      </ul>
    </fieldset>
  );
};

/** What the service asks for by `organization_access`. Names of places that the person may not enter stay unsaid, here too. */
const AskedFor = ({ named, count }: { named: readonly OrganizationReach[]; count: number }) => (
  <p class="note">
    {named.length === 0 ? (
      "The service asks for none of your organizations. You may choose some for it."
    ) : (
      <>
        The service asks for{" "}
        {named.map(({ displayName }, index) => (
          <>
            {index > 0 && ", "}
            <Name of={displayName} />
          </>
        ))}
        . You may choose others.
      </>
    )}
    {count > named.length && " It also named some that you are no member of; it does not learn which of them exist."}
  </p>
);

const OrganizationItem = ({
  organization,
  client,
  checked,
}: {
  organization: OrganizationReach;
  client: Client;
  checked: boolean;
}) => {
  const access = decideAccess(organization, client);
  const { label, mark, detail } = accessWords(access, organization);
  return (
    <li>
      <label class="choice">
        <input
          type="checkbox"
          name="organization"
          value={organization.organizationId}
          checked={checked && access !== "refused"}
          disabled={access === "refused"}
        />
        <span>
          <span class="title">
            <Name of={organization.displayName} />
            <span class={`tag ${mark}`}>{label}</span>
          </span>
          <span class="detail">{detail}</span>
        </span>
      </label>
    </li>
  );
};
