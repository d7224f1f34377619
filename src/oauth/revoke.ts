import type { Deps } from "../config.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, json } from "../http/respond.ts";
import { revoke as revokeIn } from "../store/revocation.ts";
import { spend } from "../store/seen.ts";
import { findCredential } from "../tokens/credential.ts";
import { authenticateClient, type Caller } from "./clientAuthentication.ts";
import { findOwnToken } from "./ownToken.ts";

/**
 * The revocation endpoint (RFC 7009). A refresh token or code ends its family, with every access token of it; an access token
 * ends alone. What is not this client's is left as it is, and the answer does not tell: 200 says that the caller holds nothing
 * that works any more.
 */
export const revoke: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const caller = await authenticateClient(request, form, deps);
  await revokeToken(deps, form.load("token"), caller);
  // RFC 7009 leaves the body open; clients in use read one as JSON and fail at an empty one.
  return json({});
};

/** `token_type_hint` is not looked at: the token itself tells what it is. */
async function revokeToken(deps: Deps, token: string, { client: { clientId }, once }: Caller): Promise<void> {
  const credential = await findCredential(deps, token);
  if (credential !== undefined) {
    await revokeIn(deps, { kind: "family", familyId: credential.familyId, clientId, by: clientId }, once);
    return;
  }
  const claims = await findOwnToken(deps, token);
  if (claims?.client_id === clientId) await revokeIn(deps, { kind: "token", claims, by: clientId }, once);
  else await spend(deps, once);
}
