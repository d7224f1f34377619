import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { parseFactorName } from "../../rules/factorName.ts";
import { removeAuthenticator, renameAuthenticator } from "../../store/authenticators.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { FactorList, type RenameProblem } from "./factorList.tsx";
import {
  AUTHENTICATORS,
  actingOnFactors,
  changeOf,
  type FactorVisit,
  loadOwn,
  lookingAtFactors,
  SECURITY,
  securityPlaces,
} from "./visit.ts";

const done = {
  added: "security.app_added",
  renamed: "security.factor_renamed",
  removed: "security.factor_removed",
} as const;

type Done = keyof typeof done;
const isDone = (text: string | undefined): text is Done => text !== undefined && Object.hasOwn(done, text);

/** GET /settings/security/authenticators */
export const authenticatorsPage = lookingAtFactors(async (visit, parameters, deps) => {
  const said = parameters.find("done");
  return show(visit, deps, isDone(said) ? { said } : {});
});

/** POST /settings/security/authenticators: `act=rename` with a `name`, or `act=remove`, of the app `id`. */
export const changeAuthenticators = actingOnFactors(async (visit, form, deps) => {
  const act = form.find("act");
  const app = loadOwn(visit.factors.authenticators, form.find("id"));
  if (act === "rename") {
    const parsed = parseFactorName(form.find("name"));
    if ("problem" in parsed)
      return show(visit, deps, { wrong: { id: app.id, typed: form.find("name") ?? "", problem: parsed.problem } });
    await renameAuthenticator(deps, visit.user.userId, app.id, parsed.name, whereaboutsOf(visit.request));
    return back(deps, "renamed");
  }
  if (act !== "remove") throw new OAuthError("invalid_request", "The form asks for nothing that can be done here.");
  const stepUp = checkStepUp(visit.request, deps, visit.session, AUTHENTICATORS);
  if (stepUp !== undefined) return stepUp;
  await removeAuthenticator(deps, app.id, await changeOf(visit, deps, app.name));
  return back(deps, "removed");
});

export const back = ({ config }: Deps, said: Done): Response => redirect(`${config.issuer}${AUTHENTICATORS}?done=${said}`);

function show(
  { user, csrf, reader, factors: { authenticators } }: FactorVisit,
  deps: Deps,
  { said, wrong }: { readonly said?: Done; readonly wrong?: RenameProblem },
): Response {
  const { t } = reader;
  const title = t("security.apps");
  return page(
    deps,
    {
      title: wrong === undefined ? title : t("frame.error_title", { title }),
      reader,
      user,
      under: SECURITY,
      wide: true,
      status: wrong === undefined ? 200 : 400,
    },
    <Settings under={SECURITY} title={title} lead={t("security.apps_about")} places={securityPlaces(t)} here={AUTHENTICATORS}>
      <div class="stack column">
        {said !== undefined && (
          <p class="notice ok" role="status">
            {t(done[said])}
          </p>
        )}
        {authenticators.length === 0 ? (
          <p>{t("security.no_apps")}</p>
        ) : (
          <FactorList factors={authenticators} action={AUTHENTICATORS} csrf={csrf} now={deps.now()} wrong={wrong} />
        )}
        {authenticators.length === 1 && <p class="note">{t("security.remove_last_app")}</p>}
        <p class="after">
          <a class="button" href={`${AUTHENTICATORS}/new`}>
            {t("security.add_app")}
          </a>
        </p>
      </div>
    </Settings>,
  );
}
