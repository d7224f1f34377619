import type { Deps } from "../../config.ts";
import type { Parameters } from "../../http/form.ts";
import { T } from "../../http/reader.tsx";
import { findClient } from "../../store/clients.ts";
import { Name } from "../name.tsx";
import { Done, effectWords } from "./frame.tsx";
import type { OrganizationVisit } from "./visit.ts";

/** What was decided about a service, by the query that `decide` leads back with; null for none. */
export async function serviceDone(deps: Deps, { reader }: OrganizationVisit, parameters: Parameters) {
  const clientId = parameters.find("service");
  const done = (["approved", "denied", "revoked", "undone"] as const).find((one) => one === parameters.find("done"));
  const client = clientId === undefined || done === undefined ? undefined : await findClient(deps, clientId);
  if (client === undefined || done === undefined) return null;
  const service = <Name of={client.metadata.client_name} />;
  return (
    <Done>
      {done === "revoked" ? (
        <T k="organizations.revoked_done" with={{ service, time: effectWords(deps, reader) }} />
      ) : (
        <T k={`organizations.${done}_done`} with={{ service }} />
      )}
    </Done>
  );
}
