/** What every endpoint of the API for operators begins with: who calls, for which row, and on what condition. */
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { json } from "../../http/respond.ts";
import type { ClientId } from "../../model.ts";
import { ADMIN_SCOPE, mayAsk } from "../../rules/scope.ts";
import type { Precondition } from "../../store/precondition.ts";
import { loadPresentedToken } from "../presentedToken.ts";

/**
 * The client that administers: by an access token for us with the scope `admin`, which it got for itself and may still get. One
 * trip, so that a client that was disabled, or that lost the scope, is refused at once.
 * @returns its id, for the log
 * @throws OAuthError with a challenge (RFC 6750 section 3.1)
 */
export async function loadOperator(request: Request, deps: Deps): Promise<ClientId> {
  const { client, state } = await loadPresentedToken(request, deps, ADMIN_SCOPE);
  if (state !== null || !mayAsk(client, ADMIN_SCOPE))
    throw new OAuthError("insufficient_scope", "The client is not registered to administer.", {
      reason: state === null ? "the scope was taken from the client" : "a token that speaks for a person",
      headers: { "WWW-Authenticate": `Bearer realm="Countersign", error="insufficient_scope", scope="${ADMIN_SCOPE}"` },
    });
  return client.clientId;
}

/**
 * A segment of the path, decoded: what names a row may hold slashes itself.
 * @param index from 0, of the segments after `/admin/`
 * @throws OAuthError not_found for one that is not valid percent-encoding, which names nothing
 */
export function segmentOf(request: Request, index: number): string {
  const segment = new URL(request.url).pathname.split("/")[index + 2] ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    throw nothing("address");
  }
}

export const nothing = (noun: string): OAuthError => new OAuthError("not_found", `There is no such ${noun}.`);

/**
 * What `If-Match` or `If-None-Match` asks of the row (RFC 9110 section 13.1).
 * @throws OAuthError invalid_request for both at once, or for what they cannot mean here
 */
export function parsePrecondition(request: Request): Precondition {
  const ifMatch = request.headers.get("if-match")?.trim();
  const ifNoneMatch = request.headers.get("if-none-match")?.trim();
  if (ifMatch === undefined && ifNoneMatch === undefined) return { kind: "any" };
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw new OAuthError("invalid_request", "If-Match and If-None-Match are in one request.");
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*")
      throw new OAuthError("invalid_request", "If-None-Match must be * here: only where there is none yet.");
    return { kind: "absent" };
  }
  if (ifMatch === "*") return { kind: "present" };
  const tags = (ifMatch ?? "").split(",").map((tag) => /^"([0-9]{1,15})"$/.exec(tag.trim())?.[1]);
  // A tag that is none of ours matches nothing, which is no fault of the request's form.
  return { kind: "version", versions: tags.slice(0, 10).flatMap((tag) => (tag === undefined ? [] : [Number(tag)])) };
}

export const unmet = (): OAuthError =>
  new OAuthError(
    "precondition_failed",
    "It has changed, or is there or gone against If-Match or If-None-Match. Nothing was done.",
  );

/** A row as JSON, with the version that `If-Match` takes. */
export const versioned = (body: unknown, version: number, status = 200): Response =>
  json(body, status, { ETag: `"${version}"` });

export const noContent = (): Response => new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
