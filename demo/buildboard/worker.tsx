import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { BoardPage } from "./board.tsx";
import { changeWorkItem, loadBoard } from "./contoso.ts";
import { finishAuthorization, giveBack, refresh, startAuthorization } from "./countersign.ts";
import type { Notice } from "./page.tsx";
import { DeniedPage, EndedPage, FrontPage, MessagePage, PrivacyPage, TermsPage } from "./pages.tsx";
import { explain } from "./problem.tsx";
import { type Bindings, dropCookie, findCookie, type Session, setCookie } from "./session.ts";
import { logo, styleSheet } from "./style.ts";

/**
 * Buildboard: a service that asks for access to Contoso DevOps by way of Countersign, uses it, and notices when it is over. It
 * keeps no state of its own; see session.ts.
 */
const app = new Hono<{ Bindings: Bindings }>();
type C = Context<{ Bindings: Bindings }>;

/** A form's redirects may end at Countersign: browsers hold `form-action` against those too. */
app.use((c, next) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'", c.env.ISSUER],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
    strictTransportSecurity: c.env.ORIGIN.startsWith("https:") ? "max-age=63072000" : false,
  })(c, next),
);
app.use(csrf());
app.get("/style.css", etag(), (c) => c.body(styleSheet, 200, { "Content-Type": "text/css; charset=utf-8" }));
app.get("/logo.svg", etag(), (c) => c.body(logo, 200, { "Content-Type": "image/svg+xml" }));
app.use(async (c, next) => {
  await next();
  c.header("Cache-Control", "no-store");
});

const notices: Readonly<Record<string, Notice>> = {
  connected: { tone: "good", text: "Connected. This is what your organizations are building." },
  refreshed: { tone: "good", text: "Refreshed: Buildboard has a new access token." },
  added: { tone: "good", text: "The task was added." },
  moved: { tone: "good", text: "The work item was moved." },
  refused: { tone: "bad", text: "Contoso DevOps did not allow this change. Nothing was changed." },
  unavailable: { tone: "bad", text: "That did not work just now. Nothing was changed; try again in a moment." },
  disconnected: {
    tone: "good",
    text: "Disconnected. Buildboard gave its tokens back and forgot you. Your approval stays at Countersign until you revoke it there.",
  },
  forgotten: {
    tone: "bad",
    text: "Buildboard forgot its tokens, but could not reach Countersign to end them. Revoke Buildboard in your settings there.",
  },
};
const noticeOf = (c: C): Notice | undefined => notices[c.req.query("done") ?? ""];

const loadSession = (c: C): Promise<Session | undefined> => findCookie(c.req.raw, c.env, "session");

const keep = async (c: C, session: Session): Promise<void> =>
  c.header("Set-Cookie", await setCookie(c.env, "session", session), { append: true });

const drop = (c: C, kind: "session" | "pending"): void => c.header("Set-Cookie", dropCookie(c.env, kind), { append: true });

app.get("/", async (c) => c.html(<FrontPage session={await loadSession(c)} notice={noticeOf(c)} now={Date.now()} />));
app.get("/privacy", (c) => c.html(<PrivacyPage env={c.env} />));
app.get("/terms", (c) => c.html(<TermsPage />));

app.on(["GET", "POST"], "/connect", async (c) => {
  const { location, pending } = await startAuthorization(c.env);
  c.header("Set-Cookie", await setCookie(c.env, "pending", pending), { append: true });
  return c.redirect(location, 303);
});

app.get("/callback", async (c) => {
  const pending = await findCookie(c.req.raw, c.env, "pending");
  if (pending === undefined)
    return c.html(
      <MessagePage title="This connection did not begin here">
        <p class="lead">It was begun in another browser, or more than half an hour ago. Nothing was connected.</p>
        <p>
          <a class="button" href="/">
            Start again
          </a>
        </p>
      </MessagePage>,
      400,
    );
  drop(c, "pending");
  if (c.req.query("error") === "access_denied" && c.req.query("state") === pending.state)
    return c.html(<DeniedPage session={await loadSession(c)} />);
  await keep(c, await finishAuthorization(c.env, new URL(c.req.url), pending));
  return c.redirect("/board?done=connected", 303);
});

app.get("/board", async (c) => {
  const session = await loadSession(c);
  if (session === undefined) return c.redirect("/", 303);
  if (session.kind === "ended") return c.html(<EndedPage env={c.env} session={session} />);
  const { session: after, organizations } = await loadBoard(c.env, session);
  if (after !== session) await keep(c, after);
  if (after.kind === "ended") return c.html(<EndedPage env={c.env} session={after} />);
  return c.html(<BoardPage env={c.env} session={after} organizations={organizations} now={Date.now()} notice={noticeOf(c)} />);
});

app.post("/refresh", async (c) => {
  const session = await loadSession(c);
  if (session?.kind !== "connected") return c.redirect("/board", 303);
  await keep(c, await refresh(c.env, session));
  return c.redirect("/board?done=refreshed", 303);
});

app.post("/workitems", async (c) => {
  const session = await loadSession(c);
  if (session?.kind !== "connected") return c.redirect("/board", 303);
  const form = new URLSearchParams(await c.req.text());
  const id = form.get("id");
  const body = id === null ? { title: form.get("title") } : { state: form.get("state") };
  const change = { organization: form.get("organization") ?? "", id, body };
  const { session: after, answer } = await changeWorkItem(c.env, session, change);
  if (after !== session) await keep(c, after);
  const done = { ok: id === null ? "added" : "moved", forbidden: "refused", refused: "refused", unavailable: "unavailable" };
  return c.redirect(`/board?done=${done[answer.kind]}`, 303);
});

app.post("/disconnect", async (c) => {
  const session = await loadSession(c);
  drop(c, "session");
  if (session?.kind !== "connected") return c.redirect("/", 303);
  const gaveBack = await giveBack(c.env, session).then(
    () => true,
    () => false,
  );
  return c.redirect(gaveBack ? "/?done=disconnected" : "/?done=forgotten", 303);
});

app.notFound((c) =>
  c.html(
    <MessagePage title="There is nothing here">
      <p class="lead">The address may be mistyped.</p>
      <p>
        <a class="button" href="/">
          To the first page
        </a>
      </p>
    </MessagePage>,
    404,
  ),
);

app.onError((error, c) => explain(error, c));

export default app;
