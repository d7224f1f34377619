/** An organization with its people, a service and its API, as the tests of the pages begin. */
import { env } from "cloudflare:workers";
import type { OrganizationPolicy } from "../../../src/model.ts";
import { Browser } from "../../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../../builders.ts";
import { signIn } from "../../flow.ts";
import { createServer, empty, type Faults, type Server } from "../../harness.ts";

export const HERE = "/settings/organizations/contoso";

export interface Place {
  readonly server: Server;
  readonly organizationId: string;
  readonly owner: { readonly userId: string; readonly email: string };
  readonly member: { readonly userId: string; readonly email: string };
  readonly outsider: { readonly userId: string; readonly email: string };
}

export async function setRole(userId: string, organizationId: string, role: "owner" | "member"): Promise<void> {
  await env.DB.prepare("UPDATE memberships SET role = ? WHERE user_id = ? AND organization_id = ?")
    .bind(role, userId, organizationId)
    .run();
}

/** Contoso: Ada owns it, Ben is a member, Eve is neither. */
export async function makePlace(policy: OrganizationPolicy, faults: Faults = {}): Promise<Place> {
  await empty();
  const owner = await addUser("Ada");
  const member = await addUser("Ben");
  const outsider = await addUser("Eve");
  const organizationId = await addOrganization("contoso", policy, owner.userId, member.userId);
  await setRole(owner.userId, organizationId, "owner");
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops");
  return { server: createServer(faults), organizationId, owner, member, outsider };
}

/** A browser in which this person is signed in just now. */
export async function browserOf(server: Server, email: string): Promise<Browser> {
  const browser = new Browser(server);
  await signIn(browser, await browser.open("/sign-in"), email);
  return browser;
}

export const rows = async <T>(query: string, ...values: readonly unknown[]): Promise<readonly T[]> =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results;
