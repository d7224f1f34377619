import type { Deps } from "../config.ts";
import type { Parameters } from "../http/form.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import type { AccessRequest } from "../store/accessRequests.ts";
import { type Asking, MAX_REASON } from "./askApproval.tsx";
import { requestAccess } from "./organizations/requestAccess.ts";

/** Asks the owners of the organization that the form names to let the service in. */
export async function askFor(
  request: Request,
  deps: Deps,
  form: Parameters,
  asked: Pick<AccessRequest, "sessionId" | "clientId" | "scopes">,
): Promise<Asking> {
  const organizationId = form.find("request_organization");
  const reason = form.find("request_reason") ?? "";
  const typed = { organizationId, reason };
  if (organizationId === undefined) return { ...typed, outcome: "ask_nobody" };
  if ([...reason].length > MAX_REASON) return { ...typed, outcome: "ask_too_long" };
  const whereabouts = whereaboutsOf(request);
  const outcome = await requestAccess(deps, { ...asked, organizationId, reason, at: deps.now(), whereabouts });
  return { ...typed, outcome: outcome === "not_needed" ? "ask_not_needed" : "asked" };
}
