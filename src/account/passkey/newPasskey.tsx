import type { Deps } from "../../config.ts";
import { findCookie } from "../../http/cookie.ts";
import { page } from "../../http/page.tsx";
import { deviceLabel } from "../../rules/device.ts";
import { parseFactorName } from "../../rules/factorName.ts";
import { addPasskey } from "../../store/passkeys.ts";
import { deviceWords } from "../deviceWords.ts";
import { NameField } from "../security/factorList.tsx";
import {
  actingOnFactors,
  changeOf,
  type FactorVisit,
  lookingAtFactors,
  PASSKEYS,
  SECURITY,
  securityPlaces,
} from "../security/visit.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { offerRegistration, openOffer } from "./offer.ts";
import { PASSKEY_SCRIPT_HASH, PasskeyForm } from "./passkeyButton.tsx";
import { back } from "./passkeys.tsx";
import { claimOf } from "./prove.ts";
import { parseAnswer, transportsOf, verifyNewPasskey } from "./verify.ts";

const problems = { expired: "security.passkey_expired", failed: "security.passkey_not_created" } as const;

/** GET /settings/security/passkeys/new */
export const newPasskeyPage = lookingAtFactors(
  async (visit, _, deps) => checkStepUp(visit.request, deps, visit.session) ?? show(visit, deps),
);

/**
 * POST /settings/security/passkeys/new: what the authenticator answered, and a `name`. A name that will not do is replaced, since
 * the passkey is made by now: without us it would lie in the authenticator and open nothing.
 */
export const addNewPasskey = actingOnFactors(async (visit, form, deps) => {
  const { request, session } = visit;
  const stepUp = checkStepUp(request, deps, session, `${PASSKEYS}/new`);
  if (stepUp !== undefined) return stepUp;
  const offer = await openOffer(deps, form.find("offer"), "registration", sessionCookie(visit, deps));
  if (offer === undefined) return show(visit, deps, "expired");
  const answer = parseAnswer(form.find("credential"));
  const made = answer && (await verifyNewPasskey(deps, offer, answer));
  if (answer === undefined || made === undefined) return show(visit, deps, "failed");
  const typed = parseFactorName(form.find("name"));
  const name = "name" in typed ? typed.name : nameFor(visit);
  const passkey = { ...made, ...(await changeOf(visit, deps, name)), transports: transportsOf(answer) };
  const added = await addPasskey(deps, passkey, await claimOf(deps, offer));
  return added ? back(deps, "added") : show(visit, deps, "failed");
});

/** The device that it is made on, in most cases where it lives as well. */
const nameFor = ({ request, reader }: FactorVisit): string =>
  deviceWords(deviceLabel(request.headers.get("user-agent")), reader.t);

const sessionCookie = ({ request }: FactorVisit, { config }: Deps): string => findCookie(request, config, "session") ?? "";

async function show(visit: FactorVisit, deps: Deps, problem?: keyof typeof problems): Promise<Response> {
  const { user, csrf, reader, factors } = visit;
  const { t } = reader;
  const title = t("security.add_passkey");
  const words = {
    stopped: t("security.passkey_stopped"),
    failed: t("security.passkey_not_created"),
    known: t("security.passkey_known"),
  };
  return page(
    deps,
    {
      title: problem === undefined ? title : t("frame.error_title", { title }),
      reader,
      user,
      under: SECURITY,
      wide: true,
      status: problem === undefined ? 200 : 400,
      script: PASSKEY_SCRIPT_HASH,
    },
    <Settings
      under={SECURITY}
      title={title}
      lead={t("security.add_passkey_about")}
      places={securityPlaces(t)}
      here={`${PASSKEYS}/new`}
    >
      <div class="stack column">
        {problem !== undefined && (
          <p class="notice bad" role="alert" tabindex={-1} autofocus>
            {t(problems[problem])}
          </p>
        )}
        <section class="sheet">
          <p class="notice warn" id="passkey-missing">
            {t("security.passkey_missing")}
          </p>
          <PasskeyForm
            offer={await offerRegistration(deps, sessionCookie(visit, deps), user, factors.passkeys)}
            action={`${PASSKEYS}/new`}
            mode="create"
            words={words}
          >
            <input type="hidden" name="csrf" value={csrf} />
            <NameField
              id="name"
              label={t("security.factor_name")}
              hint={t("security.factor_name_hint")}
              value={nameFor(visit)}
            />
            <button type="submit">{t("security.create_passkey")}</button>
          </PasskeyForm>
        </section>
      </div>
    </Settings>,
  );
}
