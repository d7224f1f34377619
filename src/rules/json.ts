import type { JsonObject } from "../model.ts";

/** Deeper than anything that a client says of itself; whatever walks through it later needs no more room than this. */
const MAX_DEPTH = 12;

/** A string, or what opens, closes and parts: all that tells where a name stands. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/**
 * The object that a text is, or in words why it is none that we take: each name stands once in its object, since of two readers
 * of the same text one would take the first of two values and the other the last (RFC 8259 section 4).
 */
export function parseJsonObject(text: string): JsonObject | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not valid JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not a JSON object";
  return shapeProblem(text) ?? (value as JsonObject);
}

/** @param text valid JSON */
function shapeProblem(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      if (open.push(new Set()) > MAX_DEPTH) return `is deeper than ${MAX_DEPTH} levels`;
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const [name, names] = [String(JSON.parse(last)), open.at(-1)];
      if (names?.has(name)) return "has a member twice";
      names?.add(name);
    }
    last = token;
  }
  return undefined;
}
