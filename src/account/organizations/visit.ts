import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { markAt } from "../../rules/pause.ts";
import type { OrganizationPlace, OrganizationVisitState } from "../../store/organizationPlace.ts";
import type { OwnerAct } from "../../store/organizationPolicy.ts";
import type { Find, Visit } from "../visit.ts";
import { organizationPath } from "./paths.ts";

/** A member, on a page of their organization. */
export type At<S extends OrganizationVisitState> = S & { readonly place: OrganizationPlace };
export type OrganizationVisit = Visit & { readonly place: OrganizationPlace };

/** The name in the path of the request; empty for what is none. */
const nameIn = (request: Request): string =>
  /^[\w.-]{1,100}$/.exec(new URL(request.url).pathname.split("/")[3] ?? "")?.[0] ?? "";

/**
 * Finds the person and the organization that the path names. Who does not belong to it learns no more than of one that there is not.
 * @param role who sees the page
 * @throws OAuthError not_found
 */
export const located =
  <S extends OrganizationVisitState>(
    role: "member" | "owner",
    find: (deps: Deps, sessionId: string, name: string, request: Request) => Promise<S | undefined>,
  ): Find<At<S>> =>
  async (deps, sessionId, request) => {
    const found = await find(deps, sessionId, nameIn(request), request);
    if (found === undefined) return undefined;
    const { place } = found;
    if (place === undefined) throw notHere();
    if (role === "owner" && place.role !== "owner") throw ownersOnly();
    return { ...found, place };
  };

export const notHere = (): OAuthError =>
  new OAuthError("not_found", "There is no such organization, or you do not belong to it.", {
    say: ["organizations.not_here"],
  });

const ownersOnly = (): OAuthError =>
  new OAuthError("not_found", "Only owners of the organization see this page.", { say: ["organizations.owners_only"] });

export const unknownAct = (): OAuthError =>
  new OAuthError("invalid_request", "The form does not say what to do.", { say: ["organizations.unknown_act"] });

/** What the store needs to know of an act. Whether the person still owns the organization it asks in the same batch. */
export const actOf = (deps: Deps, { session, place, request }: OrganizationVisit): OwnerAct => {
  const at = deps.now();
  return { sessionId: session.id, name: place.name, markedAt: markAt(at), whereabouts: whereaboutsOf(request), at };
};

/** Back to a page of the organization, which says what was done. */
export const backTo = (
  deps: Deps,
  { place }: OrganizationVisit,
  page: string,
  done: Readonly<Record<string, string>>,
): Response => redirect(`${deps.config.issuer}${organizationPath(place.name, page)}?${new URLSearchParams(done)}`);
