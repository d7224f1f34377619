import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import type { Resource } from "../../model.ts";
import type { AuthorizationList } from "../../store/authorizationList.ts";
import type { Visit } from "../visit.ts";
import { ServiceName } from "../words.tsx";
import { EffectWords, effectOf } from "./ended.tsx";
import { HERE } from "./visit.ts";

/** Asks before everything ends. */
export function confirmPage(
  deps: Deps,
  { user, authorizations, hasMore, csrf, reader }: AuthorizationList & Visit,
  resources: readonly Resource[],
): Response {
  const { t, languages } = reader;
  const reached = authorizations.flatMap((authorization) => authorization.resources);
  return page(
    deps,
    { title: t("authorizations.revoke_all"), reader, user, under: HERE },
    <section class="sheet">
      <h1>{t("authorizations.revoke_all_question")}</h1>
      <p class="lead">{t("authorizations.revoke_all_lead")}</p>
      <ul class="bullets">
        {authorizations.map(({ client }) => (
          <li>
            <ServiceName of={client.metadata} languages={languages} />
          </li>
        ))}
        {hasMore && <li>{t("authorizations.and_others")}</li>}
      </ul>
      <p>
        {t("authorizations.ended_effect", { count: hasMore ? authorizations.length + 1 : authorizations.length })}{" "}
        <EffectWords of={effectOf(deps, deps.now(), reached, resources)} /> {t("authorizations.copied")}{" "}
        {t("authorizations.revoke_all_undo")}
      </p>
      <form method="post" action={HERE} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="action" value="revoke_all" />
        <button type="submit" class="end">
          {t("authorizations.revoke_all")}
        </button>
        <a class="button quiet" href={HERE}>
          {t("authorizations.keep_them")}
        </a>
      </form>
    </section>,
  );
}
