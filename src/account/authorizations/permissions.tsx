import type { Child } from "hono/jsx";
import { T, useReader } from "../../http/reader.tsx";
import { canonical } from "../../rules/authorizationDetails.ts";
import { describePermissions, type Permission } from "../../rules/permissions.ts";
import { ApprovedDetail } from "../details.tsx";
import { riskKeys } from "../riskWords.ts";
import { ResourceName, Words } from "../words.tsx";
import type { Sight } from "./detail.tsx";

/** Why permissions cannot be narrowed as the form says. */
export type NarrowProblem = "nothing_unticked" | "nothing_left";

/** In this order, under a heading each. */
const groups = ["full", "identity", "read", "write"] as const satisfies readonly Permission["kind"][];

/** What the service may do; of what a person approved, what they untick is taken away. */
export const Permissions = ({ sight, problem }: { sight: Sight; problem: NarrowProblem | undefined }) => {
  const { t, languages } = useReader();
  const { authorization, resources, csrf, action } = sight;
  const { scopes, claims, authorizationDetails, authority } = authorization;
  const permissions = describePermissions(scopes, claims, resources, languages);
  const isOwn = authority === null;
  const canNarrow = isOwn && (permissions.some(({ name }) => name !== "openid") || authorizationDetails.length > 0);
  const list = (
    <>
      {groups.map((kind) => {
        const some = permissions.filter((permission) => permission.kind === kind);
        return some.length === 0 ? null : (
          <fieldset>
            <legend>{t(`authorizations.kind_${kind}`)}</legend>
            <ul class="choices">
              {some.map((permission) => (
                <PermissionLine permission={permission} canNarrow={canNarrow} />
              ))}
            </ul>
          </fieldset>
        );
      })}
      {authorizationDetails.length > 0 && (
        <fieldset>
          <legend>{t("authorizations.in_particular")}</legend>
          <ul class="choices">
            {authorizationDetails.map((detail) => (
              <li>
                <Tickable canNarrow={canNarrow} name="detail" value={canonical(detail)}>
                  <ApprovedDetail detail={detail} resources={resources} languages={languages} />
                </Tickable>
              </li>
            ))}
          </ul>
        </fieldset>
      )}
      {scopes.includes("offline_access") && <p>{t("authorizations.offline")}</p>}
    </>
  );
  return (
    <section class="sheet" aria-labelledby="permissions">
      <h2 id="permissions">{t("authorizations.permissions")}</h2>
      {canNarrow ? (
        <form method="post" action={action} class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="action" value="narrow" />
          {list}
          {problem !== undefined && (
            <p class="problems" id="narrow-problem" role="alert">
              {t(`authorizations.${problem}`)}
            </p>
          )}
          <div class="end-row">
            <button
              type="submit"
              class="quiet"
              aria-describedby={problem === undefined ? "narrow-hint" : "narrow-problem narrow-hint"}
            >
              {t("authorizations.narrow")}
            </button>
            <p class="note" id="narrow-hint">
              {t("authorizations.narrow_hint")}
            </p>
          </div>
        </form>
      ) : (
        list
      )}
    </section>
  );
};

const PermissionLine = ({ permission, canNarrow }: { permission: Permission; canNarrow: boolean }) => {
  const { t, languages } = useReader();
  const { name, title, description, kind, risk, resource } = permission;
  const isClaim = name.startsWith("claim:");
  const mark = kind === "full" ? undefined : riskKeys[risk];
  return (
    <li>
      <Tickable
        canNarrow={canNarrow && name !== "openid"}
        name={isClaim ? "claim" : "scope"}
        value={isClaim ? name.slice("claim:".length) : name}
      >
        <span class="title">
          <Words of={title} />
          {mark !== undefined && <span class={risk === "high" ? "tag bad" : "tag warn"}>{t(mark)}</span>}
          {kind === "full" && <span class="tag bad">{t("authorizations.full_access")}</span>}
        </span>
        <Words of={description} class="detail" />
        {kind === "full" && <strong class="line">{t("authorizations.full_note")}</strong>}
        {resource !== null && (
          <span class="note line">
            <T k="authorizations.in_resource" with={{ resource: <ResourceName of={resource} languages={languages} /> }} />
          </span>
        )}
      </Tickable>
    </li>
  );
};

/** A ticked box, with what was shown, so that only what the person saw and unticked is taken away; or the words alone. */
const Tickable = ({
  canNarrow,
  name,
  value,
  children,
}: {
  canNarrow: boolean;
  name: string;
  value: string;
  children?: Child;
}) =>
  canNarrow ? (
    <>
      <input type="hidden" name={`shown_${name}`} value={value} />
      <label class="choice">
        <input type="checkbox" name={name} value={value} checked />
        <span>{children}</span>
      </label>
    </>
  ) : (
    <div class="choice">
      <span class="bullet" aria-hidden="true">
        –
      </span>
      <span>{children}</span>
    </div>
  );
