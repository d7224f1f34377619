/** `countersign/verify/hono`: the same as middleware. */
import type { Context, MiddlewareHandler } from "hono";
import type { AccessTokenClaims } from "../model.ts";
import { challenge } from "./challenge.ts";
import { checkRequest } from "./check.ts";
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from "./resourceServer.ts";

/** What `protect` sets; for an app that mounts it with `use`: `new Hono<{ Variables: ProtectedVariables }>()`. */
export interface ProtectedVariables {
  readonly accessToken: AccessTokenClaims;
}

/**
 * Lets a request through whose access token has all of these scopes, and sets its claims as `c.var.accessToken`. Answers any
 * other with the challenge, without calling what comes after.
 * @param options or what gives them from the context, for bindings: `(c) => ({ …, revocations: c.env.REVOCATIONS })`. Those
 *   that differ only in functions and bindings are one resource server per isolate, that of the first request
 */
export function protect(
  options: ResourceServerOptions | ((context: Context) => ResourceServerOptions),
  ...scopes: string[]
): MiddlewareHandler<{ Variables: ProtectedVariables }> {
  const find = typeof options === "function" ? options : () => options;
  if (typeof options !== "function") resourceServerOf(options);
  return async (context, next) => {
    const resourceServer = resourceServerOf(find(context));
    try {
      context.set("accessToken", await checkRequest(context.req.raw, resourceServer, ...scopes));
    } catch (error) {
      return challenge(error, resourceServer);
    }
    return next();
  };
}

/** Of this isolate: keys and revocations that one request has seen serve the next. */
const resourceServers = new Map<string, ResourceServer>();
const MAX_RESOURCE_SERVERS = 100;

function resourceServerOf(options: ResourceServerOptions): ResourceServer {
  const { issuer, audience, realm, skewSeconds, strict, origin, dpopNonceSecret, revocations, proofs } = options;
  const bindings = [revocations !== undefined, proofs !== undefined];
  const name = JSON.stringify([issuer, audience, realm, skewSeconds, strict, origin, dpopNonceSecret, ...bindings]);
  const known = resourceServers.get(name);
  if (known !== undefined) return known;
  const made = createResourceServer(options);
  // An application may take its audience from the request's host: strangers then choose how many there are.
  if (resourceServers.size >= MAX_RESOURCE_SERVERS) resourceServers.clear();
  resourceServers.set(name, made);
  return made;
}
