import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { T } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import { normalizeRecoveryCode, RECOVERY_CODES as SET_SIZE } from "../../rules/recoveryCode.ts";
import { replaceRecoveryCodes } from "../../store/recoveryCodes.ts";
import { Moment } from "../moment.tsx";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { makeCodeSet } from "./codeSet.ts";
import {
  AUTHENTICATORS,
  actingOnFactors,
  type FactorVisit,
  lookingAtFactors,
  RECOVERY_CODES,
  SECURITY,
  securityPlaces,
} from "./visit.ts";

/** GET /settings/security/recovery-codes: how many are left. Which they are, nobody is shown again. */
export const recoveryCodesPage = lookingAtFactors(async ({ user, csrf, reader, factors }, _, deps) => {
  const { t } = reader;
  const { authenticators, recoveryCodesLeft } = factors;
  const title = t("security.recovery_codes");
  return page(
    deps,
    { title, reader, user, under: SECURITY, wide: true },
    <Settings
      under={SECURITY}
      title={title}
      lead={t("security.recovery_about")}
      places={securityPlaces(t)}
      here={RECOVERY_CODES}
    >
      <section class="sheet column">
        {authenticators.length === 0 ? (
          <>
            <p>{t("security.recovery_needs_app")}</p>
            <a class="button" href={`${AUTHENTICATORS}/new`}>
              {t("security.add_app")}
            </a>
          </>
        ) : (
          <>
            <p>
              <strong>{t("security.recovery_left", { count: recoveryCodesLeft })}</strong>
            </p>
            <p>{t("security.recovery_make_about")}</p>
            <form method="post" action={RECOVERY_CODES}>
              <input type="hidden" name="csrf" value={csrf} />
              <button type="submit">{t("security.recovery_make")}</button>
            </form>
          </>
        )}
      </section>
    </Settings>,
  );
});

/** POST /settings/security/recovery-codes: makes new ones in the place of the old. */
export const makeRecoveryCodes = actingOnFactors(async (visit, _, deps) => {
  const stepUp = checkStepUp(visit.request, deps, visit.session, RECOVERY_CODES);
  if (stepUp !== undefined) return stepUp;
  const { userId } = visit.user;
  const set = await makeCodeSet(deps, userId);
  const made = await replaceRecoveryCodes(deps, { userId, codes: set.kept, whereabouts: whereaboutsOf(visit.request) });
  return made ? codesPage(visit, deps, set.shown) : redirect(deps.config.issuer + RECOVERY_CODES);
});

/** POST /settings/security/recovery-codes/file: gives the codes back as a file. It keeps nothing and looks nothing up. */
export const recoveryCodesFile = actingOnFactors(
  async ({ user, reader }, form, { config }) => {
    const codes = form.all("code").flatMap((code) => normalizeRecoveryCode(code) ?? []);
    const heading = reader.t("security.recovery_file", { email: user.email, operator: config.operator });
    const text = [heading, "", ...codes.slice(0, SET_SIZE), ""].join("\r\n");
    return new Response(text, {
      headers: {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Disposition": 'attachment; filename="recovery-codes.txt"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
      },
    });
  },
  ["code"],
);

/** The codes, this one time. @param said what else has happened */
export function codesPage(
  { user, csrf, reader }: FactorVisit,
  deps: Deps,
  codes: readonly string[],
  said?: "security.app_added",
): Response {
  const { t } = reader;
  const title = t("security.recovery_codes");
  const made = { moment: <Moment at={deps.now()} />, email: <bdi>{user.email}</bdi> };
  return page(
    deps,
    { title, reader, user, under: SECURITY, wide: true },
    <Settings under={SECURITY} title={title} lead={t("security.recovery_once")} here={RECOVERY_CODES}>
      {said !== undefined && (
        <p class="notice ok column" role="status">
          {t(said)}
        </p>
      )}
      <section class="sheet column">
        <p>{t("security.recovery_about")}</p>
        <ol class="recovery-codes" dir="ltr">
          {codes.map((code) => (
            <li>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <p class="note">
          <T k="security.recovery_made_at" with={made} />
        </p>
        <div class="row unprinted">
          <form method="post" action={`${RECOVERY_CODES}/file`}>
            <input type="hidden" name="csrf" value={csrf} />
            {codes.map((code) => (
              <input type="hidden" name="code" value={code} />
            ))}
            <button type="submit" class="quiet">
              {t("security.recovery_download")}
            </button>
          </form>
          <a class="button" href={SECURITY}>
            {t("security.recovery_done")}
          </a>
        </div>
        <p class="note unprinted">{t("security.recovery_print")}</p>
      </section>
    </Settings>,
  );
}
