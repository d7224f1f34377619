import { T, useReader } from "../http/reader.tsx";
import type { ApprovalView, OrganizationReach } from "../model.ts";
import { decideAccess } from "../rules/organizations.ts";
import { Day } from "./moment.tsx";
import { Name } from "./name.tsx";
import { accessWords } from "./organizationWords.ts";
import type { Ticks } from "./ticks.ts";

/** One organization, how it stands to the service, and what an owner of it may say for all of its members. */
export const OrganizationItem = ({
  organization,
  view: { client, requests },
  ticks,
  checked,
}: {
  organization: OrganizationReach;
  view: ApprovalView;
  ticks: Ticks | undefined;
  checked: boolean;
}) => {
  const { t } = useReader();
  const { organizationId, displayName, role } = organization;
  const access = decideAccess(organization, client);
  const { label, mark, detail } = accessWords(access, organization, t);
  const request = access === "needs_approval" ? requests.find((asked) => asked.organizationId === organizationId) : undefined;
  return (
    <li>
      <label class="choice">
        <input
          type="checkbox"
          name="organization"
          value={organizationId}
          checked={checked && access !== "refused"}
          disabled={access === "refused"}
        />
        <span>
          <span class="title">
            <Name of={displayName} />
            <span class={`tag ${mark}`}>{label}</span>
          </span>
          <span class="detail">
            {request === undefined ? detail : <T k="consent.you_asked" with={{ day: <Day at={request.requestedAt} /> }} />}
          </span>
        </span>
      </label>
      {access === "needs_approval" && role === "owner" && (
        <label class="choice for-all">
          <input
            type="checkbox"
            name="approve_for"
            value={organizationId}
            checked={ticks?.approvedFor.includes(organizationId) ?? false}
          />
          <span>
            <span class="title">
              <span>
                <T k="consent.approve_for" with={{ organization: <Name of={displayName} /> }} />
              </span>
            </span>
            <span class="detail">{t("consent.approve_for_note")}</span>
          </span>
        </label>
      )}
    </li>
  );
};
