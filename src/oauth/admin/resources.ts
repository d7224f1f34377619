/** `/admin/resources`: what clients may ask for, as an operator writes it (docs/admin.md). */
import { OAuthError } from "../../errors.ts";
import { parseQuery } from "../../http/form.ts";
import { parseJson } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { JsonObject } from "../../model.ts";
import { parseResource, resourceJson, translationsOf } from "../../rules/resource.ts";
import { putResource, type ResourceOutcome, removeResource } from "../../store/resourceChanges.ts";
import { findResource, listResources, type StoredResource } from "../../store/resources.ts";
import { loadOperator, noContent, nothing, parsePrecondition, segmentOf, unmet, versioned } from "./operator.ts";

/** GET /admin/resources */
export const queryResources: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  return json({ resources: (await listResources(deps)).map(describe) });
};

/** GET /admin/resources/{identifier} */
export const queryResource: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  const stored = await findResource(deps, segmentOf(request, 1));
  if (stored === undefined) throw nothing("resource");
  return versioned(describe(stored), stored.version);
};

/** PUT /admin/resources/{identifier}: makes it, or makes it what the body says; either way it is the operator's from then on. */
export const replaceResource: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const precondition = parsePrecondition(request);
  const identifier = segmentOf(request, 1);
  // What an answer says of the owner may come back; it is not for the body to choose.
  const { owner_id: _, ...body } = await parseJson(request);
  if (body["identifier"] !== undefined && body["identifier"] !== identifier)
    throw new OAuthError("invalid_request", "identifier: is not the one of the address");
  const definition = parseResource({ ...body, identifier });
  if (identifier === deps.config.issuer)
    throw new OAuthError("invalid_request", "identifier: is the issuer, which is no resource");
  const resource = { ...definition, ownerId: null };
  const outcome = await putResource(deps, { resource, translations: translationsOf(definition), precondition, by });
  const { stored, isNew } = checkStored(outcome);
  return versioned(describe(stored), stored.version, isNew ? 201 : 200);
};

/** DELETE /admin/resources/{identifier}: refused while live consents reach it, unless `?consents=end` ends them. */
export const deleteResource: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const precondition = parsePrecondition(request);
  const consents = parseQuery(request).find("consents");
  if (consents !== undefined && consents !== "end")
    throw new OAuthError("invalid_request", "consents must be end, or left out.");
  const endsConsents = consents === "end";
  const outcome = await removeResource(deps, segmentOf(request, 1), { ownerId: null, precondition, by, endsConsents });
  switch (outcome.kind) {
    case "removed":
      return noContent();
    case "none":
      throw nothing("resource");
    case "unmet":
      throw unmet();
    case "held":
      throw new OAuthError(
        "conflict",
        endsConsents
          ? `Five hundred consents were ended, and ${outcome.count} still reach the resource. Send this again.`
          : `Live consents reach the resource: ${outcome.count}. With consents=end they are ended too.`,
      );
  }
};

/** @throws OAuthError conflict, invalid_request, precondition_failed */
function checkStored(outcome: ResourceOutcome): Extract<ResourceOutcome, { kind: "stored" }> {
  switch (outcome.kind) {
    case "stored":
      return outcome;
    case "taken":
      throw new OAuthError("conflict", `Another resource defines ${printable(outcome.name)} already.`);
    case "held":
      throw new OAuthError(
        "conflict",
        `Live consents hold ${printable(outcome.name)} for a resource that defined it once, and would come to mean this one.`,
      );
    case "no_client":
      throw new OAuthError("invalid_request", "client_id: there is no such client");
    default:
      throw unmet();
  }
}

const printable = (name: string): string => name.replace(/["\\]|[^\x21-\x7e]/g, "?");

const describe = ({ resource }: StoredResource): JsonObject => ({
  ...resourceJson(resource),
  ...(resource.ownerId === null ? {} : { owner_id: resource.ownerId }),
});
