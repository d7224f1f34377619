import { findSectorProblem } from "../clients/sector.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { ownHosts } from "../http/outgoing.ts";
import type { ClientMetadata, JsonObject } from "../model.ts";
import { parseRegistration, type RegistrationTerms, withClaims } from "../rules/registration.ts";
import { loadResources } from "../store/resources.ts";
import { checkSoftwareStatement } from "./softwareStatement.ts";

/**
 * What is to be registered: what the client says of itself, and before it what its software statement says.
 * @param before what stands in a registration that is replaced
 * @throws OAuthError invalid_redirect_uri, invalid_client_metadata, invalid_software_statement, unapproved_software_statement
 */
export async function loadMetadata(
  deps: Deps,
  input: JsonObject,
  terms: Pick<RegistrationTerms, "vouched" | "privileges">,
  before?: ClientMetadata,
): Promise<ClientMetadata> {
  // What a statement has fixed is not unsaid by leaving the statement out.
  const text = input["software_statement"] || before?.software_statement;
  const statement = text === undefined ? undefined : await checkSoftwareStatement(deps, text, before?.software_statement);
  const metadata = parseRegistration(statement === undefined ? input : withClaims(input, statement.claims), {
    ...terms,
    lenient: deps.config.lenientRegistration,
    statedScopes: statement?.scopes ?? null,
    resources: await loadResources(deps),
    ownHosts: ownHosts(deps),
  });
  const problem = await findSectorProblem(deps, metadata);
  if (problem !== undefined)
    throw new OAuthError("invalid_client_metadata", `sector_identifier_uri: ${problem}`.replace(/["\\]|[^\x20-\x7e]/g, "'"));
  return typeof text === "string" ? { ...metadata, software_statement: text } : metadata;
}
