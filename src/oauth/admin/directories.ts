/** `/admin/directories`: where people sign in with the account of their employer (docs/directories.md). */
import { OAuthError } from "../../errors.ts";
import { parseJson } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { JsonObject } from "../../model.ts";
import { parseDirectory } from "../../rules/directory.ts";
import {
  type DirectoryOutcome,
  findStoredDirectory,
  listDirectories,
  putDirectory,
  removeDirectory,
  type StoredDirectory,
} from "../../store/directoryChanges.ts";
import { seal } from "../../tokens/secret.ts";
import { loadOperator, noContent, nothing, parsePrecondition, segmentOf, unmet, versioned } from "./operator.ts";

/** GET /admin/directories: their secrets nobody can show. */
export const queryDirectories: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  return json({ directories: (await listDirectories(deps)).map((stored) => describe(deps.config.issuer, stored)) });
};

/** GET /admin/directories/{id} */
export const queryDirectory: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  const stored = await findStoredDirectory(deps, segmentOf(request, 1));
  if (stored === undefined) throw nothing("directory");
  return versioned(describe(deps.config.issuer, stored), stored.version);
};

/**
 * PUT /admin/directories/{id}: from then on it is what the body says. Without `client_secret` the present one stays; `null` takes it
 * away, and our own key speaks for us.
 */
export const replaceDirectory: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const precondition = parsePrecondition(request);
  const id = segmentOf(request, 1);
  // What an answer says of itself may come back; it is not for the body to choose.
  const { redirect_uri: _, has_client_secret: __, client_secret: secret, ...body } = await parseJson(request);
  if (body["id"] !== undefined && body["id"] !== id)
    throw new OAuthError("invalid_request", "id: is not the one of the address");
  const given = secret == null ? {} : { client_secret: secret };
  const { clientSecret, ...definition } = parseDirectory({ ...body, ...given, id });
  if (definition.issuer === deps.config.issuer) throw new OAuthError("invalid_request", "issuer: is this server itself");
  const sealedSecret = clientSecret === undefined ? undefined : await seal(deps, "directory", clientSecret);
  const written = { ...definition, sealedSecret: secret === null ? null : sealedSecret };
  const { stored, isNew } = checkStored(await putDirectory(deps, written, precondition, by));
  return versioned(describe(deps.config.issuer, stored), stored.version, isNew ? 201 : 200);
};

/** DELETE /admin/directories/{id} */
export const deleteDirectory: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const outcome = await removeDirectory(deps, segmentOf(request, 1), parsePrecondition(request), by);
  if (outcome === "none") throw nothing("directory");
  if (outcome === "unmet") throw unmet();
  return noContent();
};

/** @throws OAuthError invalid_request, precondition_failed */
function checkStored(outcome: DirectoryOutcome): Extract<DirectoryOutcome, { kind: "stored" }> {
  switch (outcome.kind) {
    case "stored":
      return outcome;
    case "no_organization":
      throw new OAuthError("invalid_request", "organization: there is no such organization");
    case "taken_domain":
      throw new OAuthError("invalid_request", `domains[${outcome.index}]: is another directory's already`);
    case "unmet":
      throw unmet();
  }
}

const describe = (issuer: string, { directory, hasSecret }: StoredDirectory): JsonObject => ({
  id: directory.id,
  display_name: directory.displayName,
  issuer: directory.issuer,
  client_id: directory.clientId,
  has_client_secret: hasSecret,
  redirect_uri: `${issuer}/sign-in/work/${directory.id}/callback`,
  ...(directory.organization === null ? {} : { organization: directory.organization }),
  ...directory.settings,
});
