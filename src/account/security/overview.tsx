import { tellClients } from "../../backchannel.ts";
import { OAuthError } from "../../errors.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { findOwnSecurity } from "../../store/ownSessions.ts";
import { endSessions } from "../../store/sessions.ts";
import { Settings } from "../settings/frame.tsx";
import { acting, lookingAtFound } from "../visit.ts";
import { Factors } from "./factors.tsx";
import { Sessions } from "./sessions.tsx";
import { SECURITY, securityPlaces } from "./visit.ts";

/** GET /settings/security: where somebody is signed in, and how they prove that it is they. */
export const securityPage = lookingAtFound(findOwnSecurity, async (visit, parameters, deps) => {
  const { user, session, csrf, reader, sessions, sessionCount, factors } = visit;
  const { t } = reader;
  const said = parameters.find("ended");
  const count = said !== undefined && /^\d{1,4}$/.test(said) ? Number(said) : undefined;
  return page(
    deps,
    { title: t("frame.security"), reader, user, under: SECURITY, wide: true },
    <Settings under={SECURITY} places={securityPlaces(t)}>
      <div class="stack column">
        {count !== undefined && (
          <p class="notice ok" role="status">
            {count === 0 ? t("sessions.was_ended") : t("sessions.ended", { count })}
          </p>
        )}
        <Factors of={factors} />
        <Sessions sessions={sessions} count={sessionCount} here={session.id} csrf={csrf} now={deps.now()} />
      </div>
    </Settings>,
  );
});

/**
 * POST /settings/security: `end` names one of the person's sessions, or `others`: all but this one. It asks for no new sign-in: to shut
 * out somebody else has to be quick, and lets nobody in.
 */
export const changeSecurity = acting(async ({ user, session, request }, form, deps) => {
  const end = form.find("end");
  if (end === undefined) throw new OAuthError("invalid_request", "The form asks for nothing that can be done here.");
  const { userId } = user;
  const ending =
    end === "others"
      ? ({ kind: "others", userId, sessionId: session.id } as const)
      : ({ kind: "one", userId, sessionId: end } as const);
  const { count, logouts } = await endSessions(deps, ending, whereaboutsOf(request));
  await tellClients(deps, logouts);
  return redirect(`${deps.config.issuer}${SECURITY}?ended=${count}`);
});
