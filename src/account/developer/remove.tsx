import { redirect } from "../../http/respond.ts";
import { removeClient } from "../../store/registry.ts";
import { Name } from "../name.tsx";
import { serviceFrame } from "./frame.tsx";
import { DEVELOPER, noSuchService, pathOf, serviceAct, servicePage } from "./visit.ts";

/** GET /settings/developer/{client_id}/delete: asks, and says what ends. */
export const removeServicePage = servicePage(async (visit, _, deps) => {
  const { client, usage } = visit.service;
  const here = pathOf(client.clientId, "delete");
  return serviceFrame(
    deps,
    visit,
    { title: "Delete" },
    <section class="sheet column">
      <h2>
        Delete <Name of={client.metadata.client_name} />?
      </h2>
      <p class="lead">{endWords(usage.people)}</p>
      <ul class="bullets">
        <li>Its refresh tokens end at once. Access tokens stop usually within a minute, and everywhere within minutes.</li>
        <li>
          Its <code>client_id</code>, secrets, logo and errors are gone for good. Registering it again makes another one, which
          people have to approve anew.
        </li>
        <li>What it has copied of people's data stays where it is. That is for you to delete.</li>
      </ul>
      <form method="post" action={here} class="row">
        <input type="hidden" name="csrf" value={visit.csrf} />
        <button type="submit" class="end">
          Delete it
        </button>
        <a class="button quiet" href={pathOf(client.clientId)}>
          Keep it
        </a>
      </form>
    </section>,
  );
});

const endWords = (people: number): string => {
  if (people === 0) return "Nobody's approval stands, so nobody loses anything.";
  if (people === 1) return "One person has approved it. That approval ends at once.";
  return `${people} people have approved it. All their approvals end at once.`;
};

/** POST /settings/developer/{client_id}/delete */
export const removeService = serviceAct(async (visit, _, deps) => {
  const { clientId } = visit.service.client;
  const { userId } = visit.user;
  if (!(await removeClient(deps, clientId, userId, { ownerId: userId }))) throw noSuchService();
  return redirect(`${deps.config.issuer}${DEVELOPER}?removed=1`);
});
