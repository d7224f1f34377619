import { authorizationsUrl } from "./countersign.ts";
import { Act } from "./page.tsx";
import type { Bindings, Connected } from "./session.ts";
import { age, clock, duration } from "./words.ts";

/** What Buildboard can do with Contoso DevOps, and the scope that each needs. A person may leave any of them out. */
const permissions = [
  ["builds.read", "See builds"],
  ["workitems.read", "See work items"],
  ["workitems.write", "Add and move work items"],
  ["code.read", "See commits"],
] as const;

/** Who is connected, for how long, and what they allowed; and the way out. */
export const Connection = ({ env, session, now }: { env: Bindings; session: Connected; now: number }) => (
  <aside class="connection card" aria-labelledby="connection">
    <h2 id="connection">Connection</h2>
    <dl>
      <div>
        <dt>Connected as</dt>
        <dd>
          <b>
            <bdi>{session.name ?? "somebody who keeps their name private"}</bdi>
          </b>
        </dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>{age(session.connectedAt, now)}</dd>
      </div>
      <div>
        <dt>Access token</dt>
        <dd>
          good for {duration((session.expiresAt - now) / 1000)}
          <span class="soft">until {clock(session.expiresAt)}</span>
        </dd>
      </div>
      <div>
        <dt>Refreshed</dt>
        <dd>
          {session.refreshedAt === null
            ? "not yet"
            : `${session.refreshes === 1 ? "once" : `${session.refreshes} times`}, last ${age(session.refreshedAt, now)}`}
        </dd>
      </div>
    </dl>
    <h3>What you allowed</h3>
    <ul class="allowed">
      {permissions.map(([scope, title]) => {
        const given = session.scopes.includes(scope);
        return (
          <li class={given ? "given" : "withheld"}>
            <span>{title}</span> <b>{given ? "yes" : "no"}</b>
          </li>
        );
      })}
    </ul>
    <div class="acts">
      <Act to="/refresh" class="quiet">
        Refresh now
      </Act>
      <Act to="/disconnect" class="end">
        Disconnect
      </Act>
    </div>
    <p class="soft">
      Buildboard renews its token by itself. You can take the access back whenever you like:{" "}
      <a href={authorizationsUrl(env)}>Authorizations at Countersign</a>
    </p>
  </aside>
);
