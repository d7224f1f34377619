import { checkProof, proofLine, proofUrl } from "../../clients/publisher.ts";
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { Parameters } from "../../http/form.ts";
import { checkLimits, limitOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import type { Resource, UserId } from "../../model.ts";
import { translationsOf } from "../../rules/resource.ts";
import {
  emptyResource,
  emptyScope,
  fieldOfScope,
  fieldsOfResource,
  MAX_ROWS,
  type ResourceFields,
  type ResourceProblem,
  readResource,
  type ScopeFields,
  scopePrefix,
} from "../../rules/resourceForm.ts";
import { countAttempt } from "../../store/attempts.ts";
import { putResource, type ResourceOutcome } from "../../store/resourceChanges.ts";
import { findResource, type StoredResource } from "../../store/resources.ts";
import { developerPage, hasSecret } from "./frame.tsx";
import { type HostProof, ResourceForm } from "./resourceForm.tsx";
import { resourcePath } from "./resourceList.tsx";
import { ForYourServer } from "./resourceServer.tsx";
import { type ListVisit, listAct, listPage, RESOURCES } from "./visit.ts";

const NEW = `${RESOURCES}/new`;

/** GET /settings/developer/resources/new */
export const registerResourcePage = listPage((visit, _, deps) => show(deps, visit, emptyResource, { isNew: true }));

/** GET /settings/developer/resources/{identifier} */
export const editResourcePage = listPage(async (visit, _, deps) => {
  const { resource } = await loadOwn(deps, visit);
  const removal = resourcePath(resource.identifier, "delete");
  return show(deps, visit, fieldsOfResource(resource), { isNew: false, registered: resource, removal });
});

/** POST /settings/developer/resources/new */
export const registerResource = listAct((visit, form, deps) => act(deps, visit, fieldsIn(form), form, true));

/** POST /settings/developer/resources/{identifier} */
export const editResource = listAct(async (visit, form, deps) => {
  const { resource } = await loadOwn(deps, visit);
  return act(deps, visit, { ...fieldsIn(form), identifier: resource.identifier }, form, false);
});

/**
 * `action` is `add` or `remove:` and a row, which store nothing, or `save`: then the host is asked for its proof, and the API is
 * stored if it is there.
 */
async function act(deps: Deps, visit: ListVisit, fields: ResourceFields, form: Parameters, isNew: boolean): Promise<Response> {
  const action = form.find("action") ?? "";
  const { scopes } = fields;
  if (action === "add") return show(deps, visit, { ...fields, scopes: [...scopes, emptyScope].slice(0, MAX_ROWS) }, { isNew });
  const removed = /^remove:(\d{1,2})$/.exec(action)?.[1];
  if (removed !== undefined)
    return show(deps, visit, { ...fields, scopes: scopes.filter((_, row) => row !== Number(removed)) }, { isNew });
  if (action !== "save") throw new OAuthError("invalid_request", "The form does not say what to do.");

  const { userId } = visit.user;
  const read = readResource(fields, new URL(deps.config.issuer).hostname);
  if (read.kind === "problems") return show(deps, visit, fields, { isNew, problems: read.problems });
  const { definition, host } = read;
  if (definition.clientId !== null && !introspectors(visit).some(({ clientId }) => clientId === definition.clientId))
    return show(deps, visit, fields, {
      isNew,
      problems: [{ field: "client_id", words: "Choose one of your services that has a secret or a key." }],
    });
  const limit = await limitOf("publisher_proof", userId);
  checkLimits([limit], await countAttempt(deps, [limit]), deps.now(), "checks");
  const finding = await checkProof(deps, userId, host);
  if (finding.kind !== "proved") return show(deps, visit, fields, { isNew, found: finding.words });
  const outcome = await putResource(deps, {
    resource: { ...definition, ownerId: userId },
    translations: translationsOf(definition),
    precondition: { kind: isNew ? "absent" : "present" },
    by: userId,
  });
  if (outcome.kind === "stored") return redirect(`${deps.config.issuer}${RESOURCES}?saved=1`);
  return show(deps, visit, fields, { isNew, problems: [problemOf(outcome, fields)] });
}

function problemOf(outcome: Exclude<ResourceOutcome, { kind: "stored" }>, fields: ResourceFields): ResourceProblem {
  if (outcome.kind === "taken" || outcome.kind === "held") {
    const prefix = scopePrefix(fields.identifier);
    const row = fields.scopes.findIndex(({ name }) => [name, prefix + name].includes(outcome.name));
    return { field: fieldOfScope(Math.max(0, row), "name"), words: "Another API under this host has this permission already." };
  }
  if (outcome.kind === "no_client") return { field: "client_id", words: "This service is no longer yours, or is gone." };
  const words =
    outcome.kind === "too_many"
      ? "You have registered as many APIs as one person may have. Delete one to make room."
      : "This address was registered, changed or deleted at the same time, or is another's.";
  return { field: "identifier", words };
}

/** @throws OAuthError not_found: of an API that is another's, a person learns no more than of one that there is not */
export async function loadOwn(deps: Deps, visit: ListVisit): Promise<StoredResource> {
  const found = await findResource(deps, identifierIn(visit.request));
  if (found === undefined || found.resource.ownerId !== visit.user.userId)
    throw new OAuthError("not_found", "You have no such API.");
  return found;
}

function identifierIn(request: Request): string {
  const segment = new URL(request.url).pathname.split("/")[4] ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Services that prove who they are, which introspection takes. */
const introspectors = ({ services }: ListVisit) =>
  services
    .map(({ client }) => client)
    .filter(({ metadata }) => hasSecret(metadata) || metadata.token_endpoint_auth_method === "private_key_jwt");

interface Shown {
  readonly isNew: boolean;
  readonly problems?: readonly ResourceProblem[];
  /** What the host said in place of the proof. */
  readonly found?: string;
  /** As it stands, where that is what is shown. */
  readonly registered?: Resource;
  /** The page that asks before the API is deleted. */
  readonly removal?: string;
}

async function show(
  deps: Deps,
  visit: ListVisit,
  fields: ResourceFields,
  { isNew, problems = [], found, registered, removal }: Shown,
): Promise<Response> {
  const title = isNew ? "Register an API" : "Change an API";
  const wrong = problems.length > 0 || found !== undefined;
  return developerPage(
    deps,
    visit,
    { wide: true, ...(wrong ? { title: `Error: ${title}`, status: 400 } : { title }) },
    <>
      <p class="trail">
        <a href={RESOURCES}>← Your APIs</a>
      </p>
      <header class="heading">
        <h1>{title}</h1>
        <p class="lead">People read these words when a service asks for their approval. Write them for somebody in a hurry.</p>
      </header>
      <ResourceForm
        fields={fields}
        problems={problems}
        proof={await proofOf(deps, visit.user.userId, fields, found)}
        clients={introspectors(visit)}
        csrf={visit.csrf}
        action={isNew ? NEW : resourcePath(fields.identifier)}
        isNew={isNew}
      />
      {registered && <ForYourServer resource={registered} deps={deps} />}
      {removal !== undefined && (
        <section class="after">
          <p class="note">Deleting an API ends every approval that reaches it, at once and for good.</p>
          <a class="button end" href={removal}>
            Delete this API…
          </a>
        </section>
      )}
    </>,
  );
}

/** The line for the host, as soon as there is one. */
async function proofOf(
  deps: Deps,
  userId: UserId,
  { identifier }: ResourceFields,
  found: string | undefined,
): Promise<HostProof | undefined> {
  const address = identifier.trim();
  if (!address.startsWith("https://") || !URL.canParse(address)) return undefined;
  const { hostname } = new URL(address);
  return { url: proofUrl(hostname), line: await proofLine(deps, userId, hostname), found };
}

/** What was typed; rows that were sent with a gap are closed up. */
function fieldsIn(form: Parameters): ResourceFields {
  const text = (name: string): string => form.find(name) ?? "";
  const members = Object.keys(emptyScope) as (keyof ScopeFields)[];
  const rows = Array.from({ length: MAX_ROWS }, (_, row) => row).filter(
    (row) => form.find(fieldOfScope(row, "access")) !== undefined,
  );
  return {
    identifier: text("identifier"),
    name: text("name"),
    translations: text("translations"),
    client_id: text("client_id"),
    scopes: rows.map((row) => ({
      ...emptyScope,
      ...Object.fromEntries(members.map((member) => [member, text(fieldOfScope(row, member))])),
    })),
  };
}
