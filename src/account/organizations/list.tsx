import { parseQuery } from "../../http/form.ts";
import { page } from "../../http/page.tsx";
import { useReader } from "../../http/reader.tsx";
import { findOrganizations, type ListedOrganization } from "../../store/organizationPlace.ts";
import { Name } from "../name.tsx";
import { pageNumber } from "../pageNumber.ts";
import { Settings } from "../settings/frame.tsx";
import { lookingAtFound } from "../visit.ts";
import { Done, Nothing, Pages, SearchBox, searchOf } from "./frame.tsx";
import { ORGANIZATIONS, organizationPath } from "./paths.ts";

const queryOf = (request: Request) => {
  const parameters = parseQuery(request);
  return { search: searchOf(parameters.find("q")), page: pageNumber(parameters.find("page")) };
};

/** So few that one sees them all need no search. */
const FEW = 10;

/** GET /settings/organizations: those that the person belongs to, with `q` and `page`. One trip. */
export const organizationsPage = lookingAtFound(
  (deps, sessionId, request) => findOrganizations(deps, sessionId, queryOf(request)),
  async ({ user, reader, organizations, total, hasMore, request }, parameters, deps) => {
    const { t } = reader;
    const { search, page: current } = queryOf(request);
    return page(
      deps,
      { title: t("frame.organizations"), reader, user, under: ORGANIZATIONS, wide: true },
      <Settings under={ORGANIZATIONS} lead={t("organizations.lead")}>
        {parameters.find("done") === "left" && <Done>{t("organizations.left")}</Done>}
        {total > FEW && <SearchBox action={ORGANIZATIONS} value={search} />}
        {organizations.length > 0 ? (
          <ul class="services lines">
            {organizations.map((organization) => (
              <Line organization={organization} />
            ))}
          </ul>
        ) : total === 0 ? (
          <Nothing title={t("organizations.none")} text={t("organizations.none_text")} />
        ) : (
          <Nothing title={t("organizations.nothing_found")} text={t("organizations.nothing_found_text")} all={ORGANIZATIONS} />
        )}
        <Pages path={ORGANIZATIONS} page={current} hasMore={hasMore} keep={{ q: search }} />
      </Settings>,
    );
  },
);

const Line = ({ organization: { name, displayName, role, policy, requests } }: { organization: ListedOrganization }) => {
  const { t } = useReader();
  return (
    <li class="sheet">
      <h2>
        <a href={organizationPath(name)}>
          <Name of={displayName} />
        </a>
      </h2>
      {requests > 0 && (
        <p>
          <a class="tag warn" href={organizationPath(name, "requests")}>
            {t("organizations.waiting", { count: requests })}
          </a>
        </p>
      )}
      <dl class="facts across">
        <div>
          <dt>{t("organizations.your_role")}</dt>
          <dd>{t(`organizations.role_${role}`)}</dd>
        </div>
        <div>
          <dt>{t("organizations.policy")}</dt>
          <dd>{t(`organizations.policy_${policy}`)}</dd>
        </div>
      </dl>
    </li>
  );
};
