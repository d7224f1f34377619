import { type CallToolResult, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import type { AccessTokenClaims } from "countersign/verify";
import { workItemStates } from "./data.ts";
import { buildsJson, findOrganization, moveWorkItem, organizationJson, workItemJson, workItemsJson } from "./organizations.ts";

/** What a token must have to come in at all, and what a tool needs beyond that; demo/seed.json has the words for people. */
const READ = "mcp.read";
const WRITE = "mcp.write";

/** Where a client begins. The rest it asks for when a tool needs it. */
export const mcpScopes = [READ];

/** What assistants, and the people who look at the front page, are told of each tool. */
export const tools = {
  list_organizations: {
    title: "List organizations",
    description: "The organizations that you may look into.",
    scopes: [READ],
    annotations: { readOnlyHint: true },
  },
  list_builds: {
    title: "List builds",
    description: "Builds with status, branch and duration, the newest first.",
    scopes: [READ],
    annotations: { readOnlyHint: true },
  },
  list_work_items: {
    title: "List work items",
    description: "Bugs, features and tasks, the last changed first.",
    scopes: [READ],
    annotations: { readOnlyHint: true },
  },
  move_work_item: {
    title: "Move a work item",
    description: "Changes its state. Colleagues see the change as yours.",
    scopes: [READ, WRITE],
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  },
} as const;

/** The scopes that a message of the protocol needs. What is no such message is told so by the protocol, once its token was good. */
export function scopesOf(message: unknown): readonly string[] {
  const called = [message].flat().flatMap((one) => {
    const { method, params } = Object(one) as { readonly method?: unknown; readonly params?: { readonly name?: unknown } };
    return method === "tools/call" ? [params?.name] : [];
  });
  const needed = Object.entries(tools).flatMap(([name, { scopes }]) => (called.includes(name) ? scopes : []));
  return [...new Set([READ, ...needed])];
}

const organization = { type: "string", description: "Its name, as list_organizations has it." } as const;
const inOrganization = fromJsonSchema<{ organization: string }>({
  type: "object",
  properties: { organization },
  required: ["organization"],
  additionalProperties: false,
});
const move = fromJsonSchema<{ organization: string; id: number; state: string }>({
  type: "object",
  properties: {
    organization,
    id: { type: "integer", description: "The number of the work item." },
    state: { type: "string", enum: [...workItemStates] },
  },
  required: ["organization", "id", "state"],
  additionalProperties: false,
});

const answer = (value: object): CallToolResult => ({ content: [{ type: "text", text: JSON.stringify(value) }] });
const refusal = (text: string): CallToolResult => ({ isError: true, content: [{ type: "text", text }] });
const outside = (name: string) => refusal(`This token does not reach the organization ${name}.`);

/** The tools for one token, which reach the organizations that it names. */
export function createTools({ organizations = [] }: Pick<AccessTokenClaims, "organizations">): McpServer {
  const server = new McpServer({ name: "contoso-devops", title: "Contoso DevOps", version: "1.0.0" });
  const { list_organizations, list_builds, list_work_items, move_work_item } = tools;
  const reached = organizations.flatMap((name) => findOrganization(name) ?? []);
  const enter = (name: string) => reached.find((one) => one.name === name);

  server.registerTool("list_organizations", list_organizations, () => answer({ organizations: reached.map(organizationJson) }));
  server.registerTool("list_builds", { ...list_builds, inputSchema: inOrganization }, ({ organization }) => {
    const found = enter(organization);
    return found === undefined ? outside(organization) : answer({ builds: buildsJson(found) });
  });
  server.registerTool("list_work_items", { ...list_work_items, inputSchema: inOrganization }, ({ organization }) => {
    const found = enter(organization);
    return found === undefined ? outside(organization) : answer({ work_items: workItemsJson(found) });
  });
  server.registerTool("move_work_item", { ...move_work_item, inputSchema: move }, ({ organization, id, state }) => {
    const found = enter(organization);
    if (found === undefined) return outside(organization);
    const moved = moveWorkItem(found, id, { state });
    if (moved === undefined) return refusal(`There is no work item ${id}.`);
    return typeof moved === "string" ? refusal(moved) : answer(workItemJson(moved));
  });
  return server;
}
