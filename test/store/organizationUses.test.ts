import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import type { Client, OrganizationPolicy, OrganizationReach, Publisher } from "../../src/model.ts";
import { decideAccess } from "../../src/rules/organizations.ts";
import { open } from "../../src/store/database.ts";
import { letsIn } from "../../src/store/organizationUses.ts";

const policies: readonly OrganizationPolicy[] = ["all", "verified", "approved", "none"];
const decisions: readonly OrganizationReach["decision"][] = ["approved", "denied", "requested", null];
const publishers: readonly (Publisher | null)[] = [null, { name: "A", verifiedAt: null }, { name: "A", verifiedAt: 1 }];

it("what SQL lets in is what the rule lets in, in every case", async () => {
  const cases = policies.flatMap((policy) =>
    decisions.flatMap((decision) =>
      publishers.flatMap((publisher) => [true, false].map((vouched) => ({ policy, decision, publisher, vouched }))),
    ),
  );
  const db = open(env.DB);
  const answers = await Promise.all(
    cases.map(async ({ policy, decision, publisher, vouched }) => {
      const row = publisher === null ? null : JSON.stringify(publisher);
      const [found] = await db.all<{ value: number }>(
        sql`SELECT ${letsIn(sql`${policy}`, sql`${decision}`, sql`${vouched ? 1 : 0}`, sql`${row}`)} AS value`,
      );
      return found?.value === 1;
    }),
  );
  const ruled = cases.map(({ policy, decision, publisher, vouched }) => {
    const organization: OrganizationReach = {
      organizationId: "o",
      name: "o",
      displayName: "O",
      role: "member",
      policy,
      decision,
    };
    return decideAccess(organization, { publisher } as Client, vouched) === "allowed";
  });
  expect(answers).toEqual(ruled);
  expect(new Set(ruled).size).toBe(2);
});
