import type { Child } from "hono/jsx";
import type { ConsentView } from "../model.ts";
import { findDetailsType, hasDetail } from "../rules/authorizationDetails.ts";
import { requestedClaims } from "../rules/claims.ts";
import { describePermissions, exampleOf, type Permission } from "../rules/permissions.ts";
import { Name } from "./name.tsx";
import { riskWords } from "./riskWords.ts";
import type { Ticks } from "./ticks.ts";

/** Scopes and claims that are asked for, by resource and kind, each to be ticked off; and what an earlier consent keeps. */
export const Permissions = ({ view, ticks }: { view: ConsentView; ticks: Ticks | undefined }) => {
  const { request } = view.interaction;
  const asked = describePermissions(request.scopes, requestedClaims(request.claims, request.scopes), view.resources);
  const groups = Map.groupBy(asked, ({ kind, resourceName }) => JSON.stringify([resourceName ?? "", kind]));
  const keys = [...groups.keys()].toSorted();
  const kept = keptWords(view);
  return (
    <>
      {keys.map((key) => {
        const permissions = groups.get(key) ?? [];
        const [first] = permissions;
        return (
          <fieldset>
            <legend>{first && legendOf(first)}</legend>
            <ul class="choices">
              {permissions.map((permission) => (
                <PermissionItem permission={permission} view={view} ticks={ticks} />
              ))}
            </ul>
          </fieldset>
        );
      })}
      {kept.length > 0 && (
        <p class="note">It also keeps what you approved before and it does not ask for now: {kept.join("; ")}.</p>
      )}
    </>
  );
};

const legendOf = ({ kind, resourceName }: Permission): Child => {
  if (kind === "identity") return "About you";
  return (
    <>
      {kind === "read" ? "See" : "Change"} in <Name of={resourceName ?? ""} />
    </>
  );
};

/** What an earlier consent allows beyond what is asked for now, and goes on allowing. */
function keptWords({ grant, interaction: { request }, resources }: ConsentView): readonly string[] {
  if (grant === null || request.grantManagement?.action === "replace") return [];
  const claims = requestedClaims(request.claims, request.scopes);
  const scopes = grant.scopes.filter((scope) => !request.scopes.includes(scope));
  const details = grant.authorizationDetails.filter((detail) => !hasDetail(request.authorizationDetails, detail));
  const kept = describePermissions(
    scopes,
    grant.claims.filter((claim) => !claims.includes(claim)),
    resources,
  );
  const particulars = details.map(({ type }) => findDetailsType(type, resources)?.words.title ?? type);
  return [
    ...kept.map(({ title }) => title),
    ...particulars,
    ...(scopes.includes("offline_access") ? ["Access when you are not here"] : []),
  ];
}

const PermissionItem = ({
  permission,
  view: { user, grant },
  ticks,
}: {
  permission: Permission;
  view: ConsentView;
  ticks: Ticks | undefined;
}) => {
  const { title, description, risk } = permission;
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
        {title}
        {isNew && <span class="tag new">New</span>}
        {riskWords[risk] && <span class={risk === "high" ? "tag bad" : "tag warn"}>{riskWords[risk]}</span>}
        {name === "openid" && <span class="tag">Always included</span>}
      </span>
      <span class="detail">
        {description}
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
