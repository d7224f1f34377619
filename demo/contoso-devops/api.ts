import {
  type AccessTokenClaims,
  challenge,
  createResourceServer,
  findAuthorizationDetails,
  OAuthError,
} from "countersign/verify";
import { protect } from "countersign/verify/hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { Organization } from "./data.ts";
import {
  addWorkItem,
  buildsJson,
  codeJson,
  findFile,
  findOrganization,
  moveWorkItem,
  organizationJson,
  workItemJson,
  workItemsJson,
} from "./organizations.ts";

export interface Bindings {
  readonly ISSUER: string;
  /** Our own origin: the resource identifier that a token must name as its audience. */
  readonly AUDIENCE: string;
  readonly REVOCATIONS: KVNamespace;
}

interface ApiEnv {
  Bindings: Bindings;
  Variables: { accessToken: AccessTokenClaims; organization: Organization };
}

const MAX_BODY = 8 * 1024;

export const apiOptions = ({ ISSUER, AUDIENCE, REVOCATIONS }: Bindings) => ({
  issuer: ISSUER,
  audience: AUDIENCE,
  revocations: REVOCATIONS,
});

/** What clients read of the API before they ask for access to it (RFC 9728). */
export const apiDescription = {
  name: "Contoso DevOps",
  scopes: ["builds.read", "workitems.read", "workitems.write", "code.read"],
  authorizationDetailsTypes: ["repository_access"],
};

/** Lets a request in whose token is Countersign's, for us, not revoked, and holds the scopes. */
const needs = (...scopes: string[]) => protect(({ env }) => apiOptions(env), ...scopes);

/**
 * Membership decides: the token names the organizations that its person may enter with this service. An organization that does
 * not exist is answered alike, so that nobody learns names by trying.
 */
const enter = createMiddleware<ApiEnv>(async (c, next) => {
  const name = c.req.param("organization") ?? "";
  const organization = c.var.accessToken.organizations?.includes(name) ? findOrganization(name) : undefined;
  if (organization === undefined)
    return c.json(
      {
        error: "access_denied",
        error_description: `This token does not reach the organization ${name}. Its person must be a member, have chosen it, and its policy must let the service in.`,
      },
      403,
    );
  c.set("organization", organization);
  return next();
});

/**
 * Leaves of the organization's repositories those that the token may read: all of them by the scope `code.read`, else those that
 * its `repository_access` names (RFC 9396; demo/seed.json has the type).
 */
const readsCode = createMiddleware<ApiEnv>(async (c, next) => {
  const { accessToken, organization } = c.var;
  if (accessToken.scope.split(" ").includes("code.read")) return next();
  const named = findAuthorizationDetails(accessToken, "repository_access")
    .filter((detail) => detail["organization"] === organization.name && [detail["actions"]].flat().includes("read"))
    .flatMap((detail) => detail["repositories"]);
  if (named.length === 0) {
    const description = "The access token lacks the scope code.read, and names no repository of this organization.";
    return challenge(new OAuthError("insufficient_scope", description), createResourceServer(apiOptions(c.env)), "code.read");
  }
  c.set("organization", {
    ...organization,
    repositories: organization.repositories.filter(({ name }) => named.includes(name)),
  });
  return next();
});

/** Everything under /api. A token that is missing or bad is told so before anything else is looked at. */
export const api = new Hono<ApiEnv>()
  .use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  })
  .get("/organizations", needs(), (c) => {
    const names = c.var.accessToken.organizations ?? [];
    return c.json({ organizations: names.flatMap((name) => findOrganization(name) ?? []).map(organizationJson) });
  })
  .get("/organizations/:organization/builds", needs("builds.read"), enter, (c) =>
    c.json({ builds: buildsJson(c.var.organization) }),
  )
  .get("/organizations/:organization/code", needs(), enter, readsCode, (c) =>
    c.json({ repositories: codeJson(c.var.organization) }),
  )
  .get("/organizations/:organization/code/:repository/:path{.+}", needs(), enter, readsCode, (c) => {
    const content = findFile(c.var.organization, c.req.param("repository"), c.req.param("path"));
    return content === undefined ? c.json(notFound, 404) : c.text(content);
  })
  .get("/organizations/:organization/workitems", needs("workitems.read"), enter, (c) =>
    c.json({ work_items: workItemsJson(c.var.organization) }),
  )
  .use("/organizations/:organization/workitems/*", bodyLimit({ maxSize: MAX_BODY, onError: (c) => c.json(tooLarge, 413) }))
  .post("/organizations/:organization/workitems", needs("workitems.write"), enter, async (c) => {
    const added = addWorkItem(c.var.organization, await parseJson(c.req.raw));
    return typeof added === "string" ? c.json(invalid(added), 400) : c.json(workItemJson(added), 201);
  })
  .post("/organizations/:organization/workitems/:id{[0-9]{1,9}}", needs("workitems.write"), enter, async (c) => {
    const moved = moveWorkItem(c.var.organization, Number(c.req.param("id")), await parseJson(c.req.raw));
    if (moved === undefined) return c.json(notFound, 404);
    return typeof moved === "string" ? c.json(invalid(moved), 400) : c.json(workItemJson(moved));
  })
  .all("*", needs(), (c) => c.json(notFound, 404));

/** The body as JSON; undefined when it is none, which then fails for want of its members. */
const parseJson = (request: Request): Promise<unknown> => request.json<unknown>().catch(() => undefined);

const invalid = (error_description: string) => ({ error: "invalid_request", error_description });
const notFound = { error: "not_found", error_description: "There is nothing at this address." };
const tooLarge = { error: "payload_too_large", error_description: "A request's body may hold 8 KB." };
