/** `/settings/account/identities`: the work accounts by which somebody comes in. */
import type { Deps } from "../../config.ts";
import { findDirectoryFor } from "../../directories/find.ts";
import type { Parameters } from "../../http/form.ts";
import { formTargets, page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { T, useReader } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import { metadataIssuer, tokenIssuer } from "../../rules/directory.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { type Directory, loadDirectories } from "../../store/directories.ts";
import { type Identity, listIdentities, unlinkIdentity } from "../../store/identities.ts";
import { Ago, Day } from "../moment.tsx";
import { ACCOUNT } from "../profile/places.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { acting, type Found, lookingAt, type Visit } from "../visit.ts";
import { IDENTITIES } from "./paths.ts";
import { answerFailure } from "./problemPage.tsx";
import { departTo } from "./workSignIn.ts";

/** Of what was typed as an address, as much goes back into the form. */
const MAX_EMAIL = 254;

export const identitiesPage = lookingAt(async (visit, parameters, deps) => {
  const done = parameters.find("linked") !== undefined ? "linked" : undefined;
  return show(deps, visit, { done: parameters.find("unlinked") !== undefined ? "unlinked" : done });
});

/** POST: `link` with the work address, or `unlink` with the issuer and the subject. */
export const changeIdentities = acting(async (visit, form, deps) => {
  const stepUp = checkStepUp(visit.request, deps, visit.session, IDENTITIES);
  if (stepUp !== undefined) return stepUp;
  return form.find("action") === "unlink" ? unlink(visit, form, deps) : link(visit, form, deps);
});

async function link(visit: Visit & Found, form: Parameters, deps: Deps): Promise<Response> {
  const typed = (form.find("email") ?? "").slice(0, MAX_EMAIL);
  const email = normalizeEmail(typed);
  if (email === undefined) return show(deps, visit, { typed, problem: typed === "" ? "no_address" : "not_an_email" });
  const directory = await findDirectoryFor(deps, email);
  if (directory === undefined) return show(deps, visit, { typed, problem: "no_directory" });
  const departure = { linkTo: visit.user.userId, loginHint: email, continue: undefined, to: undefined } as const;
  const back = { going: {}, isLinking: true };
  return departTo(deps, directory, { ...departure, prompts: "select_account", maxAgeSeconds: null, isStrict: false }).catch(
    answerFailure(visit.request, deps, directory, back),
  );
}

async function unlink(visit: Visit & Found, form: Parameters, deps: Deps): Promise<Response> {
  const identity = { issuer: form.find("issuer") ?? "", subject: form.find("subject") ?? "" };
  const issuers = issuersOf(await loadDirectories(deps));
  const outcome = await unlinkIdentity(deps, visit.user.userId, identity, issuers, whereaboutsOf(visit.request));
  if (outcome === "last_way") return show(deps, visit, { problem: "last_way" });
  return redirect(`${deps.config.issuer}${IDENTITIES}?unlinked=1`);
}

/** What its ID tokens name each directory, which identities go by. */
const issuerOf = ({ issuer, settings }: Directory): string => tokenIssuer(metadataIssuer(issuer), settings);
const issuersOf = (directories: readonly Directory[]): readonly string[] => directories.map(issuerOf);

interface Shown {
  readonly done?: "linked" | "unlinked" | undefined;
  readonly typed?: string;
  readonly problem?: "no_address" | "not_an_email" | "no_directory" | "last_way";
}

async function show(deps: Deps, visit: Visit, shown: Shown): Promise<Response> {
  const { user, reader, csrf } = visit;
  const { t } = reader;
  const directories = await loadDirectories(deps);
  const { identities } = await listIdentities(deps, user.userId, issuersOf(directories));
  const { done, problem, typed = "" } = shown;
  const title = t("directories.work_accounts");
  // The form leads on to the directory, and whatever it is behind.
  const formAction = formTargets(`${deps.config.issuer}/`);
  return page(
    deps,
    {
      title: problem ? t("frame.error_title", { title }) : title,
      reader,
      user,
      under: ACCOUNT,
      status: problem ? 400 : 200,
      formAction,
    },
    <Settings under={ACCOUNT} title={title} lead={t("directories.lead")} here={IDENTITIES}>
      {done && (
        <p class="notice ok" role="status" tabindex={-1} autofocus>
          {t(`directories.${done}`)}
        </p>
      )}
      {problem === "last_way" && (
        <p class="notice bad" role="alert" tabindex={-1} autofocus>
          {t("directories.last_way")}
        </p>
      )}
      <div class="service-form">
        <section class="sheet">
          {identities.length === 0 && <p>{t("directories.none")}</p>}
          {identities.length > 0 && (
            <ul class="devices">
              {identities.map((identity) => (
                <Linked
                  identity={identity}
                  directory={directories.find((one) => issuerOf(one) === identity.issuer)}
                  csrf={csrf}
                  now={deps.now()}
                />
              ))}
            </ul>
          )}
        </section>
        <LinkForm csrf={csrf} typed={typed} problem={problem === "last_way" ? undefined : problem} />
      </div>
    </Settings>,
  );
}

const Linked = ({
  identity,
  directory,
  csrf,
  now,
}: {
  identity: Identity;
  directory: Directory | undefined;
  csrf: string;
  now: number;
}) => {
  const { t } = useReader();
  const account = identity.label ?? identity.subject;
  const { createdAt, lastUsedAt } = identity;
  return (
    <li class="row apart">
      <span>
        <strong>
          <bdi>{account}</bdi>
        </strong>
        <span class="line">
          <bdi>{directory?.displayName ?? identity.issuer}</bdi>
        </span>
        <span class="line note">
          <T k="directories.linked_since" with={{ day: <Day at={createdAt} /> }} />
          {lastUsedAt !== null && " · "}
          {lastUsedAt !== null && <T k="directories.last_used" with={{ ago: <Ago at={lastUsedAt} now={now} /> }} />}
        </span>
      </span>
      <form method="post" action={IDENTITIES}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="issuer" value={identity.issuer} />
        <input type="hidden" name="subject" value={identity.subject} />
        <button
          type="submit"
          name="action"
          value="unlink"
          class="quiet"
          aria-label={t("directories.unlink_named", { account })}
        >
          {t("directories.unlink")}
        </button>
      </form>
    </li>
  );
};

const LinkForm = ({
  csrf,
  typed,
  problem,
}: {
  csrf: string;
  typed: string;
  problem: Exclude<Shown["problem"], "last_way">;
}) => {
  const { t } = useReader();
  return (
    <section class="sheet" aria-labelledby="link-title">
      <h2 id="link-title">{t("directories.link_title")}</h2>
      {problem && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {t(`directories.${problem}`)}
        </p>
      )}
      <form method="post" action={IDENTITIES} class="stack" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="action" value="link" />
        <div class="field">
          <label for="email">{t("directories.address")}</label>
          <input
            id="email"
            name="email"
            type="email"
            dir="ltr"
            value={typed}
            autocomplete="email"
            autocapitalize="none"
            spellcheck={false}
            required
            aria-describedby={problem ? "problem hint" : "hint"}
            {...(problem ? { "aria-invalid": "true" as const } : {})}
          />
          <p class="hint" id="hint">
            {t("directories.address_hint")}
          </p>
        </div>
        <button type="submit">{t("directories.link")}</button>
      </form>
    </section>
  );
};
