import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { toBase64url } from "../tokens/encoding.ts";
import { leaveNote } from "./developerNote.ts";
import { errorPage } from "./errorPage.tsx";

/** What every URL is answered by: a function of the request and of what the isolate holds. */
export type Endpoint = (request: Request, deps: Deps) => Promise<Response>;

/** A JSON answer that no cache keeps (RFC 6749 section 5.1). */
export const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers: { "Cache-Control": "no-store", Pragma: "no-cache", ...headers } });

/** An answer that is a JWT, which no cache keeps. */
export const jwt = (text: string, type: string): Response =>
  new Response(text, { headers: { "Content-Type": type, "Cache-Control": "no-store", Pragma: "no-cache" } });

/** Sends the browser on. 303, so that a form's fields are never sent along (RFC 9700 section 4.12). */
export function redirect(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ Location: location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** An endpoint for programs: its errors are JSON (RFC 6749 section 5.2). */
export const machine =
  (endpoint: Endpoint): Endpoint =>
  (request, deps) =>
    answer(endpoint, request, deps, (error, id) =>
      json({ error: error.code, error_description: error.description }, error.status, { ...error.headers, "Request-Id": id }),
    );

/** An endpoint for people: its errors are a page. */
export const person =
  (endpoint: Endpoint): Endpoint =>
  (request, deps) =>
    answer(endpoint, request, deps, (error, id) => errorPage(deps, request, error, id));

/**
 * Runs the endpoint; whatever it throws becomes one answer and one line in the log, joined by the request's id, and a note for the
 * client's developer where it has one.
 */
export async function answer(
  endpoint: Endpoint,
  request: Request,
  deps: Deps,
  respond: (error: OAuthError, requestId: string) => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await endpoint(request, deps);
  } catch (thrown) {
    const error =
      thrown instanceof OAuthError
        ? thrown
        : new OAuthError("server_error", "Something went wrong on our side.", { reason: String(thrown), cause: thrown });
    const requestId = toBase64url(deps.random(9));
    log(error, request, requestId);
    await leaveNote(deps, request, error);
    return await respond(error, requestId);
  }
}

/** The private side of an error. Neither query nor body is logged: both may hold credentials. */
function log(error: OAuthError, request: Request, requestId: string): void {
  const line = {
    level: error.status >= 500 ? "error" : "info",
    request_id: requestId,
    method: request.method,
    path: new URL(request.url).pathname,
    status: error.status,
    error: error.code,
    reason: error.reason ?? error.description,
    ...(error.status === 500 && error.cause instanceof Error ? { stack: error.cause.stack } : {}),
  };
  (error.status >= 500 ? console.error : console.info)(JSON.stringify(line));
}
