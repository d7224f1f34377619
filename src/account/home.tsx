import { page } from "../http/page.tsx";
import type { Endpoint } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";

/** GET /: what this is, and where to go from here. */
export const home: Endpoint = async (request, deps) => {
  const user = (await findSignedIn(request, deps))?.user;
  const { operator } = deps.config;
  return page(
    deps,
    { title: "Who may act in your name", user, wide: true },
    <>
      <section class="hero">
        <div>
          <h1>Nothing acts in your name without your signature.</h1>
          <p class="lead">
            Other services ask here before they touch your work. You see who asks and what for, you decide, and you can take it
            back at any time. No service ever sees your password.
          </p>
          {user ? (
            <>
              <p>
                You are signed in as{" "}
                <strong>
                  <bdi>{user.name}</bdi>
                </strong>
                .
              </p>
              <p class="row">
                <a class="button" href="/settings/authorizations">
                  See what you have approved
                </a>
                <a class="button quiet" href="/sign-out">
                  Sign out
                </a>
              </p>
            </>
          ) : (
            <p class="row">
              <a class="button" href="/sign-in">
                Sign in
              </a>
            </p>
          )}
        </div>
        <Slip />
      </section>
      <ol class="steps">
        <li>
          <h2>A service asks</h2>
          <p>It sends you here and says what it wants to see or change, and in which of your organizations.</p>
        </li>
        <li>
          <h2>You countersign</h2>
          <p>You approve as much of it as you like, or none. What you did not tick, it does not get.</p>
        </li>
        <li>
          <h2>You stay in charge</h2>
          <p>Your list of authorizations shows who uses what, and since when. One click there ends it.</p>
        </li>
      </ol>
      <section class="developers">
        <h2>For developers</h2>
        <p>
          {operator} speaks OAuth 2.1 and OpenID Connect. Point your client library at the issuer{" "}
          <code>{deps.config.issuer}</code>; it finds the rest in the{" "}
          <a href="/.well-known/openid-configuration">discovery document</a>.
        </p>
      </section>
    </>,
  );
};

/** A paper with two signatures: theirs, and yours. */
const Slip = () => (
  <div class="sheet slip">
    <svg viewBox="0 0 280 190" aria-hidden="true">
      <path d="M3 8 H150 M3 34 H245 M3 54 H222 M3 74 H236" />
      <path class="line" d="M0 168 H128 M152 168 H280" />
      <path
        class="first"
        d="M8 158 C22 128 34 118 38 126 C42 136 22 160 30 162 C40 164 50 138 58 140 C64 142 54 160 62 160 C72 160 76 142 84 144 C90 146 84 160 94 158 C102 156 106 150 118 152"
      />
      <path
        class="second"
        d="M158 150 C170 118 188 100 192 112 C196 126 168 158 180 162 C192 164 200 130 212 134 C222 138 206 160 218 160 C232 160 240 134 274 128 M176 140 H236"
      />
    </svg>
  </div>
);
