import type { Deps } from "../../config.ts";
import { type Arrived, finishAt } from "../../directories/finish.ts";
import { type Journey, openJourney } from "../../directories/journey.ts";
import { DirectoryFailure } from "../../directories/problem.ts";
import { dropCookie, findCookie } from "../../http/cookie.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { readerOf } from "../../http/reader.tsx";
import { type Endpoint, redirect } from "../../http/respond.ts";
import { findSignedIn } from "../../http/session.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import type { UserId } from "../../model.ts";
import { domainOf } from "../../rules/directoryPerson.ts";
import type { Directory } from "../../store/directories.ts";
import { enterByDirectory } from "../../store/directorySignIn.ts";
import { newId } from "../../tokens/id.ts";
import { beginSession } from "../beginSession.ts";
import { loadArrival } from "../started.ts";
import { IDENTITIES } from "./paths.ts";
import { answerFailure } from "./problemPage.tsx";
import { loadNamedDirectory } from "./workSignIn.ts";

/** GET /sign-in/work/{directory_id}/callback: back from the directory, in the browser that was sent there. */
export const finishWork: Endpoint = async (request, deps) => {
  const directory = await loadNamedDirectory(request, deps);
  const cookie = findCookie(request, deps.config, "directory");
  const state = new URL(request.url).searchParams.get("state") ?? "";
  const journey = cookie === undefined ? undefined : await openJourney(deps, cookie, directory.id, state);
  const going = {
    ...(journey?.continue === undefined ? {} : { continue: journey.continue }),
    ...(journey?.to === undefined ? {} : { to: journey.to }),
  };
  const back = { going, isLinking: journey?.linkTo != null };
  const arrive = async () => {
    if (journey === undefined)
      throw new DirectoryFailure("stale", "no cookie of a sign-in at this directory, or another state");
    return journey.linkTo === null
      ? await signInBy(request, deps, directory, journey)
      : await linkBy(request, deps, directory, { ...journey, linkTo: journey.linkTo });
  };
  const response = await arrive().catch(answerFailure(request, deps, directory, back));
  // Whatever came of it: what the cookie holds counts once.
  response.headers.append("Set-Cookie", dropCookie(deps.config, "directory"));
  return response;
};

async function signInBy(request: Request, deps: Deps, directory: Directory, journey: Journey): Promise<Response> {
  const started = journey.continue === undefined ? undefined : await loadArrival(request, deps, journey.continue);
  const arrived = await finishAt(deps, directory, journey, new URL(request.url).searchParams);
  const userId = await enter(request, deps, directory, arrived, null);
  const { amr, acr } = arrived.person;
  const proven = { userId, amr, acr, directoryId: directory.id, authAt: arrived.authAt };
  return beginSession(request, deps, proven, { started, to: journey.to });
}

/** Only for the person who began it, who is still signed in here. */
async function linkBy(
  request: Request,
  deps: Deps,
  directory: Directory,
  journey: Journey & { readonly linkTo: UserId },
): Promise<Response> {
  const signedIn = await findSignedIn(request, deps);
  if (signedIn?.user.userId !== journey.linkTo)
    throw new DirectoryFailure("stale", "somebody else is signed in than who began to link");
  const arrived = await finishAt(deps, directory, journey, new URL(request.url).searchParams);
  await enter(request, deps, directory, arrived, journey.linkTo);
  return redirect(`${deps.config.issuer}${IDENTITIES}?linked=1`);
}

/** Who it is here. @throws DirectoryFailure */
async function enter(
  request: Request,
  deps: Deps,
  directory: Directory,
  { issuer, person }: Arrived,
  linkTo: UserId | null,
): Promise<UserId> {
  const { settings, organization } = directory;
  const outcome = await enterByDirectory(deps, {
    directoryId: directory.id,
    issuer,
    subject: person.subject,
    email: person.email,
    domain: person.email === null ? null : domainOf(person.email),
    isVouched: person.isOwnDomain && person.isVerified,
    name: person.name,
    matchesEmail: settings.matches_email,
    createsAccounts: settings.creates_accounts && person.isOwnDomain,
    organizationId: organization?.organizationId ?? null,
    role: person.role,
    decidesMembership: settings.joins !== undefined,
    decidesOwners: settings.joins?.owner !== undefined,
    newUserId: newId(deps),
    language: readerOf(request, deps.config).language,
    linkTo,
    whereabouts: whereaboutsOf(request),
    sealedValues: await sealValues(deps, {
      changedAt: deps.now(),
      directory: directory.displayName,
      account: person.email ?? person.subject,
    }),
  });
  if (outcome.kind === "person") return outcome.userId;
  throw new DirectoryFailure(outcome.kind === "nobody" ? "no_account" : outcome.kind, `${outcome.kind}: subject at ${issuer}`);
}
