import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { type PageOptions, page } from "../../http/page.tsx";
import { readerOf } from "../../http/reader.tsx";
import type { ClientMetadata } from "../../model.ts";
import { kindOf, type ServiceKind } from "../../rules/serviceKind.ts";
import { PublisherLine } from "../about.tsx";
import { Logo, Name } from "../name.tsx";
import { Places } from "../settings/frame.tsx";
import { DEVELOPER, pathOf, RESOURCES, type ServiceVisit, type Visit } from "./visit.ts";

export const kindWords: Readonly<Record<ServiceKind, string>> = {
  web: "Website with a server",
  spa: "Single-page app",
  native: "App or program on the person's device",
  machine: "Machine",
  device: "Device without a browser",
};

/** What a developer registers. */
const places = [
  { path: DEVELOPER, title: "Services" },
  { path: RESOURCES, title: "APIs" },
] as const;

/** A page that belongs to no single service. */
export const developerPage = (
  deps: Deps,
  visit: Visit,
  options: Omit<PageOptions, "user" | "under">,
  content: Child,
): Response =>
  page(
    deps,
    { ...options, reader: readerOf(visit.request, deps.config, visit.user), english: true, user: visit.user, under: DEVELOPER },
    <>
      <Places title="Developer" places={places} here={new URL(visit.request.url).pathname} />
      {content}
    </>,
  );

/** Whether a service proves who it is with a secret that we hand out. */
export const hasSecret = ({ token_endpoint_auth_method }: ClientMetadata): boolean =>
  token_endpoint_auth_method.startsWith("client_secret_");

/** A page about one service, under its name and the links to its other pages. */
export function serviceFrame(
  deps: Deps,
  visit: ServiceVisit,
  options: Omit<PageOptions, "user" | "under" | "wide">,
  content: Child,
): Response {
  const { client, disabledAt } = visit.service;
  const { metadata, clientId } = client;
  const links = [
    { path: pathOf(clientId), title: "Overview" },
    { path: pathOf(clientId, "edit"), title: "Settings" },
    ...(hasSecret(metadata) ? [{ path: pathOf(clientId, "secrets"), title: "Secrets" }] : []),
    { path: pathOf(clientId, "publisher"), title: "Publisher" },
    ...(metadata.grant_types.includes("authorization_code") ? [{ path: pathOf(clientId, "try"), title: "Try it out" }] : []),
  ];
  return developerPage(
    deps,
    visit,
    { ...options, wide: true, title: `${options.title} · ${metadata.client_name.slice(0, 80)}` },
    <>
      <p class="trail">
        <a href={DEVELOPER}>← Your services</a>
      </p>
      <header class="heading asker">
        <Logo of={client} name={metadata.client_name} />
        <div>
          <h1>
            <Name of={metadata.client_name} />
          </h1>
          <PublisherLine client={client} />
          <p class="note">{kindWords[kindOf(metadata)]}</p>
        </div>
        {disabledAt !== null && <span class="tag bad">Switched off by the operator</span>}
      </header>
      <Places title="Service" places={links} here={new URL(visit.request.url).pathname} />
      {content}
    </>,
  );
}
