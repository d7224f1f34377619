import { findClient } from "../clients/document.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { countFailure, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import type { Client, Once, Use } from "../model.ts";
import { noted } from "../rules/developerNote.ts";
import { type Certificate, matchesSubject, readCertificate } from "../tokens/certificate.ts";
import { sameText, sha256, toBase64url } from "../tokens/encoding.ts";
import { checkClientAssertion } from "./clientAssertion.ts";
import { findCertificates } from "./clientKeys.ts";
import { invalidClient, type Presented, parsePresented } from "./presentedClient.ts";

/** The client that a request comes from, and what the request brought along. */
export interface Caller {
  readonly client: Client;
  /** To be passed to the store with the request's work, which is refused if any of it was used before. */
  readonly once: Once;
  /** What the client's end of the TLS connection showed, whether or not it authenticates by it. */
  readonly certificate: Certificate | null;
}

/** What each method is given to judge by. */
interface Evidence {
  readonly presented: Presented;
  readonly client: Client;
  readonly certificate: Certificate | null;
}

/** How each registered method is checked: what it uses up, or an OAuthError that says no. */
type Method = (evidence: Evidence, deps: Deps) => Promise<readonly Use[]>;

const WRONG_SECRET = "wrong secret";

const sentWords: Readonly<Record<Presented["form"], string>> = {
  basic: "a secret in the header (client_secret_basic)",
  post: "a secret in the form (client_secret_post)",
  assertion: "a client_assertion (private_key_jwt or client_secret_jwt)",
  bare: "a client_id alone (none)",
};

/** No client has it: what the secret of an unknown client is compared with. */
const NOBODYS_SHA256 = "A".repeat(43);

const bySecret: Method = async ({ presented, client }, deps) => {
  if ("secret" in presented && (await knowsSecret(presented.secret, client, deps.now()))) return [];
  throw invalidClient(WRONG_SECRET);
};

const byAssertion: Method = async ({ presented, client }, deps) => {
  if (!("assertion" in presented)) throw invalidClient("no assertion");
  return [await checkClientAssertion(presented.assertion, client, deps)];
};

const methods: Readonly<Record<Client["metadata"]["token_endpoint_auth_method"], Method>> = {
  none: async () => [],
  client_secret_basic: bySecret,
  client_secret_post: bySecret,
  client_secret_jwt: byAssertion,
  private_key_jwt: byAssertion,
  /** RFC 8705 section 2.1: a certificate that Cloudflare verified, and that names the client. */
  tls_client_auth: async ({ client, certificate }) => {
    if (certificate?.verified && matchesSubject(certificate, client.metadata)) return [];
    throw invalidClient(certificate === null ? "no certificate" : "a certificate of another subject, or not verified");
  },
  /** RFC 8705 section 2.2: one of the certificates that the client has registered, whoever signed it. */
  self_signed_tls_client_auth: async ({ client, certificate }, deps) => {
    if (certificate !== null && (await findCertificates(deps, client, certificate.thumbprint)).includes(certificate.thumbprint))
      return [];
    throw invalidClient(certificate === null ? "no certificate" : "a certificate that is not registered");
  },
};

/** Which registered methods a request of each form can be. */
const fits: Readonly<Record<Presented["form"], readonly (keyof typeof methods)[]>> = {
  basic: ["client_secret_basic"],
  post: ["client_secret_post"],
  assertion: ["client_secret_jwt", "private_key_jwt"],
  bare: ["none", "tls_client_auth", "self_signed_tls_client_auth"],
};

/** Every method that proves who the client is, in the order that the metadata lists them. */
export const authenticationMethods = Object.keys(methods).filter((method) => method !== "none");

/**
 * The client that sent the request, authenticated by the one method that it registered (RFC 6749 section 2.3, RFC 7523
 * section 2.2, RFC 8705 section 2). Failures are counted per client and network, so that guessing is slowed down and nobody can
 * lock a client out.
 * @throws OAuthError invalid_request for two methods at once, invalid_client, slow_down
 */
export async function authenticateClient(request: Request, form: Parameters, deps: Deps): Promise<Caller> {
  const presented = parsePresented(request, form);
  const client = await findCaller(deps, presented.clientId, request);
  try {
    const certificate = readCertificate(request.cf?.["tlsClientAuth"]);
    const uses = await authenticate(presented, client, certificate, deps);
    return { client: uses.client, certificate, once: { rid: toBase64url(deps.random(12)), uses: uses.uses } };
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_client" && presented.form !== "bare")
      await countFailure(deps, await limitOf("client_secret", presented.clientId, networkOfRequest(request)));
    throw client === undefined ? error : noted(error, client, failureWords(error, presented, client));
  }
}

/** A client whose document is of no use is one that cannot be authenticated; what is wrong with it everybody can read there. */
async function findCaller(deps: Deps, clientId: string, request: Request): Promise<Client | undefined> {
  try {
    return await findClient(deps, clientId, request);
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== "invalid_client_metadata") throw error;
    throw invalidClient(error.description, error.description);
  }
}

/** For the client's developer: what was sent, what is registered, and what is wrong with it where the two agree. */
function failureWords(error: unknown, { form }: Presented, { metadata }: Client): string {
  const { token_endpoint_auth_method: method } = metadata;
  if (!fits[form].includes(method))
    return `Client authentication failed. You sent ${sentWords[form]}; registered is ${method}.`;
  const reason = error instanceof OAuthError ? error.reason : undefined;
  if (reason === WRONG_SECRET)
    return `Client authentication failed. ${method} is the registered method, but the secret is none of the live ones.`;
  return `Client authentication failed. ${method} is the registered method, but it was refused: ${reason}.`;
}

/** As `authenticateClient`, for endpoints that answer to nobody who cannot prove who they are. */
export async function authenticateConfidentialClient(request: Request, form: Parameters, deps: Deps): Promise<Caller> {
  const caller = await authenticateClient(request, form, deps);
  if (caller.client.metadata.token_endpoint_auth_method === "none") throw invalidClient("a public client");
  return caller;
}

async function authenticate(
  presented: Presented,
  client: Client | undefined,
  certificate: Certificate | null,
  deps: Deps,
): Promise<{ readonly client: Client; readonly uses: readonly Use[] }> {
  const method = client && methodOf(client, presented);
  if (client === undefined || method === undefined || !fits[presented.form].includes(method)) {
    // The same work as for a wrong secret, so that time does not tell which clients there are.
    if ("secret" in presented) await knowsSecret(presented.secret, undefined, deps.now());
    throw invalidClient(client === undefined ? "unknown client" : `sent ${presented.form}, registered ${method}`);
  }
  return { client, uses: await methods[method]({ presented, client, certificate }, deps) };
}

/**
 * The method that the client registered; save that one whose document makes it public and has keys may prove by them what it need not
 * (OpenID Connect RP Metadata Choices), and is then held to it.
 */
function methodOf({ origin, metadata }: Client, { form }: Presented): Client["metadata"]["token_endpoint_auth_method"] {
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = metadata;
  const mayProve = origin === "document" && method === "none" && (jwks !== undefined || jwks_uri !== undefined);
  return mayProve && form === "assertion" ? "private_key_jwt" : method;
}

async function knowsSecret(secret: string, client: Client | undefined, now: number): Promise<boolean> {
  const digest = await sha256(secret);
  const live = (client?.secrets ?? []).filter(({ expiresAt }) => expiresAt === null || now < expiresAt);
  const digests = live.length === 0 ? [NOBODYS_SHA256] : live.map((known) => known.sha256);
  return digests.map((known) => sameText(known, digest)).includes(true);
}
