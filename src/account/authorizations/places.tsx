import { useReader } from "../../http/reader.tsx";
import { displayName } from "../../rules/displayName.ts";
import { decideAccess, isVouched } from "../../rules/organizations.ts";
import { Name } from "../name.tsx";
import { accessWords } from "../organizationWords.ts";
import type { Sight } from "./detail.tsx";

/** Where the service may go, where it would if the owners let it, and a way to take an organization from it. */
export const Places = ({ sight: { authorization, csrf, action } }: { sight: Sight }) => {
  const { t } = useReader();
  const { organizations, reach, client, authority, resources } = authorization;
  if (resources.length === 0 || reach.length === 0) return null;
  const vouched = isVouched(authorization);
  const shown = reach.filter(({ organizationId }) => organizations === null || organizations.includes(organizationId));
  const kind = organizations === null ? "all" : vouched ? "directory" : "chosen";
  return (
    <section class="sheet" aria-labelledby="places">
      <h2 id="places">{t(`authorizations.places_${kind}`)}</h2>
      {shown.length === 0 ? (
        <p>{t("authorizations.places_none")}</p>
      ) : (
        <ul class="rows">
          {shown.map((organization) => {
            const { label, mark, detail } = accessWords(decideAccess(organization, client, vouched), organization, t);
            const name = displayName(organization.displayName, "?").text;
            return (
              <li class="row apart">
                <p>
                  <Name of={organization.displayName} /> <span class={`tag ${mark}`}>{label}</span>
                  <span class="note line">{detail}</span>
                </p>
                {authority === null && (
                  <form method="post" action={action}>
                    <input type="hidden" name="csrf" value={csrf} />
                    <input type="hidden" name="action" value="remove_organization" />
                    <input type="hidden" name="organization_id" value={organization.organizationId} />
                    <button
                      type="submit"
                      class="end small"
                      aria-label={t("authorizations.remove_named", { organization: name })}
                    >
                      {t("authorizations.remove")}
                    </button>
                  </form>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {authority === null && organizations === null && <p class="note">{t("authorizations.remove_hint")}</p>}
    </section>
  );
};
