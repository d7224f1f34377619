import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { useReader } from "../http/reader.tsx";
import type { EndedAuthorization } from "../store/authorizations.ts";
import { type Content, HERE } from "./authorizationContent.ts";
import { latestEffectSeconds } from "./lifetime.ts";
import { inWords } from "./moment.tsx";
import { Name } from "./name.tsx";
import { ServiceName } from "./words.tsx";

/** What ended, when that takes effect, and what it does not undo. */
export const EndedNotice = ({ ended, seconds }: { ended: EndedAuthorization; seconds: number }) => (
  <div class="notice ok" role="status">
    <p>
      <strong>
        Revoked:{" "}
        {ended.serviceNames.map((name, index) => (
          <>
            {index > 0 && ", "}
            <Name of={name} />
          </>
        ))}
        {ended.device !== null && ` on ${ended.device}`}.
      </strong>{" "}
      {ended.serviceNames.length > 1 ? "They get" : "It gets"} no new access from now on
      {ended.vouched && ", unless who let it in does so again"}. <Effect seconds={seconds} />
    </p>
  </div>
);

const Effect = ({ seconds }: { seconds: number }) => (
  <>
    Access that was handed out before usually stops within a minute, and everywhere in {inWords(seconds, useReader())} at the
    latest. Data that a service has copied stays with it: ask the service itself to delete that.
  </>
);

/** Asks before everything ends. */
export function confirmPage(deps: Deps, { user, csrf, list, resources, languages }: Content): Response {
  const { authorizations, hasMore } = list;
  const seconds = latestEffectSeconds(
    deps.config,
    authorizations.flatMap((authorization) => authorization.resources),
    resources,
  );
  return page(
    deps,
    { title: "Revoke all authorizations", user, under: HERE },
    <section class="sheet">
      <h1>Revoke all authorizations?</h1>
      <p class="lead">These services lose their access, on every device:</p>
      <ul class="bullets">
        {authorizations.map(({ client }) => (
          <li>
            <ServiceName of={client.metadata} languages={languages} />
          </li>
        ))}
        {hasMore && <li>and all the others on your list</li>}
      </ul>
      <p>
        They get no new access from that moment on. <Effect seconds={seconds} /> You can approve each of them again whenever you
        like.
      </p>
      <form method="post" action={HERE} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="action" value="revoke_all" />
        <button type="submit" class="end">
          Revoke all
        </button>
        <a class="button quiet" href={HERE}>
          Keep them
        </a>
      </form>
    </section>,
  );
}
