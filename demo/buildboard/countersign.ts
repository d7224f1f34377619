import * as oauth from "oauth4webapi";
import type { Bindings, Connected, Ended, Pending, Session } from "./session.ts";

/** Buildboard's side of OAuth: everything that passes between it and Countersign, by oauth4webapi. */

/** What Buildboard asks for. A person may allow less; the board then says so in the place of what it cannot show. */
const scope = "openid profile offline_access workitems.read workitems.write code.read builds.read";

/** Renew a little before the end, so that a request under way does not meet an expired token. */
const RENEW_BEFORE_MS = 30_000;
const METADATA_MS = 600_000;

/** Plain http is for the demo on localhost alone. */
export const httpOptions = (env: Bindings) => ({
  [oauth.allowInsecureRequests]: env.ISSUER.startsWith("http://localhost:"),
  signal: () => AbortSignal.timeout(10_000),
});

const client = (env: Bindings): oauth.Client => ({ client_id: env.CLIENT_ID });
const authentication = (env: Bindings): oauth.ClientAuth => oauth.ClientSecretBasic(env.CLIENT_SECRET);
const callback = (env: Bindings): string => `${env.ORIGIN}/callback`;

/** Where a person takes the access back. */
export const authorizationsUrl = (env: Bindings): string => `${env.ISSUER}/settings/authorizations`;

let known: { readonly server: oauth.AuthorizationServer; readonly until: number } | undefined;

/** The server's metadata (OpenID Connect Discovery), kept for ten minutes. */
async function discover(env: Bindings): Promise<oauth.AuthorizationServer> {
  if (known !== undefined && known.server.issuer === env.ISSUER && Date.now() < known.until) return known.server;
  const issuer = new URL(env.ISSUER);
  const response = await oauth.discoveryRequest(issuer, httpOptions(env));
  const server = await oauth.processDiscoveryResponse(issuer, response);
  known = { server, until: Date.now() + METADATA_MS };
  return server;
}

/** An authorization request: where the browser goes with it, and what we must know when it comes back. */
export async function startAuthorization(env: Bindings): Promise<{ readonly location: string; readonly pending: Pending }> {
  const server = await discover(env);
  const pending: Pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
  };
  const parameters = new URLSearchParams({
    client_id: env.CLIENT_ID,
    redirect_uri: callback(env),
    response_type: "code",
    scope,
    resource: env.API,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: "S256",
  });
  return { location: `${server.authorization_endpoint}?${parameters}`, pending };
}

/**
 * The browser is back: checks state and issuer, redeems the code, checks the ID token, asks for the person's name.
 * @throws oauth.AuthorizationResponseError with what the server said instead of giving a code
 */
export async function finishAuthorization(env: Bindings, url: URL, pending: Pending): Promise<Connected> {
  const server = await discover(env);
  const parameters = oauth.validateAuthResponse(server, client(env), url, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client(env),
    authentication(env),
    parameters,
    callback(env),
    pending.codeVerifier,
    httpOptions(env),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client(env), response, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, httpOptions(env));
  const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? "";
  return {
    kind: "connected",
    subject,
    name: await findName(env, server, tokens, subject),
    connectedAt: Date.now(),
    refreshedAt: null,
    refreshes: 0,
    ...held(tokens, scope, null),
  };
}

/** The first access token is for Countersign's userinfo endpoint and for the API; those from a refresh are for the API alone. */
async function findName(
  env: Bindings,
  server: oauth.AuthorizationServer,
  tokens: oauth.TokenEndpointResponse,
  subject: string,
): Promise<string | null> {
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (typeof claims?.["name"] === "string") return claims["name"];
  const response = await oauth.userInfoRequest(server, client(env), tokens.access_token, httpOptions(env));
  const { name } = await oauth.processUserInfoResponse(server, client(env), subject, response);
  return name ?? null;
}

export const isNearItsEnd = (session: Connected): boolean => Date.now() >= session.expiresAt - RENEW_BEFORE_MS;

/**
 * Trades the refresh token for new tokens. A refresh token that is refused has ended for good: the access was revoked, or
 * nobody used it for too long.
 * @throws whatever else goes wrong; then the session stays as it is, and another try may succeed
 */
export async function refresh(env: Bindings, session: Connected): Promise<Session> {
  if (session.refreshToken === null) return ended("expired");
  const server = await discover(env);
  const options = { ...httpOptions(env), additionalParameters: { resource: env.API } };
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client(env),
    authentication(env),
    session.refreshToken,
    options,
  );
  try {
    const tokens = await oauth.processRefreshTokenResponse(server, client(env), response);
    const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? session.subject;
    if (subject !== session.subject) throw new oauth.OperationProcessingError("the refreshed ID token is somebody else's");
    const renewed = held(tokens, session.scopes.join(" "), session.refreshToken);
    return { ...session, ...renewed, refreshedAt: Date.now(), refreshes: session.refreshes + 1 };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === "invalid_grant") return ended("revoked");
    throw error;
  }
}

export const ended = (because: Ended["because"]): Ended => ({ kind: "ended", because, endedAt: Date.now() });

/** Gives the tokens back (RFC 7009): the refresh token, and every access token that came from it, end. */
export async function giveBack(env: Bindings, session: Connected): Promise<void> {
  const server = await discover(env);
  const token = session.refreshToken ?? session.accessToken;
  const hint = session.refreshToken === null ? "access_token" : "refresh_token";
  const options = { ...httpOptions(env), additionalParameters: { token_type_hint: hint } };
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client(env), authentication(env), token, options),
  );
}

/** What a token response leaves us with; a scope or refresh token that it does not name stays as it was (RFC 6749 section 6). */
const held = (tokens: oauth.TokenEndpointResponse, formerScope: string, formerRefreshToken: string | null) => ({
  scopes: (tokens.scope ?? formerScope).split(" "),
  accessToken: tokens.access_token,
  expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1000,
  refreshToken: tokens.refresh_token ?? formerRefreshToken,
});
