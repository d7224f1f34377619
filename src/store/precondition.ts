import { type SQL, sql } from "drizzle-orm";

/** What a caller last saw of a row, so that nobody's change is lost under another's (RFC 9110 section 13.1). */
export type Precondition =
  | { readonly kind: "any" }
  | { readonly kind: "absent" }
  | { readonly kind: "present" }
  | { readonly kind: "version"; readonly versions: readonly number[] };

/** The precondition in SQL. @param row yields the row, if it is there, up to the end of its WHERE; its version is `updated_at` */
export function met(precondition: Precondition, row: SQL): SQL {
  switch (precondition.kind) {
    case "any":
      return sql`1`;
    case "absent":
      return sql`NOT EXISTS (${row})`;
    case "present":
      return sql`EXISTS (${row})`;
    case "version":
      return sql`EXISTS (${row} AND updated_at IN (SELECT value FROM json_each(${JSON.stringify(precondition.versions)})))`;
  }
}
