import type { Deps } from "../../config.ts";
import { dropCookie } from "../../http/cookie.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { T } from "../../http/reader.tsx";
import { sealValues } from "../../mail/sealedValues.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { deleteAccount, findObligations, type Obligations } from "../../store/accountEnd.ts";
import { emailInput, Field } from "../byCode/field.tsx";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, type Found, lookingAtFound, type Visit } from "../visit.ts";
import { ACCOUNT, DELETE } from "./places.ts";

type EndVisit = Found & Visit & { readonly obligations: Obligations };

/** GET /settings/account/delete: says what ends, and what has to be done before. */
export const deletePage = lookingAtFound(
  findObligations,
  async (visit, _, deps) => checkStepUp(visit.request, deps, visit.session, DELETE) ?? show(deps, visit),
);

/** POST /settings/account/delete: `email`, the address of the account, as the confirmation. */
export const deleteAccountForm = actingOnFound(findObligations, async (visit, form, deps) => {
  const { request, session, user, reader } = visit;
  const stepUp = checkStepUp(request, deps, session, DELETE);
  if (stepUp !== undefined) return stepUp;
  const typed = form.find("email") ?? "";
  if (normalizeEmail(typed) !== user.email) return show(deps, visit, typed);
  const deleted = await deleteAccount(deps, user.userId, {
    sealedValues: await sealValues(deps, { deletedAt: deps.now() }),
    whereabouts: whereaboutsOf(request),
  });
  if (!deleted) return show(deps, visit, undefined, 409);
  const { t } = reader;
  return page(
    deps,
    { title: t("account.deleted_title"), reader, cookies: [dropCookie(deps.config, "session")] },
    <section class="sheet">
      <h1>{t("account.deleted_title")}</h1>
      <p class="lead">{t("account.deleted_lead")}</p>
      <p>{t("account.delete_copies")}</p>
    </section>,
  );
});

/** @param typed what was typed as the confirmation, and is none */
function show(deps: Deps, visit: EndVisit, typed?: string, status = typed === undefined ? 200 : 400): Response {
  const { user, reader } = visit;
  const { t } = reader;
  const title = t("account.delete");
  return page(
    deps,
    { title: status === 200 ? title : t("frame.error_title", { title }), reader, user, under: ACCOUNT, status },
    <Settings under={ACCOUNT} title={title} lead={t("account.delete_lead")} here={DELETE}>
      <section class="sheet column">
        <ul class="bullets">
          <li>{t("account.delete_grants")}</li>
          <li>{t("account.delete_factors")}</li>
          <li>{t("account.delete_copies")}</li>
          <li>{t("account.delete_log")}</li>
        </ul>
        {isBound(visit.obligations) ? <Before visit={visit} /> : <Confirmation visit={visit} typed={typed} />}
        <p>
          <a href={ACCOUNT}>{t("account.keep")}</a>
        </p>
      </section>
    </Settings>,
  );
}

const isBound = ({ organizations, services, resources }: Obligations): boolean =>
  organizations.length > 0 || services > 0 || resources > 0;

/** What has to be given into other hands, or deleted, first. */
const Before = ({ visit }: { visit: EndVisit }) => {
  const { t } = visit.reader;
  const { organizations, services, resources } = visit.obligations;
  return (
    <div class="notice warn">
      <p>{t("account.blocked")}</p>
      <ul class="bullets">
        {organizations.map((name) => (
          <li>
            <T
              k="account.blocked_organization"
              with={{
                organization: (
                  <a href="/settings/organizations">
                    <bdi>{name}</bdi>
                  </a>
                ),
              }}
            />
          </li>
        ))}
        {services > 0 && (
          <li>
            <a href="/settings/developer">{t("account.blocked_services", { count: services })}</a>
          </li>
        )}
        {resources > 0 && (
          <li>
            <a href="/settings/developer/resources">{t("account.blocked_resources", { count: resources })}</a>
          </li>
        )}
      </ul>
    </div>
  );
};

const Confirmation = ({ visit, typed }: { visit: EndVisit; typed: string | undefined }) => {
  const { t } = visit.reader;
  return (
    <form method="post" action={DELETE} class="stack" novalidate>
      <input type="hidden" name="csrf" value={visit.csrf} />
      <Field
        name="email"
        label={t("account.delete_confirm", { email: visit.user.email })}
        problem={typed === undefined ? undefined : t("account.delete_mismatch")}
        input={{ ...emailInput(typed ?? ""), autocomplete: "off" }}
      />
      <button type="submit" class="end">
        {t("account.delete_do")}
      </button>
    </form>
  );
};
