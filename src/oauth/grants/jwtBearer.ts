import { findIssuerKeys } from "../../clients/issuerKeys.ts";
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { JsonObject, TrustedIssuer, Use } from "../../model.ts";
import {
  type Asserted,
  type AssertionProfile,
  checkBearer,
  decideEntitlement,
  parseAsserted,
} from "../../rules/assertionGrant.ts";
import {
  detailsOfToken,
  limitedOrganizations,
  parseAuthorizationDetails,
  withoutOrganizations,
} from "../../rules/authorizationDetails.ts";
import { isVouched, reachedOrganizations } from "../../rules/organizations.ts";
import { datedAt } from "../../rules/pause.ts";
import { parseScope } from "../../rules/scope.ts";
import { redeemAssertion } from "../../store/assertions.ts";
import { loadResources } from "../../store/resources.ts";
import { findTrustedIssuer } from "../../store/trustedIssuers.ts";
import { algorithms } from "../../tokens/accessToken.ts";
import { checkGrantAssertion, TOLERANCE_SECONDS } from "../../tokens/assertion.ts";
import { checkClientJwt, decodeClientJwt } from "../../tokens/clientJwt.ts";
import { sha256 } from "../../tokens/encoding.ts";
import { newId } from "../../tokens/id.ts";
import type { Grant, TokenRequest } from "../token.ts";

/** What the `typ` of an assertion may be, by which the two kinds are told apart (RFC 8725 section 3.11). */
const types: Readonly<Record<AssertionProfile, readonly (string | undefined)[]>> = {
  id_jag: ["oauth-id-jag+jwt"],
  jwt_bearer: ["authorization-grant+jwt", "jwt", undefined],
};

/** An assertion that is good by itself: its signature, its claims, and that this client may bring it. */
interface Verified extends Asserted {
  readonly profile: AssertionProfile;
  readonly trust: TrustedIssuer;
  readonly subject: string;
  readonly issuedAt: number;
  readonly use: Use;
}

/**
 * The JWT bearer grant (RFC 7523 section 2.1), of which identity assertion authorization grants are a kind
 * (draft-ietf-oauth-identity-assertion-authz-grant): a token for a person at the word of an issuer that we trust. The assertion is
 * the credential, so that no refresh token comes with it; and it says nothing about the person, so that no ID token does.
 */
export const jwtBearer: Grant = async (request, deps) => {
  const { form, client, confirmation, whereabouts, once } = request;
  const registered = await loadResources(deps);
  const verified = await verify(form.load("assertion"), request, deps);
  const { profile, trust, subject, email, ownSubject, issuedAt, use, authAt, acr } = verified;
  const asked = {
    scopes: parseScope(form.find("scope") ?? ""),
    resources: form.all("resource"),
    details: parseAuthorizationDetails(form.find("authorization_details"), client, registered),
  };
  const details = parseAuthorizationDetails(verified.details, client, registered);
  const entitled = decideEntitlement({ ...verified, details }, asked, trust, client, registered);
  const { scopes, resources } = entitled;
  const state = await redeemAssertion(deps, {
    issuer: trust.issuer,
    purpose: profile,
    subject,
    email,
    userId: ownSubject,
    organizationId: trust.organization?.organizationId ?? null,
    clientId: client.clientId,
    scopes,
    resources,
    authorizationDetails: withoutOrganizations(entitled.details),
    issuedAt,
    newGrantId: newId(deps),
    newFamilyId: newId(deps),
    whereabouts,
    once: { ...once, uses: [...once.uses, use] },
    at: deps.now(),
  });
  // Whether there is such a person, and why not, is not for the client to learn.
  if (state === undefined)
    throw new OAuthError("invalid_grant", "The assertion is about nobody here whom this client may act for.");
  const { family, grant, user } = state;
  const limit = limitedOrganizations(entitled.details);
  const reached = reachedOrganizations(state.organizations, state.client, grant.organizations, limit, isVouched(grant));
  return {
    client,
    person: {
      user,
      grantId: grant.grantId,
      familyId: family.id,
      sessionId: "",
      grantManaged: false,
      claims: null,
      consentedClaims: [],
      authAt,
      acr,
      amr: [],
      datedAt: datedAt(deps.now(), grant),
      nonce: null,
    },
    actor: null,
    refreshGeneration: null,
    scopes,
    resources,
    authorizationDetails: detailsOfToken(entitled.details, null, grant.authorizationDetails, reached, resources, registered),
    organizations: reached,
    confirmation,
    endsAt: null,
    namesResources: profile === "id_jag",
  };
};

async function verify(assertion: string, { client, confirmation }: TokenRequest, deps: Deps): Promise<Verified> {
  const { header, claims } = decodeClientJwt(assertion) ?? { header: {}, claims: {} };
  const profile = profileOf(header);
  const trust = await findTrust(claims, profile, deps);
  // One answer to everything that an outsider could have written: it does not tell whom we trust.
  const forge = (reason: string) => new OAuthError("invalid_grant", "The assertion is not valid.", { reason });
  if (trust === undefined) throw forge(`nobody is trusted for ${profile} as ${String(claims["iss"]).slice(0, 255)}`);
  await checkClientJwt(assertion, {
    types: types[profile],
    algorithms,
    findKeys: findIssuerKeys(deps, trust),
    refuse: forge,
  });
  checkBearer(profile, trust, client);
  const refuse = (reason: string) => new OAuthError("invalid_grant", `The assertion is not valid: ${reason}.`);
  const now = deps.now();
  const { subject, jti, expiresAt, issuedAt } = checkGrantAssertion(claims, {
    issuer: deps.config.issuer,
    inArray: profile === "id_jag",
    now,
    refuse,
  });
  const latestAt = now + TOLERANCE_SECONDS * 1000;
  const asserted = parseAsserted(claims, profile, trust, { client, confirmation, latestAt }, refuse);
  const use: Use = { kind: "grant_assertion", key: await sha256(`grant_assertion\0${trust.issuer}\0${jti}`), expiresAt };
  return { ...asserted, profile, trust, subject, issuedAt, use };
}

/** By its type alone; one with another is refused for it later. */
const profileOf = ({ typ }: JsonObject): AssertionProfile =>
  typeof typ === "string" && typ.toLowerCase().replace(/^application\//, "") === "oauth-id-jag+jwt" ? "id_jag" : "jwt_bearer";

/** Nobody trusts us with our own word: what we signed has uses of its own. */
async function findTrust({ iss }: JsonObject, profile: AssertionProfile, deps: Deps): Promise<TrustedIssuer | undefined> {
  if (typeof iss !== "string" || iss === deps.config.issuer) return undefined;
  const trust = await findTrustedIssuer(deps, iss);
  return trust?.purposes.includes(profile) ? trust : undefined;
}
