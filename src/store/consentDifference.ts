import { type SQL, sql } from "drizzle-orm";
import type { Consent } from "./consent.ts";

type Given = Pick<Consent, "target" | "scopes" | "claims" | "details" | "resources" | "organizations">;

/** Whether a grant gets more by the consent than it has: no e-mail tells of what was there before. */
export function widens({ scopes, claims, details, organizations }: Given): SQL {
  const further =
    organizations === undefined
      ? sql`0`
      : organizations === null
        ? sql`grants.organizations IS NOT NULL`
        : sql`(grants.organizations IS NOT NULL AND ${beyond(organizations, "organizations")})`;
  return sql`(${beyond(scopes.given, "scopes")} OR ${beyond(claims.given, "claims")}
    OR ${beyond(details.given, "authorization_details")} OR ${further})`;
}

/** Whether a grant has anything that the consent takes from it: access tokens may be out that can do more than is left. */
export function narrows({ target, scopes, claims, details, resources, organizations }: Given): SQL {
  const fewer = Array.isArray(organizations)
    ? sql`(grants.organizations IS NULL OR ${without(organizations, "organizations")})`
    : sql`0`;
  if (target.kind === "replace")
    return sql`(${without(scopes.given, "scopes")} OR ${without(claims.given, "claims")} OR ${without(resources, "resources")}
      OR ${without(details.given, "authorization_details")} OR ${fewer})`;
  return sql`(${holds(scopes.declined, "scopes")} OR ${holds(claims.declined, "claims")}
    OR ${holds(details.declined, "authorization_details")} OR ${fewer})`;
}

type Listed = "scopes" | "claims" | "authorization_details" | "resources" | "organizations";

const column = (name: Listed): SQL => sql.raw(`grants.${name}`);

/** That the values are not all in the column. */
const beyond = (values: readonly string[], name: Listed): SQL => sql`EXISTS (
  SELECT 1 FROM json_each(${JSON.stringify(values)}) AS more
  WHERE more.value NOT IN (SELECT value FROM json_each(${column(name)})))`;

/** That the column has one that is not among the values. */
const without = (values: readonly string[], name: Listed): SQL => sql`EXISTS (
  SELECT 1 FROM json_each(${column(name)}) AS had
  WHERE had.value NOT IN (SELECT value FROM json_each(${JSON.stringify(values)})))`;

/** That the column has one of the values. */
const holds = (values: readonly string[], name: Listed): SQL => sql`EXISTS (
  SELECT 1 FROM json_each(${column(name)}) AS had
  WHERE had.value IN (SELECT value FROM json_each(${JSON.stringify(values)})))`;
