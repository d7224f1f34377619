import { createMcpHandler } from "@modelcontextprotocol/server";
import { challenge, checkRequest, createResourceServer, type ResourceServer } from "countersign/verify";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import type { Bindings } from "./api.ts";
import { createTools, scopesOf } from "./mcpTools.ts";

const MAX_BODY = 64 * 1024;

/**
 * A resource of its own, since that is what clients of the Model Context Protocol take its address for: a token for it opens
 * nothing under /api, and one for /api opens nothing here.
 */
export const mcpOptions = ({ ISSUER, AUDIENCE, REVOCATIONS }: Bindings) => ({
  issuer: ISSUER,
  audience: `${AUDIENCE}/mcp`,
  realm: "Contoso DevOps",
  revocations: REVOCATIONS,
});

/** Of this isolate: it has the issuer's keys. */
let resourceServer: ResourceServer | undefined;

/**
 * The Model Context Protocol (Streamable HTTP) at /mcp, without sessions. What a request needs depends on the tool that it calls,
 * so that it is read before its token is checked; nothing is done for it before.
 */
export const mcp = new Hono<{ Bindings: Bindings }>()
  .use(cors({ origin: "*", exposeHeaders: ["WWW-Authenticate", "DPoP-Nonce"] }))
  .use(bodyLimit({ maxSize: MAX_BODY }))
  .all("/", async (c) => {
    resourceServer ??= createResourceServer(mcpOptions(c.env));
    const scopes = scopesOf(await readMessage(c.req.raw));
    try {
      const claims = await checkRequest(c.req.raw, resourceServer, { scopes, person: true });
      return await createMcpHandler(() => createTools(claims)).fetch(c.req.raw);
    } catch (error) {
      return challenge(error, resourceServer);
    }
  });

/** What the request says, as far as it can be read. If it cannot, the protocol tells its sender why, once the token was good. */
const readMessage = async (request: Request): Promise<unknown> =>
  request.method === "POST"
    ? request
        .clone()
        .json<unknown>()
        .catch(() => undefined)
    : undefined;
