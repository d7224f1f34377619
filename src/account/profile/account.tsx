import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { useReader } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import type { User } from "../../model.ts";
import { displayName } from "../../rules/displayName.ts";
import { EXPORTED } from "../../store/accountExport.ts";
import { type Account, changeAccount, findAccount } from "../../store/accounts.ts";
import { Field } from "../byCode/field.tsx";
import { Settings } from "../settings/frame.tsx";
import { actingOnFound, type Found, lookingAtFound, type Visit } from "../visit.ts";
import { ACCOUNT, DELETE, EMAIL, EXPORT, PASSWORD } from "./places.ts";

type AccountVisit = Found & Visit & { readonly account: Account };

/** Of what was typed as a name, as much goes back into the form. */
const MAX_NAME = 200;

/** What the page says of an act that led back to it. */
const done = ["saved", "email_changed", "password_changed", "export_ready"] as const;

/** GET /settings/account: who one is here, how one is reached, and what may become of it all. */
export const accountPage = lookingAtFound(findAccount, async (visit, parameters, deps) => {
  const asked = parameters.find("done");
  return show(deps, visit, { done: done.find((one) => one === asked) });
});

/** POST /settings/account: `act=name` with a name, or `act=notices` with which e-mails are wanted. */
export const changeAccountForm = actingOnFound(findAccount, async (visit, form, deps) => {
  const { user, request } = visit;
  const act = form.find("act");
  if (act === "name") {
    const typed = (form.find("name") ?? "").slice(0, MAX_NAME);
    const name = displayName(typed, "").text;
    if (name === "") return show(deps, visit, { typed });
    await changeAccount(deps, user.userId, { name }, whereaboutsOf(request));
  }
  if (act === "notices") {
    const notices = form.find("notices") === "safety" ? "safety" : "all";
    await changeAccount(deps, user.userId, { notices }, whereaboutsOf(request));
  }
  return redirect(`${deps.config.issuer}${ACCOUNT}?done=saved`);
});

interface Shown {
  readonly done?: (typeof done)[number] | undefined;
  /** What was typed as a name, and is none. */
  readonly typed?: string;
}

function show(deps: Deps, visit: AccountVisit, { done, typed }: Shown): Response {
  const { user, reader, account, csrf } = visit;
  const { t } = reader;
  const title = t("frame.account");
  const isWrong = typed !== undefined;
  return page(
    deps,
    {
      title: isWrong ? t("frame.error_title", { title }) : title,
      reader,
      user,
      under: ACCOUNT,
      status: isWrong ? 400 : 200,
    },
    <Settings under={ACCOUNT} lead={t("account.lead")}>
      {done && (
        <p class="notice ok" role="status" tabindex={-1} autofocus>
          {t(`account.${done}`)}
        </p>
      )}
      <div class="service-form">
        <section class="sheet">
          <form method="post" action={ACCOUNT} class="stack" novalidate>
            <Field
              name="name"
              label={t("account.name")}
              hint={t("account.name_hint")}
              problem={isWrong ? t("account.no_name") : undefined}
              input={{ type: "text", value: typed ?? user.name, dir: "auto", autocomplete: "name" }}
            />
            <button type="submit" name="act" value="name" class="quiet">
              {t("account.save")}
            </button>
            <input type="hidden" name="csrf" value={csrf} />
          </form>
          <Ways user={user} account={account} />
        </section>
        <Notices account={account} csrf={csrf} />
        <Whole csrf={csrf} />
      </div>
    </Settings>,
  );
}

/** How one is reached and comes in. */
const Ways = ({ user, account }: { user: User; account: Account }) => {
  const { t } = useReader();
  return (
    <ul class="choices">
      <Row
        title={t("account.email")}
        link={<a href={EMAIL}>{t("account.change_email")}</a>}
        note={t(user.emailVerified ? "account.verified" : "account.unverified")}
      >
        <bdi>{user.email}</bdi>
      </Row>
      <Row
        title={t("account.password")}
        link={<a href={PASSWORD}>{t(account.hasPassword ? "account.change_password" : "account.add_password")}</a>}
        note={t(account.hasPassword ? "account.password_is_set" : "account.password_is_none")}
      />
      <li class="trail">
        <a href={`${ACCOUNT}/identities`}>{t("account.work_accounts")}</a>
      </li>
      <li class="trail">
        <a href={`/language?${new URLSearchParams({ to: ACCOUNT })}`}>{t("account.language")}</a>
      </li>
    </ul>
  );
};

/** What something is, and where it is changed. */
const Row = ({ title, link, note, children }: { title: string; link: Child; note: string; children?: Child }) => (
  <li class="row apart">
    <span>
      <strong>{title}</strong>
      {children !== undefined && <span class="line">{children}</span>}
      <span class="line note">{note}</span>
    </span>
    <span class="trail">{link}</span>
  </li>
);

const Notices = ({ account, csrf }: { account: Account; csrf: string }) => {
  const { t } = useReader();
  return (
    <section class="sheet">
      <form method="post" action={ACCOUNT} class="stack">
        <fieldset>
          <legend>{t("account.notices")}</legend>
          <ul class="choices">
            {(["all", "safety"] as const).map((choice) => (
              <li>
                <label class="choice">
                  <input type="radio" name="notices" value={choice} checked={account.notices === choice} />
                  <span>{t(`account.notices_${choice}`)}</span>
                </label>
              </li>
            ))}
          </ul>
        </fieldset>
        <button type="submit" name="act" value="notices" class="quiet">
          {t("account.save")}
        </button>
        <input type="hidden" name="csrf" value={csrf} />
      </form>
    </section>
  );
};

/** What may become of the account as a whole. */
const Whole = ({ csrf }: { csrf: string }) => {
  const { t } = useReader();
  return (
    <section class="sheet">
      <h2>{t("account.export_title")}</h2>
      <p>{t("account.export_lead", { limit: EXPORTED })}</p>
      <form method="post" action={EXPORT}>
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="quiet">
          {t("account.export_do")}
        </button>
      </form>
      <div class="end-row">
        <p class="note">{t("account.delete_lead")}</p>
        <a class="button end" href={DELETE}>
          {t("account.delete")}
        </a>
      </div>
    </section>
  );
};
