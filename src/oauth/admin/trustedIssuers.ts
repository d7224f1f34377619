/** `/admin/trusted-issuers`: whose assertions and software statements count here (docs/admin.md). */
import { OAuthError } from "../../errors.ts";
import { parseJson } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { JsonObject } from "../../model.ts";
import { parseTrustedIssuer } from "../../rules/trustedIssuer.ts";
import { findTrust, listTrust, putTrust, removeTrust, type StoredTrust, type TrustOutcome } from "../../store/trust.ts";
import { loadOperator, noContent, nothing, parsePrecondition, segmentOf, unmet, versioned } from "./operator.ts";

/** GET /admin/trusted-issuers */
export const queryTrustedIssuers: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  return json({ trusted_issuers: (await listTrust(deps)).map(describe) });
};

/** GET /admin/trusted-issuers/{issuer} */
export const queryTrustedIssuer: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  const stored = await findTrust(deps, segmentOf(request, 1));
  if (stored === undefined) throw nothing("trusted issuer");
  return versioned(describe(stored), stored.version);
};

/** PUT /admin/trusted-issuers/{issuer}: from then on it is trusted for what the body says, and for nothing more. */
export const replaceTrustedIssuer: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const precondition = parsePrecondition(request);
  const issuer = segmentOf(request, 1);
  const body = await parseJson(request);
  if (body["issuer"] !== undefined && body["issuer"] !== issuer)
    throw new OAuthError("invalid_request", "issuer: is not the one of the address");
  const trust = parseTrustedIssuer({ ...body, issuer });
  if (issuer === deps.config.issuer) throw new OAuthError("invalid_request", "issuer: is this server itself");
  const { stored, isNew } = checkStored(await putTrust(deps, trust, precondition, by));
  return versioned(describe(stored), stored.version, isNew ? 201 : 200);
};

/** DELETE /admin/trusted-issuers/{issuer} */
export const deleteTrustedIssuer: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const outcome = await removeTrust(deps, segmentOf(request, 1), parsePrecondition(request), by);
  if (outcome === "none") throw nothing("trusted issuer");
  if (outcome === "unmet") throw unmet();
  return noContent();
};

/** @throws OAuthError invalid_request, precondition_failed */
function checkStored(outcome: TrustOutcome): Extract<TrustOutcome, { kind: "stored" }> {
  switch (outcome.kind) {
    case "stored":
      return outcome;
    case "no_organization":
      throw new OAuthError("invalid_request", "organization: there is no such organization");
    case "no_client":
      throw new OAuthError("invalid_request", `clients[${outcome.index}]: there is no such client`);
    case "unmet":
      throw unmet();
  }
}

const describe = ({ trust }: StoredTrust): JsonObject => ({
  issuer: trust.issuer,
  purposes: trust.purposes,
  ...(trust.jwks === null ? {} : { jwks: trust.jwks }),
  ...(trust.jwksUri === null ? {} : { jwks_uri: trust.jwksUri }),
  ...(trust.organization === null ? {} : { organization: trust.organization }),
  match_email: trust.matchesEmail,
  ...(trust.tenant === null ? {} : { tenant: trust.tenant }),
  ...(trust.clients === null ? {} : { clients: trust.clients }),
  ...(trust.scopes === null ? {} : { scopes: trust.scopes }),
});
