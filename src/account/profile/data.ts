import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { EXPORTED, findPersonalData } from "../../store/accountExport.ts";
import { checkStepUp } from "../stepUp.ts";
import { acting, lookingAt } from "../visit.ts";
import { ACCOUNT, EXPORT } from "./places.ts";

/** POST /settings/account/export: everything that we know about the person, as a file. */
export const exportData = acting(async (visit, _, deps) => {
  const stepUp = checkStepUp(visit.request, deps, visit.session, EXPORT);
  if (stepUp !== undefined) return stepUp;
  const data = await findPersonalData(deps, visit.user.userId, whereaboutsOf(visit.request));
  const file = { issuer: deps.config.issuer, exported_at: deps.now(), at_most: EXPORTED, ...data };
  return new Response(JSON.stringify(file, null, 2), {
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="account.json"',
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": "default-src 'none'",
    },
  });
});

/** GET /settings/account/export: where the step-up leads back to. The download itself is the button of a form. */
export const exportPage = lookingAt(async (_, __, deps) => redirect(`${deps.config.issuer}${ACCOUNT}?done=export_ready`));
