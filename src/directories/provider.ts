/** The OpenID provider of a directory: where its endpoints are, and how it is asked. */
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  customFetch,
  discoveryRequest,
  modifyAssertion,
  PrivateKeyJwt,
  processDiscoveryResponse,
} from "oauth4webapi";
import type { Deps } from "../config.ts";
import { fetchPublic } from "../http/outgoing.ts";
import { loadSigningKey } from "../keyring.ts";
import { metadataIssuer, tokenIssuer } from "../rules/directory.ts";
import type { Directory } from "../store/directories.ts";
import { findKept, keep } from "../store/memory.ts";
import { toBase64url } from "../tokens/encoding.ts";
import { unseal } from "../tokens/secret.ts";
import { DirectoryFailure } from "./problem.ts";

const DEADLINE_SECONDS = 5;
const MAX_BYTES = 256 * 1024;
/** As long as this its metadata need not be read again. */
const FRESH_SECONDS = 3600;
const ASSERTION_SECONDS = 60;

export interface Provider {
  readonly server: AuthorizationServer;
  readonly client: Client;
}

/** How every request to a directory leaves: by the guarded way out, and by http only where we ourselves are on a loopback host. */
export const through = (deps: Deps) => ({
  [allowInsecureRequests]: !deps.config.secure,
  [customFetch]: async (url: string, options: { method: string; headers: Record<string, string>; body?: unknown }) => {
    const { method, headers, body } = options;
    const answer = await fetchPublic(deps, url, {
      method: method === "POST" ? "POST" : "GET",
      headers,
      ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
      maxBytes: MAX_BYTES,
      seconds: DEADLINE_SECONDS,
      allowsLoopback: true,
    });
    return new Response(answer.bytes.length === 0 ? null : answer.bytes, {
      status: answer.status,
      headers: withoutLength(answer.headers),
    });
  },
});

/** What is handed on is unpacked already. */
function withoutLength(headers: Headers): Headers {
  const copy = new Headers(headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) copy.delete(name);
  return copy;
}

/**
 * The provider as its metadata describes it (OpenID Connect Discovery), read again after an hour.
 * @throws DirectoryFailure unavailable, misconfigured
 */
export async function loadProvider(deps: Deps, directory: Directory): Promise<Provider> {
  const { issuer, settings, clientId } = directory;
  // Times are held against our own clock (rules/directoryPerson.ts): the library's is then no second judge.
  const client: Client = { client_id: clientId, [clockTolerance]: Number.MAX_SAFE_INTEGER };
  const key = `directory ${directory.id} ${directory.version}`;
  const known = findKept<{ server: AuthorizationServer; until: number }>(deps, key);
  const now = deps.now();
  if (known !== undefined && now < known.until) return { server: known.server, client };
  const expected = new URL(metadataIssuer(issuer));
  const response = await discoveryRequest(new URL(issuer), through(deps)).catch((error) => {
    throw new DirectoryFailure("unavailable", `its metadata cannot be had: ${reasonOf(error)}`);
  });
  if (response.status !== 200) throw new DirectoryFailure("unavailable", `its metadata is answered by ${response.status}`);
  const metadata = await processDiscoveryResponse(expected, response).catch((error) => {
    throw new DirectoryFailure("misconfigured", `its metadata: ${reasonOf(error)}`);
  });
  const server = { ...metadata, issuer: tokenIssuer(metadata.issuer, settings) };
  for (const endpoint of ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const)
    if (server[endpoint] === undefined || !isEndpoint(deps, server[endpoint]))
      throw new DirectoryFailure("misconfigured", `its ${endpoint} is missing or no address for us`);
  keep(deps, key, { server, until: now + FRESH_SECONDS * 1000 }, Number.POSITIVE_INFINITY);
  return { server, client };
}

/** The browser goes there too, without the guard of our own way out. */
const isEndpoint = ({ config }: Deps, url: string): boolean =>
  URL.canParse(url) && (new URL(url).protocol === "https:" || (!config.secure && new URL(url).protocol === "http:"));

/** How we prove to the directory who we are: by the secret that it gave us, or by our own signing key (private_key_jwt). */
export async function clientAuthOf(deps: Deps, directory: Directory, server: AuthorizationServer): Promise<ClientAuth> {
  if (directory.sealedSecret === null) return privateKeyAuth(deps);
  const secret = await unseal(deps, "directory", directory.sealedSecret);
  if (secret === undefined) throw new DirectoryFailure("misconfigured", "its secret was sealed under another MASTER_SECRET");
  // Absent means basic (OpenID Connect Discovery section 3); in the body, nobody disagrees about how it is encoded.
  const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return methods.includes("client_secret_post") ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

async function privateKeyAuth(deps: Deps): Promise<ClientAuth> {
  const { privateKey, kid } = await loadSigningKey(deps, "RS256");
  const now = Math.floor(deps.now() / 1000);
  return PrivateKeyJwt(
    { key: privateKey, kid },
    {
      [modifyAssertion]: (_header, payload) => {
        const times = { iat: now, nbf: now, exp: now + ASSERTION_SECONDS, jti: toBase64url(deps.random(16)) };
        Object.assign(payload, times);
      },
    },
  );
}

export const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return error instanceof Error ? `${error.message}${cause}` : String(error);
};
