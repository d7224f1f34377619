/** `/admin/clients`: every client, whoever put it here, and what an operator may do to it (docs/admin.md). */
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { parseQuery } from "../../http/form.ts";
import { parseJson, seconds } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { ClientId, ClientOrigin, JsonObject } from "../../model.ts";
import { markAt } from "../../rules/pause.ts";
import { parsePublisher } from "../../rules/publisher.ts";
import { disableClient, enableClient, findListedClient, type ListedClient, listClients } from "../../store/clientList.ts";
import { changePublisher, removeClient } from "../../store/registry.ts";
import { loadOperator, noContent, nothing, segmentOf } from "./operator.ts";

const origins: readonly ClientOrigin[] = ["operator", "developer", "registration", "document"];
const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/** GET /admin/clients: a page of them; `next` is the `after` of the page after it. */
export const queryClients: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  const parameters = parseQuery(request);
  const wanted = parameters.find("origin");
  const origin = origins.find((known) => known === wanted);
  if (wanted !== undefined && origin === undefined)
    throw new OAuthError("invalid_request", `origin must be one of ${origins.join(", ")}.`);
  const limit = pageSize(parameters.find("limit"));
  const found = await listClients(deps, { origin, after: parameters.find("after") ?? "", limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return json({
    clients: page.map(describe),
    ...(found.length > limit && last !== undefined ? { next: last.client.clientId } : {}),
  });
};

function pageSize(text: string | undefined): number {
  if (text === undefined) return PAGE_SIZE;
  const size = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > MAX_PAGE_SIZE) throw new OAuthError("invalid_request", `limit must be from 1 to ${MAX_PAGE_SIZE}.`);
  return size;
}

/** GET /admin/clients/{client_id} */
export const queryClient: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  return json(describe(await loadClient(deps, segmentOf(request, 1))));
};

/** DELETE /admin/clients/{client_id}: with all that it holds. */
export const deleteClient: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const clientId = segmentOf(request, 1);
  refuseSelf(by, clientId, "delete");
  if (!(await removeClient(deps, clientId, by))) throw nothing("client");
  return noContent();
};

/** POST /admin/clients/{client_id}/{act}. Done twice, each act is done once. */
export const actOnClient: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const clientId = segmentOf(request, 1);
  const name = segmentOf(request, 2);
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (act === undefined) throw nothing("act");
  // Looked at before, so that what is done is the last that can fail.
  return json(describe(await act(request, deps, await loadClient(deps, clientId), by)));
};

type Act = (request: Request, deps: Deps, before: ListedClient, by: ClientId) => Promise<ListedClient>;

const acts: Readonly<Partial<Record<string, Act>>> = {
  disable: async (_request, deps, before, by) => {
    const { clientId } = before.client;
    refuseSelf(by, clientId, "disable");
    await disableClient(deps, clientId, by);
    return { ...before, disabledAt: before.disabledAt ?? deps.now() };
  },
  enable: async (_request, deps, before, by) => {
    await enableClient(deps, before.client.clientId, by);
    return { ...before, disabledAt: null };
  },
  "verify-publisher": async (request, deps, before, by) => {
    const { name, uri, verified } = parsePublisher(await parseJson(request));
    const { clientId, publisher: present } = before.client;
    const isSame = present !== null && present.name === name && present.uri === uri && present.proof === undefined;
    const now = deps.now();
    const since = isSame && present.verifiedAt !== null ? present.verifiedAt : now;
    const publisher = { name, ...(uri === undefined ? {} : { uri }), verifiedAt: verified ? since : null };
    const client = await changePublisher(deps, clientId, { publisher, markedAt: markAt(now) }, by);
    if (client === undefined) throw nothing("client");
    return { ...before, client, updatedAt: isSame && publisher.verifiedAt === present.verifiedAt ? before.updatedAt : now };
  },
};

/** An operator's client that shut itself out could not let itself in again. */
function refuseSelf(by: ClientId, clientId: ClientId, act: string): void {
  if (by === clientId) throw new OAuthError("conflict", `A client cannot ${act} itself.`);
}

async function loadClient(deps: Deps, clientId: ClientId): Promise<ListedClient> {
  const found = await findListedClient(deps, clientId);
  if (found === undefined) throw nothing("client");
  return found;
}

/** Of its secrets, when each was made and ends; times in seconds, as RFC 7591 has them. */
const describe = ({ client, disabledAt, expiresAt, updatedAt }: ListedClient): JsonObject => ({
  client_id: client.clientId,
  origin: client.origin,
  ...(client.ownerId === null ? {} : { owner_id: client.ownerId }),
  created_at: seconds(client.createdAt),
  updated_at: seconds(updatedAt),
  ...(disabledAt === null ? {} : { disabled_at: seconds(disabledAt) }),
  ...(expiresAt === null ? {} : { expires_at: seconds(expiresAt) }),
  secrets: client.secrets.map((secret) => ({
    created_at: seconds(secret.createdAt),
    ...(secret.expiresAt === null ? {} : { expires_at: seconds(secret.expiresAt) }),
  })),
  publisher:
    client.publisher === null
      ? null
      : {
          name: client.publisher.name,
          ...(client.publisher.uri === undefined ? {} : { uri: client.publisher.uri }),
          verified: client.publisher.verifiedAt !== null,
        },
  metadata: client.metadata,
});
