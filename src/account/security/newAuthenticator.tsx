import { encode } from "uqr";
import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { type FactorNameProblem, parseFactorName } from "../../rules/factorName.ts";
import { addAuthenticator } from "../../store/authenticators.ts";
import { newId } from "../../tokens/id.ts";
import { seal, unseal } from "../../tokens/secret.ts";
import { findTotpStep, newTotpSecret, totpUri } from "../../tokens/totp.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { back } from "./authenticators.tsx";
import { makeCodeSet } from "./codeSet.ts";
import { NameField } from "./factorList.tsx";
import { codesPage } from "./recoveryCodes.tsx";
import { CodeField } from "./secondPage.tsx";
import {
  AUTHENTICATORS,
  actingOnFactors,
  changeOf,
  type FactorVisit,
  lookingAtFactors,
  SECURITY,
  securityPlaces,
} from "./visit.ts";

const PENDING_MILLISECONDS = 30 * 60 * 1000;

/** A secret that no code has confirmed yet: it travels sealed in the form, and stands nowhere else. */
interface PendingApp {
  readonly id: string;
  readonly userId: string;
  readonly secret: string;
  readonly startedAt: number;
}

interface Form {
  readonly pending: PendingApp;
  readonly name: string;
  readonly nameProblem?: FactorNameProblem | undefined;
  readonly problem?: "wrong" | "expired" | "too_many" | undefined;
}

const problems = {
  wrong: "security.app_wrong",
  expired: "security.app_expired",
  too_many: "security.too_many_apps",
} as const;

const begin = ({ user }: FactorVisit, deps: Deps): PendingApp => ({
  id: newId(deps),
  userId: user.userId,
  secret: newTotpSecret(deps),
  startedAt: deps.now(),
});

/** GET /settings/security/authenticators/new */
export const newAuthenticatorPage = lookingAtFactors(
  async (visit, _, deps) =>
    checkStepUp(visit.request, deps, visit.session) ??
    show(visit, deps, { pending: begin(visit, deps), name: visit.reader.t("security.app_default_name") }),
);

/** POST /settings/security/authenticators/new: the `code` that the app shows proves that it has the secret in `pending`. */
export const addNewAuthenticator = actingOnFactors(async (visit, form, deps) => {
  const stepUp = checkStepUp(visit.request, deps, visit.session, `${AUTHENTICATORS}/new`);
  if (stepUp !== undefined) return stepUp;
  const typed = form.find("name") ?? "";
  const pending = await openPending(visit, deps, form.find("pending"));
  if (pending === undefined) return show(visit, deps, { pending: begin(visit, deps), name: typed, problem: "expired" });
  const parsed = parseFactorName(typed);
  const step = await findTotpStep(pending.secret, form.find("code") ?? "", deps.now());
  if (step === undefined || "problem" in parsed)
    return show(visit, deps, {
      pending,
      name: typed,
      nameProblem: "problem" in parsed ? parsed.problem : undefined,
      problem: step === undefined ? "wrong" : undefined,
    });
  const set = await makeCodeSet(deps, visit.user.userId);
  const { added, codesAreNew } = await addAuthenticator(deps, {
    ...(await changeOf(visit, deps, parsed.name)),
    id: pending.id,
    sealedSecret: await seal(deps, "authenticator", pending.secret),
    step,
    codes: set.kept,
  });
  if (!added) return show(visit, deps, { pending, name: parsed.name, problem: "too_many" });
  return codesAreNew ? codesPage(visit, deps, set.shown, "security.app_added") : back(deps, "added");
});

async function openPending({ user }: FactorVisit, deps: Deps, sealed = ""): Promise<PendingApp | undefined> {
  const text = await unseal(deps, "authenticator", sealed);
  if (text === undefined || !text.startsWith("{")) return undefined;
  const pending = JSON.parse(text) as PendingApp;
  return pending.userId === user.userId && deps.now() < pending.startedAt + PENDING_MILLISECONDS ? pending : undefined;
}

async function show(visit: FactorVisit, deps: Deps, { pending, name, nameProblem, problem }: Form): Promise<Response> {
  const { user, csrf, reader } = visit;
  const { t } = reader;
  const title = t("security.add_app");
  const isWrong = problem !== undefined || nameProblem !== undefined;
  const uri = totpUri(pending.secret, deps.config.operator, user.email);
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
    <Settings
      under={SECURITY}
      title={title}
      lead={t("security.apps_about")}
      places={securityPlaces(t)}
      here={`${AUTHENTICATORS}/new`}
    >
      <section class="sheet column">
        {problem !== undefined && (
          <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
            {t(problems[problem])}
          </p>
        )}
        <p>{t("security.add_app_scan")}</p>
        <QrCode text={uri} label={t("security.add_app_picture")} />
        <div class="stack">
          <p>{t("security.add_app_type")}</p>
          <p class="copy" dir="ltr">
            <code>{pending.secret.replace(/.{4}(?=.)/g, "$& ")}</code>
          </p>
          <p>
            <a href={uri}>{t("security.add_app_open")}</a>
          </p>
        </div>
        <form method="post" action={`${AUTHENTICATORS}/new`} class="stack" novalidate>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="pending" value={await seal(deps, "authenticator", JSON.stringify(pending))} />
          <NameField
            id="name"
            label={t("security.factor_name")}
            hint={t("security.factor_name_hint")}
            value={name}
            problem={nameProblem}
          />
          <CodeField id="code" label={t("security.add_app_code")} problem={problem} />
          <button type="submit">{t("security.add_app_confirm")}</button>
        </form>
      </section>
    </Settings>,
  );
}

/** Dark on light in both colour schemes, as cameras want it. */
const QrCode = ({ text, label }: { text: string; label: string }) => {
  const { data, size } = encode(text, { ecc: "M", border: 3 });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} width="232" height="232">
      <path class="qr-paper" d={`M0 0h${size}v${size}h-${size}z`} />
      <path class="qr-ink" d={dark.join("")} />
    </svg>
  );
};
