import { refreshLogo } from "../../clients/logo.ts";
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { checkLimits, limitOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { preferredLanguages } from "../../rules/language.ts";
import { emptyFields, readService } from "../../rules/serviceForm.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";
import { countAttempt } from "../../store/attempts.ts";
import { MAX_SERVICES, underLimit } from "../../store/developer.ts";
import { insertClient } from "../../store/registry.ts";
import { loadResources } from "../../store/resources.ts";
import { newId } from "../../tokens/id.ts";
import { fieldsIn, repeatedFields } from "./fields.ts";
import { developerPage } from "./frame.tsx";
import { ServiceForm } from "./serviceForm.tsx";
import { DEVELOPER, listAct, listPage, pathOf, type Visit } from "./visit.ts";

const HERE = `${DEVELOPER}/new`;

/** How long the person waits for a picture. */
export const LOGO_SECONDS = 5;

/** GET /settings/developer/new */
export const registerServicePage = listPage((visit, _, deps) => show(deps, visit, emptyFields, []));

/**
 * POST /settings/developer/new: registers a service of the person's; one that authenticates with a secret has none yet.
 * @throws OAuthError forbidden for more than a person may have, slow_down for too many in an hour
 */
export const registerService = listAct(async (visit, form, deps) => {
  const fields = fieldsIn(form);
  const { userId } = visit.user;
  const ownOrigin = new URL(deps.config.issuer).origin;
  const read = readService(fields, { before: undefined, resources: await loadResources(deps), ownerId: userId, ownOrigin });
  if (read.kind === "problems") return show(deps, visit, fields, read.problems);
  const limit = await limitOf("service_registration", userId);
  checkLimits([limit], await countAttempt(deps, [limit]), deps.now(), "registrations");
  const client = await insertClient(
    deps,
    {
      clientId: newId(deps),
      metadata: read.metadata,
      secrets: [],
      publisher: null,
      origin: "developer",
      ownerId: userId,
      createdAt: deps.now(),
    },
    userId,
    underLimit(userId),
  );
  if (client === undefined)
    throw new OAuthError("forbidden", `You have registered ${MAX_SERVICES} services, which is as many as one person may have.`);
  if (client.metadata.logo_uri !== undefined) await refreshLogo(deps, client, LOGO_SECONDS);
  return redirect(`${deps.config.issuer}${pathOf(client.clientId)}?registered=1`);
}, repeatedFields);

async function show(deps: Deps, visit: Visit, fields: ServiceFields, problems: readonly ServiceProblem[]): Promise<Response> {
  const title = "Register a service";
  return developerPage(
    deps,
    visit,
    { wide: true, ...(problems.length === 0 ? { title } : { title: `Error: ${title}`, status: 400 }) },
    <>
      <p class="trail">
        <a href={DEVELOPER}>← Your services</a>
      </p>
      <header class="heading">
        <h1>{title}</h1>
        <p class="lead">You can change all of this later, save the client_id that it gets.</p>
      </header>
      <ServiceForm
        fields={fields}
        problems={problems}
        resources={await loadResources(deps)}
        languages={preferredLanguages(visit.request.headers.get("accept-language"))}
        csrf={visit.csrf}
        action={HERE}
        submit="Register"
        cancel={DEVELOPER}
      />
    </>,
  );
}
