import { findOverview } from "../../store/organizationPlace.ts";
import { Name } from "../name.tsx";
import { lookingAtFound } from "../visit.ts";
import { organizationPage } from "./frame.tsx";
import { organizationPath } from "./paths.ts";
import { located } from "./visit.ts";

/** GET /settings/organizations/{name}: what every member may know of it. One trip. */
export const overviewPage = lookingAtFound(located("member", findOverview), async (visit, _, deps) => {
  const { place, owners, members, requests, domains, reader, user } = visit;
  const { t } = reader;
  const isOwner = place.role === "owner";
  return organizationPage(
    deps,
    visit,
    { title: t("organizations.overview") },
    <section class="sheet column">
      {isOwner && requests > 0 && (
        <p class="notice warn">
          <a href={organizationPath(place.name, "requests")}>{t("organizations.waiting", { count: requests })}</a>
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{t("organizations.policy")}</dt>
          <dd>
            <strong>{t(`organizations.policy_${place.policy}`)}</strong>
            <span class="line note">{t(`organizations.policy_${place.policy}_text`)}</span>
          </dd>
        </div>
        <div>
          <dt>{t("organizations.owners")}</dt>
          <dd>
            {owners.length === 0 && t("organizations.no_owners")}
            {owners.map((owner) => (
              <span class="line">
                <Name of={owner} />
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt>{t("organizations.your_role")}</dt>
          <dd>{t(`organizations.role_${place.role}`)}</dd>
        </div>
        {isOwner && (
          <div>
            <dt>{t("organizations.members")}</dt>
            <dd>{t("organizations.member_count", { count: members })}</dd>
          </div>
        )}
        {isOwner && (
          <div>
            <dt>{t("organizations.domains")}</dt>
            <dd>
              {domains.length === 0 && t("organizations.no_domains")}
              {domains.map((domain) => (
                <span class="line" dir="ltr">
                  {domain}
                </span>
              ))}
              <span class="line note">{t("organizations.domains_hint")}</span>
            </dd>
          </div>
        )}
      </dl>
      <p class="end-row">
        <span class="note">{t("organizations.leave_hint")}</span>
        <a class="button end" href={organizationPath(place.name, `remove/${user.userId}`)}>
          {t("organizations.leave")}
        </a>
      </p>
    </section>,
  );
});
