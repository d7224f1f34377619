import { refreshLogo } from "../../clients/logo.ts";
import type { Deps } from "../../config.ts";
import { redirect } from "../../http/respond.ts";
import { secretsFor } from "../../rules/clientSecrets.ts";
import { preferredLanguages } from "../../rules/language.ts";
import { fieldsOfService, readService } from "../../rules/serviceForm.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";
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
 */
export const editService = serviceAct(async (visit, form, deps) => {
  const { client } = visit.service;
  const { userId } = visit.user;
  const fields = fieldsIn(form);
  const read = readService(fields, client.metadata, await loadResources(deps), userId);
  if (read.kind === "problems") return show(deps, visit, fields, read.problems);
  const secrets = secretsFor(read.metadata.token_endpoint_auth_method, client.secrets);
  const guard = { ownerId: userId, secrets: client.secrets };
  const changed = await updateClient(deps, client.clientId, { metadata: read.metadata, secrets }, userId, guard);
  if (changed === undefined) throw changedMeanwhile();
  if (read.metadata.logo_uri !== client.metadata.logo_uri) await refreshLogo(deps, changed, LOGO_SECONDS);
  return redirect(`${deps.config.issuer}${pathOf(client.clientId)}?saved=1`);
}, repeatedFields);

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
