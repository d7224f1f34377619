import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { Parameters } from "../../http/form.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import type { Client } from "../../model.ts";
import { displayName } from "../../rules/displayName.ts";
import { findListedClient } from "../../store/clientList.ts";
import { type Decision, decideService } from "../../store/organizationPolicy.ts";
import { organizationPath } from "./paths.ts";
import { actOf, backTo, notHere, type OrganizationVisit } from "./visit.ts";

const acts = {
  approve: { status: "approved", revokes: false, done: "approved" },
  deny: { status: "denied", revokes: false, done: "denied" },
  revoke: { status: "denied", revokes: true, done: "revoked" },
  undo: { status: null, revokes: false, done: "undone" },
} as const satisfies Record<string, Pick<Decision, "status" | "revokes"> & { readonly done: string }>;

export type ServiceAct = keyof typeof acts;

export const serviceActOf = (form: Parameters): ServiceAct | undefined =>
  (Object.keys(acts) as ServiceAct[]).find((act) => act === form.find("action"));

/**
 * Decides about a service for everybody in the organization, tells those who asked, and leads back to the page.
 * @param page the one that the form stood on
 */
export async function decide(
  deps: Deps,
  visit: OrganizationVisit,
  act: ServiceAct,
  clientId: string,
  page: "services" | "requests",
): Promise<Response> {
  const found = await findListedClient(deps, clientId);
  if (found === undefined) throw unknownService();
  const { status, revokes, done } = acts[act];
  const { displayName: place, name } = visit.place;
  const sealedValues = await sealValues(deps, {
    service: displayName(found.client.metadata.client_name, clientId).text,
    organization: displayName(place, name).text,
    url: continueUrl(deps, found.client),
    path: organizationPath(name),
  });
  const outcome = await decideService(deps, actOf(deps, visit), { clientId, status, revokes, sealedValues });
  if (outcome?.place?.role !== "owner") throw notHere();
  return backTo(deps, visit, page, { done, service: clientId });
}

export const unknownService = (): OAuthError =>
  new OAuthError("not_found", "There is no such service.", { say: ["organizations.unknown_service"] });

/** Where somebody goes on who waited: where the service starts, or else its home page, or ours. */
export function continueUrl({ config }: Deps, { metadata }: Client): string {
  const { initiate_login_uri, client_uri } = metadata;
  if (initiate_login_uri === undefined) return client_uri ?? config.issuer;
  const start = new URL(initiate_login_uri);
  start.searchParams.set("iss", config.issuer);
  return start.href;
}
