import type { Deps } from "../../config.ts";
import { useReader } from "../../http/reader.tsx";
import type { OrganizationPolicy } from "../../model.ts";
import { changePolicy, findPolicy, type PolicyState } from "../../store/organizationPolicy.ts";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, lookingAtFound, type Visit } from "../visit.ts";
import { Done, effectWords, organizationPage } from "./frame.tsx";
import { organizationPath } from "./paths.ts";
import { type At, actOf, backTo, located, notHere } from "./visit.ts";

const policies = ["all", "verified", "approved", "none"] as const satisfies readonly OrganizationPolicy[];

const found = located("owner", findPolicy);

/** GET /settings/organizations/{name}/access: which services may enter, and what another policy would end. One trip. */
export const accessPage = lookingAtFound(found, async (visit, parameters, deps) =>
  policyPage(deps, visit, { saved: parameters.find("done") === "policy_saved" }),
);

/** POST /settings/organizations/{name}/access: `policy`. What it keeps out has ended before the answer. */
export const changeAccess = actingOnFound(found, async (visit, form, deps) => {
  const here = organizationPath(visit.place.name, "access");
  const policy = policies.find((one) => one === form.find("policy"));
  if (policy === undefined) return policyPage(deps, visit, { unclear: true });
  const stepUp = checkStepUp(visit.request, deps, visit.session, here);
  if (stepUp !== undefined) return stepUp;
  const outcome = await changePolicy(deps, actOf(deps, visit), policy);
  if (outcome?.place?.policy !== policy) throw notHere();
  return backTo(deps, visit, "access", { done: "policy_saved" });
});

function policyPage(
  deps: Deps,
  visit: At<PolicyState> & Visit,
  { saved = false, unclear = false }: { readonly saved?: boolean; readonly unclear?: boolean },
): Response {
  const { place, cuts, csrf, reader } = visit;
  const { t } = reader;
  return organizationPage(
    deps,
    visit,
    { title: t("organizations.access"), status: unclear ? 400 : 200 },
    <form method="post" action={organizationPath(place.name, "access")} class="sheet column">
      <input type="hidden" name="csrf" value={csrf} />
      {saved && <Done>{t("organizations.policy_saved", { time: effectWords(deps, reader) })}</Done>}
      <fieldset aria-describedby={unclear ? "policy-problem" : undefined}>
        <legend>{t("organizations.policy")}</legend>
        <p class="hint">{t("organizations.policy_lead")}</p>
        {unclear && (
          <p class="problems" id="policy-problem">
            {t("organizations.choose_policy")}
          </p>
        )}
        <ul class="choices">
          {policies.map((policy) => (
            <li>
              <label class="choice">
                <input
                  type="radio"
                  name="policy"
                  value={policy}
                  checked={policy === place.policy}
                  aria-invalid={unclear ? "true" : undefined}
                />
                <PolicyWords policy={policy} inForce={policy === place.policy} cuts={cuts[policy]} />
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <button type="submit">{t("organizations.save")}</button>
    </form>,
  );
}

const PolicyWords = ({ policy, inForce, cuts }: { policy: OrganizationPolicy; inForce: boolean; cuts: number }) => {
  const { t } = useReader();
  return (
    <span>
      <span class="title">
        {t(`organizations.policy_${policy}`)} {inForce && <span class="tag ok">{t("organizations.policy_now")}</span>}
      </span>
      <span class="detail">
        {t(`organizations.policy_${policy}_text`)}{" "}
        {!inForce &&
          (cuts === 0 ? t("organizations.cuts_nothing") : <strong>{t("organizations.cuts", { count: cuts })}</strong>)}
      </span>
    </span>
  );
};
