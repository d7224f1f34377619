/** `/admin/initial-access-tokens`: what lets clients register beyond what strangers may (RFC 7591 section 3; docs/admin.md). */
import { parseJson, seconds } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { JsonObject } from "../../model.ts";
import { parseTokenOrder } from "../../rules/initialAccessToken.ts";
import {
  addInitialAccessToken,
  listInitialAccessTokens,
  removeInitialAccessToken,
  type StoredInitialAccessToken,
} from "../../store/initialAccessTokens.ts";
import { mintInitialAccessToken } from "../../tokens/registrationToken.ts";
import { loadOperator, noContent, nothing, segmentOf } from "./operator.ts";

/** GET /admin/initial-access-tokens: those that are still there, used up or expired too; the tokens themselves nobody can show. */
export const queryInitialAccessTokens: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  return json({ initial_access_tokens: (await listInitialAccessTokens(deps)).map(describe) });
};

/** POST /admin/initial-access-tokens: makes one, and tells it this once. */
export const createInitialAccessToken: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const { label, uses, expiresInSeconds, grantTypes, scopes } = parseTokenOrder(await parseJson(request));
  const createdAt = deps.now();
  const { token, sha256: id } = await mintInitialAccessToken(deps);
  const expiresAt = expiresInSeconds === null ? null : createdAt + expiresInSeconds * 1000;
  const stored = { id, label, createdBy: by, grantTypes, scopes, usesLeft: uses, createdAt, expiresAt };
  await addInitialAccessToken(deps, stored);
  return json({ ...describe(stored), token }, 201);
};

/** DELETE /admin/initial-access-tokens/{id}: clients that registered with it stay. */
export const deleteInitialAccessToken: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  if (!(await removeInitialAccessToken(deps, segmentOf(request, 1), by))) throw nothing("initial access token");
  return noContent();
};

const describe = (token: StoredInitialAccessToken): JsonObject => ({
  id: token.id,
  label: token.label,
  created_by: token.createdBy,
  ...(token.usesLeft === null ? {} : { uses_left: token.usesLeft }),
  ...(token.grantTypes.length === 0 ? {} : { grant_types: token.grantTypes }),
  ...(token.scopes.length === 0 ? {} : { scope: token.scopes.join(" ") }),
  created_at: seconds(token.createdAt),
  ...(token.expiresAt === null ? {} : { expires_at: seconds(token.expiresAt) }),
});
