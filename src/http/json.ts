import { OAuthError } from "../errors.ts";
import type { JsonObject } from "../model.ts";
import { parseJsonObject } from "../rules/json.ts";
import { readBody } from "./form.ts";

/** A time as JSON has it here (RFC 7519 section 2, RFC 7591): whole seconds since the epoch, of milliseconds. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/**
 * The body of a request in `application/json`: one object, at most 64 KB, bounded in depth, each name once.
 * @throws OAuthError invalid_request, payload_too_large
 */
export async function parseJson(request: Request): Promise<JsonObject> {
  const [type = ""] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  if (type.trim() !== "application/json") throw new OAuthError("invalid_request", "The request body must be application/json.");
  const parsed = parseJsonObject(await readBody(request));
  if (typeof parsed === "string") throw new OAuthError("invalid_request", `The request body ${parsed}.`);
  return parsed;
}
