import { findIssuerKeys } from "../clients/issuerKeys.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { JsonObject, TrustedIssuer } from "../model.ts";
import { findTrustedIssuer } from "../store/trustedIssuers.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { checkClientJwt, decodeClientJwt } from "../tokens/clientJwt.ts";

/** What a software statement says of the client that brought it. */
export interface Statement {
  readonly claims: JsonObject;
  /** What its issuer may speak of; null for everything. */
  readonly scopes: readonly string[] | null;
}

const TOLERANCE_SECONDS = 60;

const invalid = (reason: string): OAuthError =>
  new OAuthError(
    "invalid_software_statement",
    "The software statement is not a JWT that its issuer signed for this server, or it has expired.",
    { reason },
  );

const unapproved = (reason: string): OAuthError =>
  new OAuthError("unapproved_software_statement", "The issuer of the software statement is not approved here.", { reason });

/**
 * Checks a software statement (RFC 7591 section 2.3): a JWT by an issuer that we trust to say what software is. It is no
 * credential, so that many clients may bring the same one; where it names an audience, that must be us.
 * @param known the statement that was checked when the client registered: its issuer must still be trusted, but it may have expired
 * @throws OAuthError invalid_software_statement, unapproved_software_statement
 */
export async function checkSoftwareStatement(deps: Deps, statement: unknown, known?: string): Promise<Statement> {
  if (typeof statement !== "string") throw invalid("not a string");
  const decoded = decodeClientJwt(statement);
  if (decoded === undefined) throw invalid("not a JWT in canonical base64url of at most 16 KB");
  const { iss, software_id } = decoded.claims;
  const issuer = typeof iss === "string" ? await findTrustedIssuer(deps, iss) : undefined;
  if (issuer === undefined || !issuer.purposes.includes("software_statement"))
    throw unapproved("an issuer that is not trusted");
  if (issuer.clients !== null && !issuer.clients.some((software) => software === software_id))
    throw unapproved("a software_id that its issuer may not speak of");
  const { scopes } = issuer;
  if (statement === known) return { claims: decoded.claims, scopes };
  return { claims: await verify(deps, statement, issuer), scopes };
}

async function verify(deps: Deps, statement: string, issuer: TrustedIssuer): Promise<JsonObject> {
  const types = [undefined, "jwt", "software-statement+jwt"];
  const checks = { types, algorithms, findKeys: findIssuerKeys(deps, issuer), refuse: invalid };
  const { claims } = await checkClientJwt(statement, checks);
  const { aud, exp, iat, nbf } = claims;
  const now = deps.now() / 1000;
  if (aud !== undefined && ![aud].flat().includes(deps.config.issuer)) throw invalid("for another server");
  for (const [name, time] of Object.entries({ exp, iat, nbf }))
    if (time !== undefined && typeof time !== "number") throw invalid(`${name} is not a time`);
  if (typeof exp === "number" && exp + TOLERANCE_SECONDS <= now) throw invalid("expired");
  for (const time of [iat, nbf])
    if (typeof time === "number" && time > now + TOLERANCE_SECONDS) throw invalid("from the future");
  return claims;
}
