import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Content, HERE } from "./authorizationContent.ts";
import { EndedNotice } from "./authorizationEnd.tsx";
import { Service } from "./authorizedService.tsx";
import { latestEffectSeconds } from "./lifetime.ts";

/** Everything that the person has approved, last used first. */
export function listPage(deps: Deps, content: Content): Response {
  const { user, list, resources } = content;
  const { authorizations, ended } = list;
  return page(
    deps,
    { title: ended ? "Revoked" : "Authorizations", user, under: HERE, wide: true },
    <>
      <header class="heading">
        <h1>Authorizations</h1>
        <p class="lead">
          Services that may act in your name, because you approved it
          {list.authorizations.some(({ authority }) => authority !== null) && ", or somebody who may speak for you let them in"}
          . Revoke what you no longer use.
        </p>
        <p class="note">
          Does a device show you a code? <a href="/device">Connect it here</a>.
        </p>
      </header>
      {ended && <EndedNotice ended={ended} seconds={latestEffectSeconds(deps.config, ended.resources, resources)} />}
      {authorizations.length === 0 ? (
        <Nothing later={content.page > 0} />
      ) : (
        <ul class="services">
          {authorizations.map((authorization) => (
            <Service authorization={authorization} content={content} now={deps.now()} />
          ))}
        </ul>
      )}
      <Pages content={content} />
      {authorizations.length > 0 && (
        <section class="after">
          <p class="note">Lost a device, or unsure who has access? You can end all of it at once.</p>
          <a class="button end" href={`${HERE}?confirm=all`}>
            Revoke all…
          </a>
        </section>
      )}
    </>,
  );
}

const Nothing = ({ later }: { later: boolean }) => (
  <section class="sheet">
    <h2>{later ? "Nothing more" : "No service may act in your name"}</h2>
    <p>
      {later
        ? "This page of the list is empty."
        : "When a service asks and you approve, it appears here, with what it may do and a way to end it."}
    </p>
    {later && (
      <p>
        <a href={HERE}>To the beginning of the list</a>
      </p>
    )}
  </section>
);

const Pages = ({ content: { page: current, list } }: { content: Content }) =>
  current === 0 && !list.hasMore ? null : (
    <nav class="row apart pages" aria-label="Pages">
      {current > 0 ? <a href={`${HERE}?page=${current}`}>← Used more recently</a> : <span />}
      {list.hasMore && <a href={`${HERE}?page=${current + 2}`}>Used longer ago →</a>}
    </nav>
  );
