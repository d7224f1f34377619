import type { Deps } from "../config.ts";
import type { Reader } from "../http/reader.tsx";
import { sealValues } from "../mail/sealedValues.ts";
import type { Client, Resource, Whereabouts } from "../model.ts";
import { displayName } from "../rules/displayName.ts";
import { describePermissions } from "../rules/permissions.ts";
import { placeWords } from "../rules/place.ts";
import type { Allowed } from "./answer.ts";
import { serviceName } from "./words.tsx";

/** So many permissions are named in an e-mail; whoever wants to know them all opens the page that it leads to. */
const MAX_NAMED = 12;

/** What the e-mail about a consent says: which service, what it may do, and where from it was approved. */
export function consentNotice(
  deps: Deps,
  reader: Reader,
  approved: {
    readonly client: Client;
    readonly allowed: Allowed;
    readonly resources: readonly Resource[];
    readonly device: string;
    readonly whereabouts: Whereabouts;
  },
): Promise<string> {
  const { client, allowed, resources, device, whereabouts } = approved;
  const { t, languages } = reader;
  const nameless = t("consent.nameless");
  const titles = describePermissions(allowed.scopes.given, allowed.claims.given, resources, languages).map(
    ({ title }) => displayName(title.text, nameless).text,
  );
  return sealValues(deps, {
    service: displayName(serviceName(client.metadata, languages).text, nameless).text,
    permissions: titles.length === 0 ? "–" : titles.slice(0, MAX_NAMED).join("; ") + (titles.length > MAX_NAMED ? "; …" : ""),
    device,
    place: placeWords(whereabouts, reader) ?? whereabouts.network,
    approvedAt: deps.now(),
    path: "/settings/authorizations",
  });
}
