import { OAuthError } from "../../errors.ts";
import { parseQuery } from "../../http/form.ts";
import { T, useReader } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import { changeMember, findMembers, type Member } from "../../store/members.ts";
import { findPlace } from "../../store/organizationPlace.ts";
import { Day } from "../moment.tsx";
import { Name } from "../name.tsx";
import { pageNumber } from "../pageNumber.ts";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, lookingAtFound } from "../visit.ts";
import { Done, Nothing, organizationPage, Pages, SearchBox, searchOf } from "./frame.tsx";
import { InvitationForm } from "./invitationForm.tsx";
import { ORGANIZATIONS, organizationPath } from "./paths.ts";
import { actOf, backTo, located, notHere, unknownAct } from "./visit.ts";

const queryOf = (request: Request) => {
  const parameters = parseQuery(request);
  return { search: searchOf(parameters.find("q")), page: pageNumber(parameters.find("page")) };
};

const told = ["saved", "removed", "invited"] as const;

/** GET /settings/organizations/{name}/members: who belongs to it, with `q` and `page`. One trip. */
export const membersPage = lookingAtFound(
  located("owner", (deps, sessionId, name, request) => findMembers(deps, sessionId, name, queryOf(request))),
  async (visit, parameters, deps) => {
    const { place, members, hasMore, total, reader, csrf, user, request } = visit;
    const { t } = reader;
    const path = organizationPath(place.name, "members");
    const { search, page } = queryOf(request);
    const done = told.find((one) => one === parameters.find("done"));
    return organizationPage(
      deps,
      visit,
      { title: t("organizations.members") },
      <div class="stack">
        {done !== undefined && <Done>{t(`organizations.${done}`)}</Done>}
        {parameters.find("done") === "last_owner" && <Done mark="bad">{t("organizations.last_owner")}</Done>}
        <p class="note">{t("organizations.members_lead")}</p>
        <SearchBox action={path} value={search} />
        <p>{t("organizations.member_count", { count: total })}</p>
        {members.length === 0 ? (
          <Nothing title={t("organizations.nothing_found")} text={t("organizations.nothing_found_text")} all={path} />
        ) : (
          <ul class="services lines">
            {members.map((member) => (
              <Line member={member} isSelf={member.userId === user.userId} path={path} place={place.name} csrf={csrf} />
            ))}
          </ul>
        )}
        <Pages path={path} page={page} hasMore={hasMore} keep={{ q: search }} />
        <InvitationForm place={place.name} csrf={csrf} />
      </div>,
    );
  },
);

const Line = ({
  member: { userId, name, email, role, since },
  isSelf,
  path,
  place,
  csrf,
}: {
  member: Member;
  isSelf: boolean;
  path: string;
  place: string;
  csrf: string;
}) => {
  const { t } = useReader();
  return (
    <li class="sheet">
      <h2>
        <Name of={name} />
      </h2>
      <p class="row">
        <span class={role === "owner" ? "tag ok" : "tag"}>{t(`organizations.role_${role}`)}</span>
        {isSelf && <span class="tag">{t("organizations.you")}</span>}
        <span class="note">
          <bdi dir="ltr">{email}</bdi> · <T k="organizations.member_since" with={{ day: <Day at={since} /> }} />
        </span>
      </p>
      <form method="post" action={path} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="user_id" value={userId} />
        <button type="submit" class="quiet small" name="role" value={role === "owner" ? "member" : "owner"}>
          {t(role === "owner" ? "organizations.make_member" : "organizations.make_owner")}
          <span class="unseen">
            : <Name of={name} />
          </span>
        </button>
        <a class="button end small" href={organizationPath(place, `remove/${userId}`)}>
          {isSelf ? (
            t("organizations.leave")
          ) : (
            <>
              {t("organizations.remove")}
              <span class="unseen">
                : <Name of={name} />
              </span>
            </>
          )}
        </a>
      </form>
    </li>
  );
};

/** POST /settings/organizations/{name}/members: `role` of `user_id`. */
export const changeRole = actingOnFound(located("owner", findPlace), async (visit, form, deps) => {
  const role = (["owner", "member"] as const).find((one) => one === form.find("role"));
  if (role === undefined) throw unknownAct();
  const userId = form.load("user_id");
  const stepUp = checkStepUp(visit.request, deps, visit.session, organizationPath(visit.place.name, "members"));
  if (stepUp !== undefined) return stepUp;
  const changed = await changeMember(deps, actOf(deps, visit), { userId, role });
  if (changed === undefined || changed.outcome === "unknown") throw unknownMember();
  // Whoever is no longer an owner has nothing to see on that page.
  if (userId === visit.user.userId && role === "member" && changed.outcome !== "last_owner")
    return redirect(`${deps.config.issuer}${organizationPath(visit.place.name)}`);
  return backTo(deps, visit, "members", { done: changed.outcome === "last_owner" ? "last_owner" : "saved" });
});

const unknownMember = (): OAuthError =>
  new OAuthError("not_found", "There is no such member.", { say: ["organizations.unknown_member"] });

const userIn = (request: Request): string => new URL(request.url).pathname.split("/")[5] ?? "";

/** GET /settings/organizations/{name}/remove/{user_id}: asks, and says what ends. Of others, owners alone can. */
export const removeMemberPage = lookingAtFound(
  located("member", (deps, sessionId, name, request) =>
    findMembers(deps, sessionId, name, { search: "", page: 0, userId: userIn(request) }),
  ),
  async (visit, parameters, deps) => {
    const { place, user, reader, csrf, request, members } = visit;
    const { t } = reader;
    const userId = userIn(request);
    const isSelf = userId === user.userId;
    const member = isSelf ? user : members[0];
    if (member === undefined) throw unknownMember();
    const organization = <Name of={place.displayName} />;
    return organizationPage(
      deps,
      visit,
      { title: t(isSelf ? "organizations.leave" : "organizations.remove") },
      <section class="sheet column">
        {parameters.find("done") === "last_owner" && <Done mark="bad">{t("organizations.last_owner")}</Done>}
        <h2>
          {isSelf ? (
            <T k="organizations.leave_title" with={{ organization }} />
          ) : (
            <T k="organizations.remove_title" with={{ person: <Name of={member.name} /> }} />
          )}
        </h2>
        <p>{isSelf ? t("organizations.leave_hint") : <T k="organizations.remove_text" with={{ organization }} />}</p>
        <form method="post" action={organizationPath(place.name, `remove/${userId}`)} class="row">
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="end">
            {t(isSelf ? "organizations.leave" : "organizations.remove")}
          </button>
          <a class="button quiet" href={organizationPath(place.name, isSelf ? "" : "members")}>
            {t("organizations.keep")}
          </a>
        </form>
      </section>,
    );
  },
);

/** POST /settings/organizations/{name}/remove/{user_id} */
export const removeMember = actingOnFound(located("member", findPlace), async (visit, _, deps) => {
  const userId = userIn(visit.request);
  const isSelf = userId === visit.user.userId;
  if (!isSelf && visit.place.role !== "owner") throw notHere();
  const stepUp = checkStepUp(visit.request, deps, visit.session);
  if (stepUp !== undefined) return stepUp;
  const changed = await changeMember(deps, actOf(deps, visit), { userId, role: null });
  if (changed === undefined || changed.outcome === "unknown") throw unknownMember();
  if (changed.outcome === "last_owner") return backTo(deps, visit, `remove/${userId}`, { done: "last_owner" });
  return isSelf
    ? redirect(`${deps.config.issuer}${ORGANIZATIONS}?done=left`)
    : backTo(deps, visit, "members", { done: "removed" });
});
