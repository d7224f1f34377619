import type { Endpoint } from "./respond.ts";

/**
 * Any origin, and never with cookies: these endpoints know a caller by its token or secret alone, so a page of another origin
 * can do no more through a browser than it could by itself. Origins are not reflected.
 */
const anyOrigin = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "WWW-Authenticate, DPoP-Nonce, Retry-After, Request-Id",
};

/** The endpoint, readable by scripts of every origin. */
export const withCors =
  (endpoint: Endpoint): Endpoint =>
  async (request, deps) => {
    const response = await endpoint(request, deps);
    for (const [name, value] of Object.entries(anyOrigin)) response.headers.set(name, value);
    return response;
  };

/** The answer to a preflight (Fetch standard). `MCP-Protocol-Version` is sent along by clients of the Model Context Protocol. */
export const allowPreflight = (methods: readonly string[]): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...anyOrigin,
      "Access-Control-Allow-Methods": methods.join(", "),
      "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP, MCP-Protocol-Version",
      "Access-Control-Max-Age": "86400",
    },
  });
