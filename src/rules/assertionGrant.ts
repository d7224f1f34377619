import { type ErrorCode, OAuthError } from "../errors.ts";
import type { AuthorizationDetail, Client, Confirmation, JsonObject, Resource, TrustedIssuer, TrustPurpose } from "../model.ts";
import {
  findDetailsType,
  isWithin,
  limitedOrganizations,
  ORGANIZATION_ACCESS,
  withoutOrganizations,
} from "./authorizationDetails.ts";
import { normalizeEmail } from "./email.ts";
import { findOwner, mayAsk, parseScope } from "./scope.ts";

/** The kinds of assertion that are grants: a plain one (RFC 7523 section 2.1), and an identity assertion authorization grant. */
export type AssertionProfile = Extract<TrustPurpose, "jwt_bearer" | "id_jag">;

/** What an assertion says beyond whose it is and when it counts; null for what it leaves open. */
export interface Asserted {
  /** By which the person may be found if their subject is unknown: only where the issuer is trusted with that. */
  readonly email: string | null;
  /** What we call the person, as the issuer knows it. */
  readonly ownSubject: string | null;
  readonly scopes: readonly string[] | null;
  readonly resources: readonly string[] | null;
  /** The text of its `authorization_details`, not parsed. */
  readonly details: string | undefined;
  /** When and how the person signed in there; `acr` is the issuer's word, never one of ours. */
  readonly authAt: number | null;
  readonly acr: string | null;
}

const MAX_RESOURCES = 20;
const MAX_ACR_LENGTH = 255;
/** Classes of this prefix say how somebody signed in here (rules/acr.ts), which no other issuer can know. */
const OWN_ACR = "urn:countersign:";

/**
 * Whether the client may bring an assertion of this issuer at all. A plain one does not say whom it is for, so that the operator
 * must have named the client, which may then be a public one; an identity assertion grant is for a client that proves who it is.
 * @throws OAuthError unauthorized_client
 */
export function checkBearer(profile: AssertionProfile, trust: TrustedIssuer, { clientId, metadata }: Client): void {
  const isNamed = trust.clients === null ? profile === "id_jag" : trust.clients.includes(clientId);
  if (!isNamed) throw new OAuthError("unauthorized_client", "The client may not bring assertions of this issuer.");
  if (profile === "id_jag" && metadata.token_endpoint_auth_method === "none")
    throw new OAuthError("unauthorized_client", "Only a client that authenticates itself can bring an ID-JAG.");
}

/**
 * The other claims of an assertion whose signature, audience and times are good (draft-ietf-oauth-identity-assertion-authz-grant,
 * sections 3.1 and 4.4.1). What is not ours to judge (`act`, `amr`) is left alone and goes nowhere.
 * @param confirmation the key that the request proves to hold
 * @throws OAuthError of `refuse`
 */
export function parseAsserted(
  claims: JsonObject,
  profile: AssertionProfile,
  trust: TrustedIssuer,
  request: { readonly client: Client; readonly confirmation: Confirmation | null; readonly latestAt: number },
  refuse: (reason: string) => OAuthError,
): Asserted {
  const { client_id, cnf, iat, scope, tenant, aud_tenant, auth_time, acr } = claims;
  if (profile === "id_jag" || client_id !== undefined) {
    if (client_id !== request.client.clientId) throw refuse("client_id is not the client that authenticated");
  }
  if (profile === "id_jag" && iat === undefined) throw refuse("iat is missing");
  if ((tenant ?? null) !== trust.tenant) throw refuse("tenant is not the one that its issuer is trusted for");
  if (aud_tenant !== undefined && aud_tenant !== trust.organization?.name)
    throw refuse("aud_tenant is not the organization that its issuer speaks for");
  if (cnf !== undefined && !isHeld(cnf, request.confirmation))
    throw refuse("it is bound to a key that the request does not prove");
  if (scope !== undefined && typeof scope !== "string") throw refuse("scope is not a string");
  if (auth_time !== undefined && !(typeof auth_time === "number" && auth_time > 0 && auth_time * 1000 <= request.latestAt))
    throw refuse("auth_time is not a time in the past");
  if (acr !== undefined && !(typeof acr === "string" && acr.length <= MAX_ACR_LENGTH)) throw refuse("acr is not a string");
  return {
    email: profile === "id_jag" && trust.matchesEmail ? findEmail(claims) : null,
    ownSubject: text(claims, "aud_sub", refuse),
    scopes: scope === undefined ? null : parseScopeClaim(scope, refuse),
    resources: parseResourceClaim(claims, refuse),
    details: "authorization_details" in claims ? JSON.stringify(claims["authorization_details"]) : undefined,
    authAt: profile === "id_jag" && typeof auth_time === "number" ? auth_time * 1000 : null,
    acr: profile === "id_jag" && typeof acr === "string" && acr !== "" && !acr.startsWith(OWN_ACR) ? acr : null,
  };
}

/** What a token request asks for; empty for all that there is. */
export interface AskedOfAssertion {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly details: readonly AuthorizationDetail[];
}

/** What may be issued at the word of an assertion. */
export interface Entitled {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** With an `organization_access` among them that limits where the token goes, if there was one. */
  readonly details: readonly AuthorizationDetail[];
}

/**
 * What a token may be for: what the assertion says, within what its issuer is trusted with and the client is registered for, as
 * far as the request wants it. Of what the issuer offers, all that we do not know or do not allow is left out, since it may know
 * more of the client than we do; what the request names must be in it. Only scopes of resources are given this way: a directory
 * cannot hand out the person's identity, nor the right to come back without it. Where the operator named the scopes that it may give,
 * it gives no particulars beside them (`authorization_details`), which could be anything.
 * @param asserted the assertion's own limits; its details are parsed
 * @throws OAuthError invalid_scope, invalid_target, invalid_authorization_details
 */
export function decideEntitlement(
  asserted: Pick<Asserted, "scopes" | "resources"> & { readonly details: readonly AuthorizationDetail[] },
  asked: AskedOfAssertion,
  trust: TrustedIssuer,
  client: Client,
  registered: readonly Resource[],
): Entitled {
  const named = decideResources(asserted.resources, asked.resources, registered);
  const isNamed = (owner: string | undefined) => owner !== undefined && (named?.includes(owner) ?? true);
  const isParticular = withoutOrganizations(asserted.details).length > 0;
  const offered = asserted.scopes ?? (isParticular ? [] : trust.scopes) ?? registeredScopes(client) ?? asked.scopes;
  const allowed = offered.filter((scope) => {
    const owner = findOwner(scope, registered);
    const isTrusted = trust.scopes?.includes(scope) ?? !isFull(scope, owner);
    return isTrusted && isNamed(owner?.identifier) && mayAsk(client, scope);
  });
  if (asked.scopes.some((scope) => !allowed.includes(scope))) throw beyond("invalid_scope", "scope");
  const ownerOf = ({ type }: AuthorizationDetail) => findDetailsType(type, registered)?.owner.identifier;
  const particulars = asserted.details.filter(
    (detail) => detail.type === ORGANIZATION_ACCESS || (trust.scopes === null && isNamed(ownerOf(detail))),
  );
  if (!isWithin(asked.details, particulars)) throw beyond("invalid_authorization_details", "authorization_details");
  const scopes = asked.scopes.length > 0 ? asked.scopes : allowed;
  const chosen = asked.details.length > 0 ? asked.details : particulars;
  const limits = [...chosen, ...asserted.details].filter((detail) => limitedOrganizations([detail]) !== undefined).slice(0, 1);
  const details = withoutOrganizations(chosen);
  if (scopes.length === 0 && details.length === 0)
    throw new OAuthError("invalid_scope", "Nothing of what the assertion offers is allowed here: name a scope that is.");
  const reaches = limitedOrganizations(limits)?.includes(trust.organization?.name ?? "") ?? true;
  if (trust.organization !== null && !reaches) throw beyond("invalid_authorization_details", "organization_access");
  const owners = [...scopes.map((scope) => findOwner(scope, registered)?.identifier), ...details.map(ownerOf)];
  const resources = named ?? [...new Set(owners.filter((owner) => owner !== undefined))];
  return { scopes, resources, details: [...details, ...limits] };
}

/** Everything that a person can do is not what an operator means who names no scope. */
const isFull = (scope: string, owner: Resource | undefined): boolean =>
  owner?.scopes.find(({ name }) => name === scope)?.access === "full";

const registeredScopes = ({ metadata }: Client): readonly string[] | undefined => metadata.scope?.split(" ");

/** @returns null where neither the assertion nor the request names any */
function decideResources(
  asserted: readonly string[] | null,
  asked: readonly string[],
  registered: readonly Resource[],
): readonly string[] | null {
  const known = (identifier: string) => registered.some((resource) => resource.identifier === identifier);
  if (asked.some((identifier) => !known(identifier) || !(asserted?.includes(identifier) ?? true)))
    throw beyond("invalid_target", "resource");
  if (asked.length > 0) return [...new Set(asked)];
  const offered = asserted?.filter(known) ?? null;
  if (offered?.length === 0) throw new OAuthError("invalid_target", "The assertion is for no resource that is known here.");
  return offered;
}

const beyond = (code: ErrorCode, what: string): OAuthError =>
  new OAuthError(code, `The ${what} goes beyond what the assertion allows.`);

/** RFC 9449 section 6.1 and RFC 8705 section 3.1: one kind of key, and the same one. */
function isHeld(cnf: unknown, confirmation: Confirmation | null): boolean {
  if (typeof cnf !== "object" || cnf === null || confirmation === null) return false;
  return JSON.stringify(cnf) === JSON.stringify(confirmation);
}

function findEmail({ email, email_verified }: JsonObject): string | null {
  return typeof email === "string" && email_verified !== false ? (normalizeEmail(email) ?? null) : null;
}

function parseScopeClaim(scope: string, refuse: (reason: string) => OAuthError): readonly string[] {
  try {
    return parseScope(scope);
  } catch (error) {
    throw error instanceof OAuthError ? refuse("scope is not a list of scopes") : error;
  }
}

/** RFC 8707 section 2: one URI, or several. */
function parseResourceClaim({ resource }: JsonObject, refuse: (reason: string) => OAuthError): readonly string[] | null {
  if (resource === undefined) return null;
  const values: readonly unknown[] = Array.isArray(resource) ? resource : [resource];
  if (values.length === 0 || values.length > MAX_RESOURCES) throw refuse(`resource is not 1 to ${MAX_RESOURCES} URIs`);
  return values.map((value) => {
    if (typeof value !== "string") throw refuse("resource is not a URI");
    return value;
  });
}

function text(claims: JsonObject, name: string, refuse: (reason: string) => OAuthError): string | null {
  const value = claims[name];
  if (value === undefined) return null;
  if (typeof value !== "string" || value === "") throw refuse(`${name} is not a string`);
  return value;
}
