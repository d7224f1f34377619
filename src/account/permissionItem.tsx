import { useReader } from "../http/reader.tsx";
import type { ApprovalView, Grant } from "../model.ts";
import { exampleOf, type Permission } from "../rules/permissions.ts";
import { isRequired } from "../rules/requiredScope.ts";
import { riskKeys } from "./riskWords.ts";
import type { Ticks } from "./ticks.ts";
import { Words } from "./words.tsx";

/** Under which field, and by which name there, a permission is ticked. */
function fieldOf({ name }: Permission): { readonly field: "scope" | "claim"; readonly value: string } {
  const claim = /^claim:(.*)/.exec(name)?.[1];
  return claim === undefined ? { field: "scope", value: name } : { field: "claim", value: claim };
}

/** Whether an earlier consent allows it. */
export function isBefore(permission: Permission, grant: Grant | null): boolean {
  const { field, value } = fieldOf(permission);
  return (field === "scope" ? grant?.scopes : grant?.claims)?.includes(value) ?? false;
}

/** One permission, ticked as the person left it: now, or the last time that they were asked. What is required has no box. */
export const PermissionItem = ({
  permission,
  view: { user, client, grant, resources },
  ticks,
  included = false,
}: {
  permission: Permission;
  view: ApprovalView;
  ticks: Ticks | undefined;
  /** Whether full access, which is asked for as well, holds it already. */
  included?: boolean;
}) => {
  const { t } = useReader();
  const { field, value } = fieldOf(permission);
  const leftOut = grant?.declined.includes(permission.name) ?? false;
  const isNew = grant !== null && !leftOut && !isBefore(permission, grant);
  const required = field === "scope" && isRequired(value, client, resources);
  const now = field === "scope" ? ticks?.scopes : ticks?.claims;
  const words = (
    <span>
      <span class="title">
        <Words of={permission.title} />
        {isNew && <span class="tag new">{t("consent.new")}</span>}
        {leftOut && !required && <span class="tag">{t("consent.left_out")}</span>}
        <RiskTag of={permission} />
        {required && <span class="tag">{t(value === "openid" ? "consent.always" : "consent.required")}</span>}
        {included && <span class="tag in-full">{t("consent.in_full")}</span>}
      </span>
      {permission.kind === "full" && <strong class="line">{t("consent.full_line")}</strong>}
      <span class="detail">
        <Words of={permission.description} />
        <Example of={exampleOf(permission, user)} />
      </span>
    </span>
  );
  if (required)
    return (
      <li class="choice">
        <span class="bullet" aria-hidden="true">
          ✓
        </span>
        {words}
      </li>
    );
  return (
    <li>
      <label class="choice">
        <input type="checkbox" name={field} value={value} checked={now === undefined ? !leftOut : now.includes(value)} />
        {words}
      </label>
    </li>
  );
};

/** What the person's own account would give away. */
const Example = ({ of: example }: { of: string | undefined }) =>
  example === undefined ? null : (
    <>
      {" "}
      <q>
        <bdi>{example}</bdi>
      </q>
    </>
  );

/** The mark of a permission that can do harm; nothing for others. */
export const RiskTag = ({ of: { risk } }: { of: Pick<Permission, "risk"> }) => {
  const key = riskKeys[risk];
  return key === undefined ? null : <span class={risk === "high" ? "tag bad" : "tag warn"}>{useReader().t(key)}</span>;
};
