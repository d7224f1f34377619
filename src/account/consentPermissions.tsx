import type { ApprovalView, Resource } from "../model.ts";
import { findDetailsType, hasDetail } from "../rules/authorizationDetails.ts";
import { requestedClaims } from "../rules/claims.ts";
import { type LocalText, localText } from "../rules/language.ts";
import { describePermissions, exampleOf, type Permission } from "../rules/permissions.ts";
import { riskWords } from "./riskWords.ts";
import type { Ticks } from "./ticks.ts";
import { ResourceName, Words } from "./words.tsx";

/** Scopes and claims that are asked for, by resource and kind, each to be ticked off; and what an earlier consent keeps. */
export const Permissions = ({ view, ticks }: { view: ApprovalView; ticks: Ticks | undefined }) => {
  const { request } = view;
  const claims = requestedClaims(request.claims, request.scopes);
  const asked = describePermissions(request.scopes, claims, view.resources, view.languages);
  const full = asked.filter(({ kind }) => kind === "full");
  const isIncluded = ({ resource }: Permission) => full.some((all) => resource !== null && all.resource === resource);
  const groups = groupsOf(asked.filter((permission) => !isIncluded(permission)));
  const kept = keptWords(view);
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
      {groups.map(({ kind, resource, permissions }) => (
        <fieldset>
          <legend>
            {resource === null ? (
              "About you"
            ) : (
              <>
                {kind === "read" ? "See" : "Change"} in <ResourceName of={resource} languages={view.languages} />
              </>
            )}
          </legend>
          <ul class="choices">
            {permissions.map((permission) => (
              <PermissionItem permission={permission} view={view} ticks={ticks} />
            ))}
          </ul>
        </fieldset>
      ))}
      {kept.length > 0 && (
        <p class="note">
          It also keeps what you approved before and it does not ask for now:{" "}
          {kept.map((title, index) => (
            <>
              {index > 0 && "; "}
              <Words of={title} />
            </>
          ))}
          .
        </p>
      )}
    </>
  );
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
}: {
  permission: Permission;
  included: readonly Permission[];
  view: ApprovalView;
  ticks: Ticks | undefined;
}) => (
  <fieldset class="everything">
    <legend>
      Full access{permission.resource && <> to {<ResourceName of={permission.resource} languages={view.languages} />}</>}
    </legend>
    <ul class="choices">
      <PermissionItem permission={permission} view={view} ticks={ticks} />
    </ul>
    {included.length > 0 && (
      <div class="included">
        <p class="note">It also asks for these. Full access includes them; without it, they can stand by themselves.</p>
        <ul class="choices">
          {included.map((other) => (
            <PermissionItem permission={other} view={view} ticks={ticks} included />
          ))}
        </ul>
      </div>
    )}
  </fieldset>
);

/** What an earlier consent allows beyond what is asked for now, and goes on allowing. */
function keptWords({ grant, request, resources, languages }: ApprovalView): readonly LocalText[] {
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
  const offline = { text: "Access when you are not here", language: null };
  return [...kept.map(({ title }) => title), ...particulars, ...(scopes.includes("offline_access") ? [offline] : [])];
}

const PermissionItem = ({
  permission,
  view: { user, grant },
  ticks,
  included = false,
}: {
  permission: Permission;
  view: ApprovalView;
  ticks: Ticks | undefined;
  /** Whether full access, which is asked for as well, holds it already. */
  included?: boolean;
}) => {
  const { title, description, risk, kind } = permission;
  const claim = /^claim:(.*)/.exec(permission.name)?.[1];
  const name = claim ?? permission.name;
  const [field, before, now] = claim
    ? (["claim", grant?.claims, ticks?.claims] as const)
    : (["scope", grant?.scopes, ticks?.scopes] as const);
  const isNew = before !== undefined && !before.includes(name);
  const example = exampleOf(permission, user);
  const words = (
    <span>
      <span class="title">
        <Words of={title} />
        {isNew && <span class="tag new">New</span>}
        {riskWords[risk] && <span class={risk === "high" ? "tag bad" : "tag warn"}>{riskWords[risk]}</span>}
        {name === "openid" && <span class="tag">Always included</span>}
        {included && <span class="tag in-full">Included in full access</span>}
      </span>
      {kind === "full" && <strong class="line">Everything you can do there, it can do.</strong>}
      <span class="detail">
        <Words of={description} />
        {example && (
          <>
            {" "}
            <q>
              <bdi>{example}</bdi>
            </q>
          </>
        )}
      </span>
    </span>
  );
  if (name === "openid")
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
        <input type="checkbox" name={field} value={name} checked={now === undefined || now.includes(name)} />
        {words}
      </label>
    </li>
  );
};
