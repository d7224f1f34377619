import { OAuthError } from "../errors.ts";
import type {
  AccessTokenClaims,
  Actor,
  AuthorizationDetail,
  Client,
  Confirmation,
  FamilyState,
  Resource,
  TokenExchangePolicy,
} from "../model.ts";
import {
  detailsOfToken,
  findDetailsType,
  isWithin,
  limitedOrganizations,
  mayUse,
  ORGANIZATION_ACCESS,
  withoutOrganizations,
} from "./authorizationDetails.ts";
import { findOwner, mayAsk, type Narrowed } from "./scope.ts";

/** How many may have acted one for the other, the last one included. */
const MAX_ACTORS = 5;

/** A request for an exchange (RFC 8693 section 2.1) whose tokens are ours and have not expired. */
export interface ExchangeRequest {
  readonly subject: AccessTokenClaims;
  /** Null for impersonation. */
  readonly actor: AccessTokenClaims | null;
  /** What the request narrows the new token to; null for everything that the exchange can give. */
  readonly scopes: readonly string[] | null;
  readonly details: readonly AuthorizationDetail[] | null;
  /** From `resource` and `audience`, which say the same here: where the new token is to be used. Empty where they leave it open. */
  readonly targets: readonly string[];
  /** The key that the request proves to hold. */
  readonly confirmation: Confirmation | null;
}

/** What the new token can have, as far as the tokens and the registration tell; D1 has the rest. */
export interface ExchangePlan {
  readonly scopes: readonly string[];
  /** Those of them that the subject token does not have itself: the run must have them. */
  readonly beyondToken: readonly string[];
  /** Whether each of the scopes was asked for by name, so that none may be missing. */
  readonly needsAll: boolean;
  readonly details: readonly AuthorizationDetail[];
  readonly targets: readonly string[];
  readonly actor: Actor | null;
  readonly endsAt: number;
}

/**
 * What a client may exchange a person's token for. It only ever gets less than there is:
 *
 * - **Where**: at the resources of its policy, and no others. Never again at one that an earlier token of the chain was for and the
 *   subject token is not (`exchanged_from`): whoever had less there would come back with the whole of what the person granted.
 * - **What**: at a resource that the subject token is for, its scopes at most. At another one, the scopes that the person granted to
 *   the service for that resource, in the run that the subject token belongs to: a token that is for one resource alone names no
 *   scope of another (rules/scope.ts#narrow), and the person's word is the limit, not the one token. In both cases no more than
 *   the exchanging client may ask for, and everything that the person can do there only where its registration names that scope: whoever
 *   left its scopes open did not mean this one. `authorization_details` and organizations never go beyond the subject token.
 * - **For how long**: no longer than the tokens that it was made from.
 * - **Who may bring it**: the resource server that the token is for, or whoever it was issued to. A token that is bound to a key
 *   may be exchanged by the resource server, to which the proof was sent and which has none to send: that it authenticates as
 *   the one which the token names is the proof. Whoever it was issued to has the key, and must show it.
 * - **In whose name**: the person's. With an actor token the new one says who acts for them, in front of those that acted before;
 *   an actor is a client, which shows a token that it got for itself. Without one nothing is added, and nothing left out.
 *
 * @throws OAuthError unauthorized_client, invalid_request (RFC 8693 section 2.2.2), invalid_target, invalid_scope,
 * invalid_authorization_details
 */
export function planExchange(request: ExchangeRequest, client: Client, registered: readonly Resource[]): ExchangePlan {
  const { subject, actor } = request;
  const policy = loadPolicy(client, actor);
  if (subject.grant_id === undefined) throw invalid("The subject_token speaks for no person.");
  if (actor?.grant_id !== undefined) throw invalid("The actor_token speaks for a person: only a client can be an actor.");
  for (const [name, token] of [["subject_token", subject] as const, ["actor_token", actor] as const])
    if (token !== null) checkHolder(name, token, request, client, registered);
  if (policy.from !== undefined && !policy.from.includes(subject.client_id))
    throw invalid("The subject_token is of a client whose tokens this client may not exchange.");
  const endsAt = Math.min(subject.exp, actor?.exp ?? subject.exp) * 1000;
  const targets = checkTargets(request.targets, subject, policy, registered);
  const possible = scopesAt(targets, subject, client, registered);
  const beyond = request.scopes?.find((scope) => !possible.includes(scope));
  if (beyond !== undefined)
    throw new OAuthError("invalid_scope", `The scope ${beyond} goes beyond what this exchange can give.`);
  const details = detailsAt(targets, subject, client, registered);
  if (request.details !== null && !isWithin(request.details, subject.authorization_details ?? []))
    throw new OAuthError("invalid_authorization_details", "The authorization_details go beyond those of the subject_token.");
  const scopes = request.scopes ?? possible;
  return {
    scopes,
    beyondToken: scopes.filter((scope) => !scopesOf(subject).includes(scope)),
    needsAll: request.scopes !== null,
    details: details.filter((detail) => request.details === null || isWithin([detail], request.details)),
    targets,
    actor: actorOf(subject, actor),
    endsAt,
  };
}

function loadPolicy({ metadata, origin }: Client, actor: AccessTokenClaims | null): TokenExchangePolicy {
  const { token_exchange: policy, token_endpoint_auth_method: method } = metadata;
  if (policy === undefined || origin !== "operator" || method === "none")
    throw new OAuthError("unauthorized_client", "The client may exchange nothing: it has no token_exchange policy.");
  if (actor === null && !policy.impersonation)
    throw new OAuthError("unauthorized_client", "The client may not impersonate: send an actor_token.");
  if (actor !== null && !policy.delegation)
    throw new OAuthError("unauthorized_client", "The client may not act for others: send no actor_token.");
  return policy;
}

function checkHolder(
  name: "subject_token" | "actor_token",
  { client_id, aud, cnf }: AccessTokenClaims,
  { confirmation }: ExchangeRequest,
  { clientId }: Client,
  registered: readonly Resource[],
): void {
  if (client_id === clientId) {
    if (cnf !== undefined && JSON.stringify(cnf) !== JSON.stringify(confirmation))
      throw invalid(`The ${name} is bound to a key of the client, which the request does not prove to hold.`);
    return;
  }
  const own = registered.filter((resource) => resource.clientId === clientId);
  if (!own.some(({ identifier }) => [aud].flat().includes(identifier)))
    throw invalid(`The ${name} is neither for a resource of the client nor was it issued to the client.`);
}

function checkTargets(
  named: readonly string[],
  { exchanged_from: left = [] }: AccessTokenClaims,
  policy: TokenExchangePolicy,
  registered: readonly Resource[],
): readonly string[] {
  if (named.some((target) => left.includes(target)))
    throw new OAuthError(
      "invalid_target",
      "The subject_token was exchanged from a token for a resource that the request names, and cannot go back there.",
    );
  const allowed = registered
    .map(({ identifier }) => identifier)
    .filter((identifier) => policy.resources.includes(identifier) && !left.includes(identifier));
  if (!named.every((target) => allowed.includes(target)))
    throw new OAuthError("invalid_target", "The client may not exchange tokens for a resource that the request names.");
  return named.length === 0 ? allowed : [...new Set(named)];
}

function scopesAt(
  targets: readonly string[],
  subject: AccessTokenClaims,
  client: Client,
  registered: readonly Resource[],
): readonly string[] {
  const [has, places] = [scopesOf(subject), [subject.aud].flat()];
  return registered
    .filter(({ identifier }) => targets.includes(identifier))
    .flatMap(({ identifier, scopes }) => scopes.filter(({ name }) => !places.includes(identifier) || has.includes(name)))
    .filter(({ name, access }) => mayAsk(client, name) && (access !== "full" || isNamed(client, name)))
    .map(({ name }) => name);
}

/** Whether the operator wrote the scope down for the client, and not only left it open what it may ask for. */
const isNamed = ({ metadata }: Client, scope: string): boolean => metadata.scope?.split(" ").includes(scope) ?? false;

const scopesOf = ({ scope }: AccessTokenClaims): readonly string[] => scope.split(" ");

/** The subject token's details at the targets. */
const detailsAt = (
  targets: readonly string[],
  { authorization_details: details = [] }: AccessTokenClaims,
  client: Client,
  registered: readonly Resource[],
): readonly AuthorizationDetail[] =>
  withoutOrganizations(details).filter(
    ({ type }) => mayUse(client, type) && targets.includes(findDetailsType(type, registered)?.owner.identifier ?? ""),
  );

function actorOf({ act }: AccessTokenClaims, actor: AccessTokenClaims | null): Actor | null {
  if (actor === null) return act ?? null;
  if (depthOf(act) >= MAX_ACTORS) throw invalid(`${MAX_ACTORS} have acted one for the other already.`);
  return { sub: actor.sub, ...(act === undefined ? {} : { act }) };
}

const depthOf = (actor: Actor | undefined): number => (actor === undefined ? 0 : 1 + depthOf(actor.act));

/** What an exchange gives. */
export interface Exchanged extends Narrowed {
  /** Resources that the tokens it was made from were for, and it is not. */
  readonly exchangedFrom: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly organizations: readonly string[];
}

/**
 * The plan held against what D1 has now: what the run and the grant still hold of it, at the targets where anything is left.
 * @param entered names of the organizations that let both clients in
 * @returns undefined where a scope that was asked for is missing, or nothing is left; then nothing was written either
 * (store/exchange.ts has the same conditions)
 */
export function settleExchange(
  plan: ExchangePlan,
  { subject, details: asked }: ExchangeRequest,
  { family, grant }: Pick<FamilyState, "family" | "grant">,
  entered: readonly string[],
  registered: readonly Resource[],
): Exchanged | undefined {
  const inRun = (scope: string) => !plan.beyondToken.includes(scope) || family.scopes.includes(scope);
  const scopes = plan.scopes.filter((scope) => inRun(scope) && grant.scopes.includes(scope));
  if (plan.needsAll && scopes.length < plan.scopes.length) return undefined;
  const limit = limitedOrganizations(asked ?? []);
  const organizations = (subject.organizations ?? []).filter(
    (name) => entered.includes(name) && (limit?.includes(name) ?? true),
  );
  const limits = [...(subject.authorization_details ?? []), ...(asked ?? [])].filter(
    ({ type }) => type === ORGANIZATION_ACCESS,
  );
  const authorizationDetails = detailsOfToken(
    [...plan.details, ...limits],
    null,
    grant.authorizationDetails,
    organizations,
    plan.targets,
    registered,
  );
  const owners = [
    ...scopes.map((scope) => findOwner(scope, registered)),
    ...authorizationDetails.map(({ type }) => findDetailsType(type, registered)?.owner),
  ];
  const resources = plan.targets.filter((target) => owners.some((owner) => owner?.identifier === target));
  if (resources.length === 0) return undefined;
  const before = [...[subject.aud].flat(), ...(subject.exchanged_from ?? [])];
  const exchangedFrom = [...new Set(before)].filter((resource) => !resources.includes(resource));
  return { scopes, resources, exchangedFrom, authorizationDetails, organizations };
}

const invalid = (description: string): OAuthError => new OAuthError("invalid_request", description);
