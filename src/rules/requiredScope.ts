import type { Client, Resource } from "../model.ts";
import { findOwner } from "./scope.ts";

/**
 * Whether a scope comes with approving at all: what recognises the person, what is told as a duration, and what the client says that it
 * cannot do without (`required_scope`). Full access to a resource can always be left out, whatever the client says.
 */
export function isRequired(scope: string, { metadata }: Client, resources: readonly Resource[]): boolean {
  if (scope === "openid" || scope === "offline_access") return true;
  if (metadata.required_scope?.split(" ").includes(scope) !== true) return false;
  return findOwner(scope, resources)?.scopes.find(({ name }) => name === scope)?.access !== "full";
}
