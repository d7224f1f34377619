import { resourceMetadata } from "countersign/verify/hono";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { api, apiDescription, apiOptions, type Bindings } from "./api.ts";
import { mcp, mcpOptions } from "./mcp.ts";
import { mcpScopes } from "./mcpTools.ts";
import { FrontPage, NotFoundPage } from "./pages.tsx";
import { icon, styleSheet } from "./style.ts";

/**
 * Contoso DevOps: a resource server. It knows nothing of people and passwords; what a request may do, its access token says,
 * and `countersign/verify` says whether to believe it.
 */
const app = new Hono<{ Bindings: Bindings }>();

app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    strictTransportSecurity: false,
  }),
);
app.use(async (c, next) => {
  await next();
  if (new URL(c.req.url).protocol === "https:") c.header("Strict-Transport-Security", "max-age=63072000");
});

app.get("/", (c) => c.html(<FrontPage issuer={c.env.ISSUER} origin={c.env.AUDIENCE} />));
app.get("/style.css", etag(), (c) => c.body(styleSheet, 200, { "Content-Type": "text/css; charset=utf-8" }));
app.get("/icon.svg", etag(), (c) => c.body(icon, 200, { "Content-Type": "image/svg+xml" }));
app.use(resourceMetadata(({ env }) => apiOptions(env), apiDescription));
app.use(resourceMetadata(({ env }) => mcpOptions(env), { name: "Contoso DevOps for assistants", scopes: mcpScopes }));
app.route("/api", api);
app.route("/mcp", mcp);
app.notFound((c) => c.html(<NotFoundPage />, 404));

export default app;
