import { refreshLogo } from "../../clients/logo.ts";
import type { Deps } from "../../config.ts";
import { checkLimits, limitOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import type { Client, ClientMetadata, UserId } from "../../model.ts";
import { secretsFor } from "../../rules/clientSecrets.ts";
import { preferredLanguages } from "../../rules/language.ts";
import { fieldsOfService, readService } from "../../rules/serviceForm.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";
import { countAttempt } from "../../store/attempts.ts";
import { updateClient } from "../../store/registry.ts";
import { loadResources } from "../../store/resources.ts";
import { fieldsIn, repeatedFields } from "./fields.ts";
import { serviceFrame } from "./frame.tsx";
import { LOGO_SECONDS } from "./register.tsx";
import { ServiceForm } from "./serviceForm.tsx";
import { changedMeanwhile, pathOf, type ServiceVisit, serviceAct, servicePage } from "./visit.ts";

/** GET /settings/developer/{client_id}/edit */
export const editServicePage = servicePage((visit, _, deps) =>
  show(deps, visit, fieldsOfService(visit.service.client.metadata), []),
);

/**
 * POST /settings/developer/{client_id}/edit: replaces what the form has; the rest of the metadata stays. Secrets that the new way
 * of authenticating does not use end.
 * @throws OAuthError slow_down for too many logos in an hour
 */
export const editService = serviceAct(async (visit, form, deps) => {
  const { client } = visit.service;
  const { userId } = visit.user;
  const fields = fieldsIn(form);
  const ownOrigin = new URL(deps.config.issuer).origin;
  const resources = await loadResources(deps);
  const read = readService(fields, { before: client.metadata, resources, ownerId: userId, ownOrigin });
  if (read.kind === "problems") return show(deps, visit, fields, read.problems);
  const logo = logoStep(client, read.metadata);
  if (logo === "fetch") await checkFetches(deps, userId);
  const secrets = secretsFor(read.metadata.token_endpoint_auth_method, client.secrets);
  const guard = { ownerId: userId, secrets: client.secrets };
  const changed = await updateClient(deps, client.clientId, { metadata: read.metadata, secrets }, userId, guard);
  if (changed === undefined) throw changedMeanwhile();
  if (logo !== "leave") await refreshLogo(deps, changed, LOGO_SECONDS);
  return redirect(`${deps.config.issuer}${pathOf(client.clientId)}?saved=1`);
}, repeatedFields);

/** A picture that could not be had is asked for again each time that the form is sent: there is no other way to a second try. */
function logoStep({ logo, metadata: before }: Client, { logo_uri }: ClientMetadata): "fetch" | "drop" | "leave" {
  if (logo_uri === undefined) return before.logo_uri === undefined ? "leave" : "drop";
  return logo_uri === before.logo_uri && logo !== undefined ? "leave" : "fetch";
}

/** Nobody has us fetch without end. @throws OAuthError slow_down */
async function checkFetches(deps: Deps, userId: UserId): Promise<void> {
  const limit = await limitOf("service_logo", userId);
  checkLimits([limit], await countAttempt(deps, [limit]), deps.now(), "logos");
}

async function show(
  deps: Deps,
  visit: ServiceVisit,
  fields: ServiceFields,
  problems: readonly ServiceProblem[],
): Promise<Response> {
  const { clientId } = visit.service.client;
  return serviceFrame(
    deps,
    visit,
    problems.length === 0 ? { title: "Settings" } : { title: "Error: Settings", status: 400 },
    <ServiceForm
      fields={fields}
      problems={problems}
      resources={await loadResources(deps)}
      languages={preferredLanguages(visit.request.headers.get("accept-language"))}
      csrf={visit.csrf}
      action={pathOf(clientId, "edit")}
      submit="Save"
      cancel={pathOf(clientId)}
    />,
  );
}
