/** `countersign/verify/hono`: the same as middleware. */
import type { Context, MiddlewareHandler } from "hono";
import type { AccessTokenClaims } from "../model.ts";
import { challenge } from "./challenge.ts";
import { checkRequest } from "./check.ts";
import { metadataResponse, protectedResourceMetadata, type ResourceDescription } from "./metadata.ts";
import { type Needs, parseNeeds } from "./needs.ts";
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from "./resourceServer.ts";

type Options = ResourceServerOptions | ((context: Context) => ResourceServerOptions);

/** What `protect` sets; for an app that mounts it with `use`: `new Hono<{ Variables: ProtectedVariables }>()`. */
export interface ProtectedVariables {
  readonly accessToken: AccessTokenClaims;
}

/**
 * Lets a request through whose access token has all that is needed, and sets its claims as `c.var.accessToken`. Answers any
 * other with the challenge, without calling what comes after.
 * @param options or what gives them from the context, for bindings: `(c) => ({ …, revocations: c.env.REVOCATIONS })`. Those
 *   that differ only in functions and bindings are one resource server per isolate, that of the first request
 * @param needs the scopes, all of which the token must have; or an object of what it must have, see `TokenNeeds`
 */
export function protect(options: Options, ...needs: Needs): MiddlewareHandler<{ Variables: ProtectedVariables }> {
  const find = finder(options);
  parseNeeds(needs);
  return async (context, next) => {
    const resourceServer = find(context);
    try {
      context.set("accessToken", await checkRequest(context.req.raw, resourceServer, ...needs));
    } catch (error) {
      return challenge(error, resourceServer);
    }
    return next();
  };
}

/**
 * Answers requests for this server's metadata (RFC 9728) and lets all others through: `app.use(resourceMetadata(options, { scopes }))`,
 * before whatever answers other paths. Of several on one host, the one whose audience has no path comes first.
 */
export function resourceMetadata(options: Options, description: ResourceDescription = {}): MiddlewareHandler {
  const find = finder(options);
  if (typeof options !== "function") protectedResourceMetadata(resourceServerOf(options), description);
  return async (context, next) => metadataResponse(context.req.raw, find(context), description) ?? next();
}

/** Fixed options that are wrong are refused at once. */
function finder(options: Options): (context: Context) => ResourceServer {
  if (typeof options === "function") return (context) => resourceServerOf(options(context));
  const resourceServer = resourceServerOf(options);
  return () => resourceServer;
}

/** Of this isolate: keys and revocations that one request has seen serve the next. */
const resourceServers = new Map<string, ResourceServer>();
const MAX_RESOURCE_SERVERS = 100;

function resourceServerOf(options: ResourceServerOptions): ResourceServer {
  const { revocations, proofs, certificate, fetch, now, onKeysUnavailable, onRevocationUnavailable, ...plain } = options;
  const name = JSON.stringify([Object.entries(plain).toSorted(), revocations !== undefined, proofs !== undefined]);
  const known = resourceServers.get(name);
  if (known !== undefined) return known;
  const made = createResourceServer(options);
  // An application may take its audience from the request's host: strangers then choose how many there are.
  if (resourceServers.size >= MAX_RESOURCE_SERVERS) resourceServers.clear();
  resourceServers.set(name, made);
  return made;
}
