import { T, useReader } from "../http/reader.tsx";
import type { ApprovalView, Resource } from "../model.ts";
import { findDetailsType, hasDetail } from "../rules/authorizationDetails.ts";
import { requestedClaims } from "../rules/claims.ts";
import { type LocalText, localText } from "../rules/language.ts";
import { describePermissions, type Permission } from "../rules/permissions.ts";
import { isRequired } from "../rules/requiredScope.ts";
import { isBefore, PermissionItem } from "./permissionItem.tsx";
import type { Ticks } from "./ticks.ts";
import { ResourceName, Words } from "./words.tsx";

interface Shown {
  readonly view: ApprovalView;
  readonly ticks: Ticks | undefined;
}

/**
 * Scopes and claims that are asked for, by resource and kind, each to be ticked off. Where something is new, what an earlier consent
 * allows lies folded below it; and what that keeps besides is named.
 */
export const Permissions = ({ view, ticks }: Shown) => {
  const { request, grant } = view;
  const claims = requestedClaims(request.claims, request.scopes);
  const asked = describePermissions(request.scopes, claims, view.resources, view.languages);
  const full = asked.filter(({ kind }) => kind === "full");
  const isIncluded = ({ resource }: Permission) => full.some((all) => resource !== null && all.resource === resource);
  const others = asked.filter((permission) => !isIncluded(permission));
  const before = others.filter((permission) => isBefore(permission, grant));
  const folds = before.length > 0 && (before.length < others.length || asksForNewDetail(view));
  return (
    <>
      {full.map((permission) => (
        <FullAccess
          permission={permission}
          included={asked.filter((other) => other !== permission && other.resource === permission.resource)}
          view={view}
          ticks={ticks}
        />
      ))}
      <Groups of={folds ? others.filter((permission) => !before.includes(permission)) : others} view={view} ticks={ticks} />
      {folds && (
        <details class="before">
          <summary>{useReader().t("consent.before", { count: before.length })}</summary>
          <Groups of={before} view={view} ticks={ticks} />
        </details>
      )}
      <RequiredNote of={asked} view={view} />
      <Kept view={view} />
    </>
  );
};

const asksForNewDetail = ({ grant, request }: ApprovalView): boolean =>
  grant !== null && request.authorizationDetails.some((detail) => !hasDetail(grant.authorizationDetails, detail));

const Groups = ({ of: permissions, view, ticks }: Shown & { of: readonly Permission[] }) => (
  <>
    {groupsOf(permissions).map((group) => (
      <fieldset>
        <legend>
          <GroupName of={group} view={view} />
        </legend>
        <ul class="choices">
          {group.permissions.map((permission) => (
            <PermissionItem permission={permission} view={view} ticks={ticks} />
          ))}
        </ul>
      </fieldset>
    ))}
  </>
);

const GroupName = ({ of: { kind, resource }, view }: { of: Group; view: ApprovalView }) => {
  if (resource === null) return <>{useReader().t("consent.about_you")}</>;
  const name = <ResourceName of={resource} languages={view.languages} />;
  return <T k={kind === "read" ? "consent.see_in" : "consent.change_in"} with={{ resource: name }} />;
};

interface Group {
  readonly kind: Permission["kind"];
  readonly resource: Resource | null;
  readonly permissions: readonly Permission[];
}

/** What concerns the person first, then each resource by itself, seeing before changing. */
function groupsOf(permissions: readonly Permission[]): readonly Group[] {
  const keyOf = ({ kind, resource }: Permission) => [resource?.name ?? "", resource?.identifier ?? "", kind].join("\n");
  return [...Map.groupBy(permissions, keyOf)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => group.slice(0, 1).map(({ kind, resource }) => ({ kind, resource, permissions: group })));
}

/**
 * A scope that is everything there is at its resource: by itself, before all others, in words that nobody can take for less. What
 * else is asked for there is part of it, and what remains of it when the person ticks full access off.
 */
const FullAccess = ({
  permission,
  included,
  view,
  ticks,
}: Shown & { permission: Permission; included: readonly Permission[] }) => {
  const { t } = useReader();
  const { resource } = permission;
  return (
    <fieldset class="everything">
      <legend>
        {resource === null ? (
          t("consent.full")
        ) : (
          <T k="consent.full_to" with={{ resource: <ResourceName of={resource} languages={view.languages} /> }} />
        )}
      </legend>
      <ul class="choices">
        <PermissionItem permission={permission} view={view} ticks={ticks} />
      </ul>
      {included.length > 0 && (
        <div class="included">
          <p class="note">{t("consent.full_also")}</p>
          <ul class="choices">
            {included.map((other) => (
              <PermissionItem permission={other} view={view} ticks={ticks} included />
            ))}
          </ul>
        </div>
      )}
    </fieldset>
  );
};

/** What it means that some of it has no box. */
const RequiredNote = ({ of: asked, view }: { of: readonly Permission[]; view: ApprovalView }) => {
  const some = asked.some(({ name }) => name !== "openid" && isRequired(name, view.client, view.resources));
  return some ? <p class="note">{useReader().t("consent.required_note")}</p> : null;
};

/** What an earlier consent allows beyond what is asked for now, and goes on allowing. */
const Kept = ({ view }: { view: ApprovalView }) => {
  const kept = keptWords(view, useReader().t("consent.offline_short"));
  if (kept.length === 0) return null;
  const list = kept.map((title, index) => (
    <>
      {index > 0 && "; "}
      <Words of={title} />
    </>
  ));
  return (
    <p class="note">
      <T k="consent.keeps" with={{ permissions: <>{list}</> }} />
    </p>
  );
};

function keptWords({ grant, request, resources, languages }: ApprovalView, offline: string): readonly LocalText[] {
  if (grant === null || request.grantManagement?.action === "replace") return [];
  const claims = requestedClaims(request.claims, request.scopes);
  const scopes = grant.scopes.filter((scope) => !request.scopes.includes(scope));
  const details = grant.authorizationDetails.filter((detail) => !hasDetail(request.authorizationDetails, detail));
  const kept = describePermissions(
    scopes,
    grant.claims.filter((claim) => !claims.includes(claim)),
    resources,
    languages,
  );
  const particulars = details.map(({ type }) => {
    const words = findDetailsType(type, resources)?.words;
    return words ? localText(words, "title", languages) : { text: type, language: null };
  });
  const away = scopes.includes("offline_access") ? [{ text: offline, language: null }] : [];
  return [...kept.map(({ title }) => title), ...particulars, ...away];
}
