import { type CallToolResult, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import type { AccessTokenClaims } from "countersign/verify";
import { workItemStates } from "./data.ts";
import { buildsJson, findOrganization, moveWorkItem, organizationJson, workItemJson, workItemsJson } from "./organizations.ts";

/** What a tool may reach: the organizations that the token's person chose. */
type Reach = Pick<AccessTokenClaims, "organizations">;

/** What every call needs, and what else some tools do; demo/seed.json has the words for people. */
const READ = "mcp.read";
const scopesOfTool: Readonly<Record<string, readonly string[]>> = { move_work_item: ["mcp.write"] };

/** Where a client begins. The rest it asks for when a tool needs it. */
export const mcpScopes = [READ];

/** The scopes that a message of the Model Context Protocol needs; one that is none is answered by the protocol. */
export function scopesOf(message: unknown): readonly string[] {
  const tools = [message].flat().flatMap((one) => {
    const { method, params } = Object(one) as { readonly method?: unknown; readonly params?: { readonly name?: unknown } };
    return method === "tools/call" ? [String(params?.name)] : [];
  });
  return [READ, ...tools.flatMap((name) => (Object.hasOwn(scopesOfTool, name) ? (scopesOfTool[name] ?? []) : []))];
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

/** The tools, for one token. */
export function createTools({ organizations = [] }: Reach): McpServer {
  const server = new McpServer({ name: "contoso-devops", title: "Contoso DevOps", version: "1.0.0" });
  const reached = organizations.flatMap((name) => findOrganization(name) ?? []);
  const enter = (name: string) => reached.find((one) => one.name === name);
  const outside = (name: string) => refusal(`This token does not reach the organization ${name}.`);

  server.registerTool(
    "list_organizations",
    {
      title: "List organizations",
      description: "The organizations that you may look into.",
      annotations: { readOnlyHint: true },
    },
    () => answer({ organizations: reached.map(organizationJson) }),
  );
  server.registerTool(
    "list_builds",
    {
      title: "List builds",
      description: "Builds with status, branch and duration, the newest first.",
      inputSchema: inOrganization,
      annotations: { readOnlyHint: true },
    },
    ({ organization }) => {
      const found = enter(organization);
      return found === undefined ? outside(organization) : answer({ builds: buildsJson(found) });
    },
  );
  server.registerTool(
    "list_work_items",
    {
      title: "List work items",
      description: "Bugs, features and tasks, the last changed first.",
      inputSchema: inOrganization,
      annotations: { readOnlyHint: true },
    },
    ({ organization }) => {
      const found = enter(organization);
      return found === undefined ? outside(organization) : answer({ work_items: workItemsJson(found) });
    },
  );
  server.registerTool(
    "move_work_item",
    {
      title: "Move a work item",
      description: "Changes the state of a work item. Colleagues see the change as the person's own.",
      inputSchema: move,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    },
    ({ organization, id, state }) => {
      const found = enter(organization);
      const moved = found === undefined ? undefined : moveWorkItem(found, id, { state });
      if (found === undefined) return outside(organization);
      if (moved === undefined) return refusal(`There is no work item ${id}.`);
      return typeof moved === "string" ? refusal(moved) : answer(workItemJson(moved));
    },
  );
  return server;
}
