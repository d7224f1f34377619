import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { parseFactorName } from "../../rules/factorName.ts";
import { removePasskey, renamePasskey } from "../../store/passkeys.ts";
import { FactorList, type RenameProblem } from "../security/factorList.tsx";
import {
  actingOnFactors,
  changeOf,
  type FactorVisit,
  loadOwn,
  lookingAtFactors,
  PASSKEYS,
  SECURITY,
  securityPlaces,
} from "../security/visit.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";

const done = {
  added: "security.passkey_added",
  renamed: "security.factor_renamed",
  removed: "security.factor_removed",
} as const;

type Done = keyof typeof done;
const isDone = (text: string | undefined): text is Done => text !== undefined && Object.hasOwn(done, text);

/** GET /settings/security/passkeys */
export const passkeysPage = lookingAtFactors(async (visit, parameters, deps) => {
  const said = parameters.find("done");
  return show(visit, deps, isDone(said) ? { said } : {});
});

/** POST /settings/security/passkeys: `act=rename` with a `name`, or `act=remove`, of the passkey `id`. */
export const changePasskeys = actingOnFactors(async (visit, form, deps) => {
  const act = form.find("act");
  const passkey = loadOwn(visit.factors.passkeys, form.find("id"));
  if (act === "rename") {
    const parsed = parseFactorName(form.find("name"));
    if ("problem" in parsed)
      return show(visit, deps, { wrong: { id: passkey.id, typed: form.find("name") ?? "", problem: parsed.problem } });
    await renamePasskey(deps, visit.user.userId, passkey.id, parsed.name, whereaboutsOf(visit.request));
    return back(deps, "renamed");
  }
  if (act !== "remove") throw new OAuthError("invalid_request", "The form asks for nothing that can be done here.");
  const stepUp = checkStepUp(visit.request, deps, visit.session, PASSKEYS);
  if (stepUp !== undefined) return stepUp;
  const removed = await removePasskey(deps, passkey.id, await changeOf(visit, deps, passkey.name));
  return removed ? back(deps, "removed") : show(visit, deps, { isLast: true });
});

export const back = ({ config }: Deps, said: Done): Response => redirect(`${config.issuer}${PASSKEYS}?done=${said}`);

function show(
  { user, csrf, reader, factors }: FactorVisit,
  deps: Deps,
  { said, wrong, isLast = false }: { readonly said?: Done; readonly wrong?: RenameProblem; readonly isLast?: boolean },
): Response {
  const { t } = reader;
  const title = t("security.passkeys");
  const isWrong = isLast || wrong !== undefined;
  const listed = factors.passkeys.map((passkey) => ({
    ...passkey,
    kind: t(passkey.backedUp ? "security.passkey_synced" : "security.passkey_one_device"),
  }));
  return page(
    deps,
    {
      title: isWrong ? t("frame.error_title", { title }) : title,
      reader,
      user,
      under: SECURITY,
      wide: true,
      status: isWrong ? 400 : 200,
    },
    <Settings under={SECURITY} title={title} lead={t("security.passkeys_about")} places={securityPlaces(t)} here={PASSKEYS}>
      <div class="stack column">
        {said !== undefined && (
          <p class="notice ok" role="status">
            {t(done[said])}
          </p>
        )}
        {isLast && (
          <p class="notice bad" role="alert" tabindex={-1} autofocus>
            {t("security.last_passkey")}
          </p>
        )}
        {listed.length === 0 ? (
          <p>{t("security.no_passkeys")}</p>
        ) : (
          <FactorList factors={listed} action={PASSKEYS} csrf={csrf} now={deps.now()} wrong={wrong} />
        )}
        <p class="after">
          <a class="button" href={`${PASSKEYS}/new`}>
            {t("security.add_passkey")}
          </a>
        </p>
      </div>
    </Settings>,
  );
}
