import type { Deps } from "../config.ts";
import { loadSigningKey } from "../keyring.ts";
import type {
  AccessTokenClaims,
  Authorization,
  AuthorizationDetail,
  AuthorizedPerson,
  Client,
  FamilyId,
  Resource,
  SigningAlgorithm,
} from "../model.ts";
import { claimsAbout, claimsOf } from "../rules/claims.ts";
import { sectorOf } from "../rules/sector.ts";
import { loadResources } from "../store/resources.ts";
import { signAccessToken, tokenType } from "../tokens/accessToken.ts";
import { mintCredential } from "../tokens/credential.ts";
import { toBase64url } from "../tokens/encoding.ts";
import { sessionSid, signIdToken } from "../tokens/idToken.ts";
import { subjectOf } from "../tokens/subject.ts";
import { loadEncryptionKey } from "./clientKeys.ts";
import { protectionOf, seal } from "./protectedAnswer.ts";

const ACCESS_TOKEN_ALG: SigningAlgorithm = "ES256";

/** A successful answer of the token endpoint (RFC 6749 section 5.1, OpenID Connect Core 3.1.3.3). */
export interface TokenResponse {
  readonly access_token: string;
  readonly issued_token_type?: string;
  readonly token_type: "Bearer" | "DPoP";
  /** Seconds. */
  readonly expires_in: number;
  readonly scope?: string;
  readonly resource?: string | readonly string[];
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly authorization_details?: readonly AuthorizationDetail[];
  readonly grant_id?: string;
}

/**
 * Loads into this isolate's memory all that minting for the client needs. It comes before a credential is used up: were D1 to
 * fail only afterwards, the client would have lost its code. No trip once warm.
 */
export async function prepareToIssue(deps: Deps, client: Client): Promise<void> {
  const { id_token_signed_response_alg, id_token_encrypted_response_alg } = client.metadata;
  const loadKeys = async () => {
    await loadSigningKey(deps, ACCESS_TOKEN_ALG);
    await loadSigningKey(deps, id_token_signed_response_alg);
    if (id_token_encrypted_response_alg !== undefined) await loadEncryptionKey(deps, client, id_token_encrypted_response_alg);
  };
  await Promise.all([loadKeys(), loadResources(deps)]);
}

/** Mints the tokens of an authorization. Nothing else does. */
export async function issue(deps: Deps, authorization: Authorization): Promise<TokenResponse> {
  const { client, person, scopes, refreshGeneration, exchange } = authorization;
  const subject = await subjectOfTokens(deps, authorization);
  const issuedAt = Math.floor(deps.now() / 1000);
  const lifetime = accessTokenSeconds(deps, authorization, await loadResources(deps));
  const claims = accessTokenClaims(deps, authorization, subject, issuedAt, lifetime);
  const accessToken = await signAccessToken(await loadSigningKey(deps, ACCESS_TOKEN_ALG), claims);
  return {
    access_token: accessToken,
    ...(exchange === undefined ? {} : { issued_token_type: exchange.issuedTokenType }),
    token_type: tokenType(authorization.confirmation),
    expires_in: lifetime,
    // RFC 6749 section 3.3 knows no empty scope: where details say it all there is none.
    ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
    ...(authorization.namesResources ? { resource: claims.aud } : {}),
    ...(person === null || refreshGeneration === null ? {} : await refreshToken(deps, person.familyId, refreshGeneration)),
    ...(person !== null && scopes.includes("openid")
      ? { id_token: await idToken(deps, { client, scopes, person }, subject, issuedAt, accessToken) }
      : {}),
    ...(authorization.authorizationDetails.length === 0 ? {} : { authorization_details: authorization.authorizationDetails }),
    ...(person?.grantManaged ? { grant_id: person.grantId } : {}),
  };
}

async function subjectOfTokens(deps: Deps, { client, person, exchange }: Authorization): Promise<string> {
  if (person === null) return client.clientId;
  return exchange?.subject ?? subjectOf(deps, sectorOf(client.metadata), person.user.userId);
}

const refreshToken = async (deps: Deps, familyId: FamilyId, generation: number) => ({
  refresh_token: await mintCredential(deps, { kind: "refresh_token", familyId, generation }),
});

/** The shortest life that one of the resources asks for, and never more than a revocation mark lives. */
function accessTokenSeconds(
  { config, now }: Deps,
  { resources, endsAt }: Authorization,
  registered: readonly Resource[],
): number {
  const left = endsAt === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(endsAt / 1000) - Math.floor(now() / 1000));
  const asked = registered
    .filter(({ identifier }) => resources.includes(identifier))
    .map((resource) => resource.accessTokenSeconds ?? config.accessTokenSeconds);
  return Math.min(...(asked.length === 0 ? [config.accessTokenSeconds] : asked), config.maxAccessTokenSeconds, left);
}

function accessTokenClaims(
  deps: Deps,
  { resources, client, person, actor, exchange, scopes, organizations, authorizationDetails, confirmation }: Authorization,
  subject: string,
  issuedAt: number,
  lifetime: number,
): AccessTokenClaims {
  const [only = deps.config.issuer, ...others] = resources;
  return {
    iss: deps.config.issuer,
    sub: subject,
    aud: others.length === 0 ? only : [only, ...others],
    client_id: client.clientId,
    scope: scopes.join(" "),
    iat: person?.datedAt ?? issuedAt,
    exp: issuedAt + lifetime,
    jti: toBase64url(deps.random(16)),
    ...(person === null ? {} : { ...signInClaims(person), grant_id: person.grantId, sid: person.familyId }),
    ...(actor === null ? {} : { act: actor }),
    ...(exchange === undefined || exchange.from.length === 0 ? {} : { exchanged_from: [...exchange.from] }),
    organizations: [...organizations],
    ...(authorizationDetails.length === 0 ? {} : { authorization_details: authorizationDetails }),
    ...(confirmation === null ? {} : { cnf: confirmation }),
  };
}

/** When and how the person signed in, as far as we know (RFC 9068 section 2.2.1). */
const signInClaims = ({ authAt, acr }: AuthorizedPerson) => ({
  ...(authAt === null ? {} : { auth_time: Math.floor(authAt / 1000) }),
  ...(acr === null ? {} : { acr }),
});

async function idToken(
  deps: Deps,
  {
    client,
    scopes,
    person,
  }: { readonly client: Client; readonly scopes: readonly string[]; readonly person: AuthorizedPerson },
  subject: string,
  issuedAt: number,
  accessToken: string,
): Promise<string> {
  const { metadata, clientId } = client;
  const { user, claims, consentedClaims, sessionId, amr, nonce } = person;
  const asked = Object.keys(claims?.id_token ?? {});
  const allowed = [...claimsOf(scopes), ...consentedClaims];
  const signed = await signIdToken(
    await loadSigningKey(deps, metadata.id_token_signed_response_alg),
    {
      ...claimsAbout(
        user,
        asked.filter((name) => allowed.includes(name)),
      ),
      iss: deps.config.issuer,
      sub: subject,
      aud: clientId,
      iat: issuedAt,
      exp: issuedAt + deps.config.accessTokenSeconds,
      ...signInClaims(person),
      amr: [...amr],
      sid: await sessionSid(sessionId, clientId),
      ...(nonce === null ? {} : { nonce }),
    },
    accessToken,
  );
  const { encrypted } = protectionOf(
    metadata.id_token_signed_response_alg,
    metadata.id_token_encrypted_response_alg,
    metadata.id_token_encrypted_response_enc,
  );
  return encrypted === null ? signed : seal(deps, client, signed, encrypted);
}
