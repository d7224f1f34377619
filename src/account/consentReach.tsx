import { T, useReader } from "../http/reader.tsx";
import type { ApprovalView, OrganizationReach } from "../model.ts";
import { limitedOrganizations, namedOrganizations } from "../rules/authorizationDetails.ts";
import { describePermissions } from "../rules/permissions.ts";
import { Name } from "./name.tsx";
import { OrganizationItem } from "./organizationItem.tsx";
import type { Ticks } from "./ticks.ts";

/** So many organizations lie open; the rest is folded, or nobody with two hundred would find the buttons. */
const OPEN = 10;

/** Whether something in an organization can be reached by what is asked for, so that the page asks in which. */
export const asksWhere = ({ request: { scopes, authorizationDetails }, resources }: ApprovalView): boolean =>
  authorizationDetails.length > 0 || describePermissions(scopes, [], resources, []).some(({ kind }) => kind !== "identity");

/** Which organizations: only asked when something in them can be reached. */
export const Reach = ({ view, ticks }: { view: ApprovalView; ticks: Ticks | undefined }) => {
  const { organizations, grant, request } = view;
  if (!asksWhere(view)) return null;
  const limited = limitedOrganizations(request.authorizationDetails);
  if (organizations.length === 0) return <Nowhere isLimited={limited !== undefined} />;
  const named = namedOrganizations(request.authorizationDetails, organizations);
  const before = request.grantManagement?.action === "replace" ? null : (grant?.organizations ?? null);
  const asked = named?.map(({ organizationId }) => organizationId) ?? [];
  const reach = ticks?.reach ?? (named === undefined && (before === null || before.length === 0) ? "all" : "chosen");
  const chosen = ticks?.organizations ?? [...asked, ...(before ?? [])];
  return (
    <Choice view={view} ticks={ticks} reach={reach} chosen={chosen}>
      {named && <AskedFor named={named} count={limited?.length ?? 0} />}
    </Choice>
  );
};

const Choice = ({
  view,
  ticks,
  reach,
  chosen,
  children,
}: {
  view: ApprovalView;
  ticks: Ticks | undefined;
  reach: Ticks["reach"];
  chosen: readonly string[];
  children: unknown;
}) => {
  const { t } = useReader();
  const isChosen = ({ organizationId }: OrganizationReach) => chosen.includes(organizationId);
  // What is ticked lies on top, so that nothing folded is ticked unseen; for the rest the order stays.
  const sorted = view.organizations.toSorted((a, b) => Number(isChosen(b)) - Number(isChosen(a)));
  const open = Math.max(OPEN, view.organizations.filter(isChosen).length);
  const [first, folded] = [sorted.slice(0, open), sorted.slice(open)];
  const listed = (organizations: readonly OrganizationReach[], label: string) => (
    <ul class="choices" aria-label={label}>
      {organizations.map((organization) => (
        <OrganizationItem organization={organization} view={view} ticks={ticks} checked={isChosen(organization)} />
      ))}
    </ul>
  );
  const more = t("consent.more_organizations", { count: folded.length });
  return (
    <fieldset class="reach">
      <legend>{t("consent.in_which")}</legend>
      {children}
      <label class="choice">
        <input type="radio" name="reach" value="all" checked={reach === "all"} />
        <span>
          <span class="title">{t("consent.all")}</span>
          <span class="detail">{t("consent.all_note")}</span>
        </span>
      </label>
      <label class="choice">
        <input type="radio" name="reach" value="chosen" checked={reach === "chosen"} />
        <span>
          <span class="title">{t("consent.chosen")}</span>
        </span>
      </label>
      {listed(first, t("consent.your_organizations"))}
      {folded.length > 0 && (
        <details>
          <summary>{more}</summary>
          {listed(folded, more)}
        </details>
      )}
    </fieldset>
  );
};

const Nowhere = ({ isLimited }: { isLimited: boolean }) => {
  const { t } = useReader();
  return (
    <fieldset>
      <legend>{t("consent.where")}</legend>
      <input type="hidden" name="reach" value={isLimited ? "none" : "all"} />
      <p class="note">{t(isLimited ? "consent.member_of_none_asked" : "consent.member_of_none")}</p>
    </fieldset>
  );
};

/** What the service asks for by `organization_access`. Names of places that the person may not enter stay unsaid, here too. */
const AskedFor = ({ named, count }: { named: readonly OrganizationReach[]; count: number }) => {
  const { t } = useReader();
  const names = named.map(({ displayName }, index) => (
    <>
      {index > 0 && ", "}
      <Name of={displayName} />
    </>
  ));
  return (
    <p class="note">
      {named.length === 0 ? t("consent.asks_for_none") : <T k="consent.asks_for" with={{ organizations: <>{names}</> }} />}
      {count > named.length && <> {t("consent.asks_for_unknown")}</>}
    </p>
  );
};
