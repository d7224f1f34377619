import type { Child } from "hono/jsx";
import type { Build } from "./contoso.ts";
import { authorizationsUrl } from "./countersign.ts";
import { Act, type Notice, Page } from "./page.tsx";
import type { Bindings, Ended, Session } from "./session.ts";
import { Tile } from "./tile.tsx";
import { clock } from "./words.ts";

const HOUR_MS = 3_600_000;

const example = (
  pipeline: string,
  branch: string,
  status: Build["status"],
  number: number,
  startedAt: number,
  duration_seconds: number,
): Build => ({
  number,
  pipeline,
  repository: "",
  branch,
  commit: "",
  reason: "push",
  requested_by: "",
  status,
  started_at: new Date(startedAt).toISOString(),
  duration_seconds,
  failed_step: null,
});

/** The first page: what Buildboard is, and the one thing to do. */
export const FrontPage = ({
  session,
  notice,
  now,
}: {
  session: Session | undefined;
  notice: Notice | undefined;
  now: number;
}) => (
  <Page
    title="Buildboard: all your builds on one board"
    person={session?.kind === "connected" ? session.name : null}
    notice={notice}
  >
    <section class="hero">
      <div class="pitch">
        <h1>All your builds on one board</h1>
        <p class="lead">
          What is running, what broke and who is on it, across every organization that you work with. Hang it on the wall, or
          keep it in a tab.
        </p>
        {session?.kind === "connected" ? (
          <p>
            <a class="button" href="/board">
              Open your board
            </a>
          </p>
        ) : (
          <Act to="/connect">Connect Contoso DevOps</Act>
        )}
        <p class="soft">
          You sign in and approve at Countersign. Buildboard never sees your password, and you decide what it may read.
        </p>
      </div>
      <figure aria-labelledby="example">
        <ul class="tiles">
          <Tile build={example("Storefront", "main", "running", 4821, now - 252_000, 252)} now={now} />
          <Tile build={example("Checkout", "vat-per-line", "failed", 4820, now - HOUR_MS / 2, 341)} now={now} />
          <Tile build={example("Route planner", "ferries", "succeeded", 2334, now - HOUR_MS, 263)} now={now} />
          <Tile build={example("Infrastructure", "main", "succeeded", 4818, now - 3 * HOUR_MS, 1284)} now={now} />
        </ul>
        <figcaption id="example">An example. Yours is one approval away.</figcaption>
      </figure>
    </section>
    <ul class="promises">
      <li>
        <h2>It reads what you allow</h2>
        <p>Builds, work items and commits are separate choices. Leave one out, and the rest still works.</p>
      </li>
      <li>
        <h2>It moves work items for you</h2>
        <p>Only if you let it, only when you press the button, and always in your name.</p>
      </li>
      <li>
        <h2>It leaves when you say so</h2>
        <p>Disconnect here or take the approval back at Countersign. Either way it is out within moments.</p>
      </li>
    </ul>
  </Page>
);

interface MessageProps {
  readonly title: string;
  readonly person?: string | null | undefined;
  /** For the people who run Buildboard. */
  readonly detail?: string | undefined;
  readonly children?: Child;
}

/** A page that says one thing. */
export const MessagePage = ({ title, person, detail, children }: MessageProps) => (
  <Page title={`${title} · Buildboard`} person={person}>
    <section class="message card">
      <h1>{title}</h1>
      {children}
      {detail && (
        <details>
          <summary>What was answered</summary>
          <p>
            <code>{detail}</code>
          </p>
        </details>
      )}
    </section>
  </Page>
);

/** After the end of the access: plainly, who may have ended it, what that means, and the way back. */
export const EndedPage = ({ env, session }: { env: Bindings; session: Ended }) => (
  <MessagePage title={session.because === "revoked" ? "Access was revoked" : "Access has expired"}>
    {session.because === "revoked" ? (
      <p class="lead">
        Access was revoked, by you or by somebody who looks after your account. Nothing more will be read from Contoso DevOps.
      </p>
    ) : (
      <p class="lead">The approval was for one visit, and that is over. Nothing more will be read from Contoso DevOps.</p>
    )}
    <p>
      Buildboard has thrown its tokens away. It noticed at <time datetime={iso(session.endedAt)}>{clock(session.endedAt)}</time>
      .
    </p>
    <div class="acts">
      <Act to="/connect">Connect again</Act>
      <a class="button quiet" href={authorizationsUrl(env)}>
        Authorizations at Countersign
      </a>
    </div>
  </MessagePage>
);

const iso = (at: number): string => new Date(at).toISOString();

/** The person said no, which is theirs to say; an access from before goes on. */
export const DeniedPage = ({ session }: { session: Session | undefined }) =>
  session?.kind === "connected" ? (
    <MessagePage title="Nothing changes" person={session.name}>
      <p class="lead">You did not allow more, so Buildboard goes on with what you allowed before.</p>
      <div class="acts">
        <a class="button" href="/board">
          Back to your board
        </a>
      </div>
    </MessagePage>
  ) : (
    <MessagePage title="That is fine">
      <p class="lead">You did not approve Buildboard, so it got nothing: no builds, no work items, not even your name.</p>
      <p>If that was by mistake, or you would rather leave out a permission or two, you can go back and choose.</p>
      <div class="acts">
        <Act to="/connect">Connect after all</Act>
        <a class="button quiet" href="/">
          To the first page
        </a>
      </div>
    </MessagePage>
  );

export const PrivacyPage = ({ env }: { env: Bindings }) => (
  <Page title="Privacy · Buildboard">
    <article class="prose card">
      <h1>Privacy</h1>
      <p class="lead">Buildboard keeps nothing about you on its servers.</p>
      <h2>What it reads</h2>
      <p>
        Your name, and from Contoso DevOps the builds, work items and commits that you allow. It shows them and forgets them.
      </p>
      <h2>What it keeps</h2>
      <p>One cookie in your browser, encrypted so that only Buildboard can read it. It holds your name and the tokens.</p>
      <h2>How you take it back</h2>
      <p>
        Press Disconnect on your board, or revoke the approval under <a href={authorizationsUrl(env)}>Authorizations</a> at
        Countersign.
      </p>
    </article>
  </Page>
);

export const TermsPage = () => (
  <Page title="Terms · Buildboard">
    <article class="prose card">
      <h1>Terms</h1>
      <p class="lead">Buildboard is a demonstration. Use it as you like, and do not rely on it.</p>
      <h2>What you may expect</h2>
      <p>It does what it says here, and nothing that you have not approved.</p>
      <h2>What you may not</h2>
      <p>Its companies, people and builds are made up. Work items that you add are gone when the demonstration stops.</p>
    </article>
  </Page>
);
