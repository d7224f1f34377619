import { OAuthError } from "../../errors.ts";
import { redirect } from "../../http/respond.ts";
import { removeResource } from "../../store/resourceChanges.ts";
import { countConsents } from "../../store/resources.ts";
import { Name } from "../name.tsx";
import { developerPage } from "./frame.tsx";
import { loadOwn } from "./resourceEdit.tsx";
import { resourcePath } from "./resourceList.tsx";
import { listAct, listPage, RESOURCES } from "./visit.ts";

/** GET /settings/developer/resources/{identifier}/delete: asks, and says what ends. */
export const removeResourcePage = listPage(async (visit, _, deps) => {
  const { resource } = await loadOwn(deps, visit);
  const { identifier, name } = resource;
  const count = await countConsents(deps, identifier);
  return developerPage(
    deps,
    visit,
    { title: "Delete an API" },
    <section class="sheet">
      <h1>
        Delete <Name of={name} />?
      </h1>
      <p class="lead">{endWords(count)}</p>
      <ul class="bullets">
        <li>Services can no longer ask for it: everywhere within a minute.</li>
        <li>Approvals that reach other APIs too end with it: those people have to approve the service anew.</li>
      </ul>
      <form method="post" action={resourcePath(identifier, "delete")} class="row">
        <input type="hidden" name="csrf" value={visit.csrf} />
        <button type="submit" class="end">
          Delete it
        </button>
        <a class="button quiet" href={resourcePath(identifier)}>
          Keep it
        </a>
      </form>
    </section>,
  );
});

const endWords = (count: number): string => {
  if (count === 0) return "No approval reaches it, so nobody loses anything.";
  return count === 1 ? "One approval reaches it, and ends at once." : `${count} approvals reach it. All of them end at once.`;
};

/** POST /settings/developer/resources/{identifier}/delete */
export const removeOwnResource = listAct(async (visit, _, deps) => {
  const { resource } = await loadOwn(deps, visit);
  const { userId } = visit.user;
  const removal = { ownerId: userId, precondition: { kind: "any" }, by: userId, endsConsents: true } as const;
  const outcome = await removeResource(deps, resource.identifier, removal);
  if (outcome.kind === "removed") return redirect(`${deps.config.issuer}${RESOURCES}?removed=1`);
  if (outcome.kind === "held")
    throw new OAuthError(
      "conflict",
      `Five hundred approvals have ended, and ${outcome.count} are left. Go back and delete it again.`,
    );
  throw new OAuthError("not_found", "You have no such API.");
});
