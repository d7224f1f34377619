import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { checkLimits, limitOf, whereaboutsOf } from "../../http/rateLimit.ts";
import { T } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import { displayName } from "../../rules/displayName.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { countAttempt } from "../../store/attempts.ts";
import { type Invitation, type OpenInvitation, openInvitation, sendInvitation } from "../../store/invitations.ts";
import { findPlace } from "../../store/organizationPlace.ts";
import { findSession } from "../../store/sessions.ts";
import { seal, unseal } from "../../tokens/secret.ts";
import { Name } from "../name.tsx";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, type Find, type Found, lookingAtFound } from "../visit.ts";
import { organizationPage } from "./frame.tsx";
import { InvitationForm } from "./invitationForm.tsx";
import { ORGANIZATIONS, organizationPath } from "./paths.ts";
import { actOf, backTo, located } from "./visit.ts";

const LIFE_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

/** POST /settings/organizations/{name}/invitations: sends an e-mail to `email`, by which its reader joins. */
export const invite = actingOnFound(located("owner", findPlace), async (visit, form, deps) => {
  const { place, user, session, reader, request, csrf } = visit;
  const typed = form.find("email") ?? "";
  const to = normalizeEmail(typed);
  if (to === undefined)
    return organizationPage(
      deps,
      visit,
      { title: reader.t("organizations.invite"), status: 400 },
      <InvitationForm place={place.name} csrf={csrf} typed={typed} isWrong />,
    );
  const stepUp = checkStepUp(request, deps, session, organizationPath(place.name, "members"));
  if (stepUp !== undefined) return stepUp;
  const limits = [await limitOf("organization_invitation", user.userId)];
  checkLimits(limits, await countAttempt(deps, limits), deps.now(), "invitations");
  const act = actOf(deps, visit);
  const invitation: Invitation = { organizationId: place.organizationId, email: to, invitedBy: user.userId, at: act.at };
  const sealedValues = await sealValues(deps, {
    person: displayName(user.name, user.email).text,
    organization: displayName(place.displayName, place.name).text,
    path: `${ORGANIZATIONS}/join/${await seal(deps, "invitation", JSON.stringify(invitation))}`,
  });
  await sendInvitation(deps, act, { to, language: reader.language, timeZone: reader.timeZone, sealedValues });
  return backTo(deps, visit, "members", { done: "invited" });
});

type Joining = Found & { readonly open: OpenInvitation | undefined };

/** The invitation in the path, as far as it holds; one trip. */
const found =
  (accepts: boolean): Find<Joining> =>
  async (deps, sessionId, request) => {
    const invitation = await read(deps, request);
    if (invitation === undefined) {
      const person = await findSession(deps, sessionId);
      return person && { ...person, open: undefined };
    }
    const open = await openInvitation(deps, sessionId, invitation, accepts && { whereabouts: whereaboutsOf(request) });
    return open && { user: open.user, session: open.session, open };
  };

async function read(deps: Deps, request: Request): Promise<Invitation | undefined> {
  const text = await unseal(deps, "invitation", new URL(request.url).pathname.split("/")[4] ?? "");
  const invitation = text === undefined ? undefined : (JSON.parse(text) as Invitation);
  return invitation !== undefined && deps.now() < invitation.at + LIFE_MILLISECONDS ? invitation : undefined;
}

/** GET /settings/organizations/join/{invitation}: asks whoever it was sent to. Changes nothing. */
export const joinPage = lookingAtFound(found(false), async ({ open, user, reader, csrf, request }, _, deps) => {
  const { t } = reader;
  const organization = open?.organization;
  if (open?.isMember && organization !== undefined)
    return redirect(`${deps.config.issuer}${organizationPath(organization.name)}`);
  const title = t(organization === undefined ? "organizations.join_over" : "organizations.join");
  return page(
    deps,
    { title, reader, user, under: ORGANIZATIONS, status: organization === undefined ? 404 : 200 },
    organization === undefined ? (
      <section class="sheet">
        <h1>{title}</h1>
        <p>{t("organizations.join_over_text")}</p>
      </section>
    ) : (
      <section class="sheet">
        <h1>
          <T k="organizations.join_title" with={{ organization: <Name of={organization.displayName} /> }} />
        </h1>
        <p class="lead">
          <T k="organizations.join_text" with={{ person: <Name of={organization.invitedBy} /> }} />
        </p>
        <form method="post" action={new URL(request.url).pathname} class="row">
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">{t("organizations.join")}</button>
          <a class="button quiet" href={ORGANIZATIONS}>
            {t("organizations.not_now")}
          </a>
        </form>
      </section>
    ),
  );
});

/** POST /settings/organizations/join/{invitation}: joins. */
export const join = actingOnFound(found(true), async ({ open, request }, _, deps) => {
  const place = open?.isMember ? open.organization : undefined;
  return redirect(`${deps.config.issuer}${place === undefined ? new URL(request.url).pathname : organizationPath(place.name)}`);
});
