import { html } from "hono/html";
import type { Child } from "hono/jsx";

export type Tone = "good" | "bad" | "plain";

/** A sentence at the top of a page about what was just done. */
export interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" width="34" height="34" aria-hidden="true">
    <rect class="logo-a" x="2" y="2" width="13" height="13" rx="4" />
    <rect class="logo-b" x="17" y="2" width="13" height="13" rx="6.500" />
    <rect class="logo-c" x="2" y="17" width="13" height="13" rx="4" />
    <rect class="logo-d" x="17" y="17" width="13" height="13" rx="4" />
  </svg>
);

/** A button that does something, and so a form: a link would do it again whenever a browser feels like it. */
export const Act = ({ to, class: look, children }: { to: string; class?: string; children?: Child }) => (
  <form method="post" action={to}>
    <button type="submit" class={look ?? ""}>
      {children}
    </button>
  </form>
);

export interface PageProps {
  readonly title: string;
  /** Who is connected, for the top of the page. */
  readonly person?: string | null | undefined;
  readonly notice?: Notice | undefined;
  readonly children?: Child;
}

/** The frame of every page. */
export const Page = (props: PageProps) => html`<!doctype html>${<Document {...props} />}`;

const Document = ({ title, person, notice, children }: PageProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="stylesheet" href="/style.css" />
      <link rel="icon" href="/logo.svg" type="image/svg+xml" />
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <Logo />
          <span>Buildboard</span>
        </a>
        {person && (
          <p class="person">
            <span class="unseen">Connected as </span>
            <bdi>{person}</bdi>
          </p>
        )}
      </header>
      <main id="content" tabindex={-1}>
        {notice && (
          <p class={`notice ${notice.tone}`} role="status">
            {notice.text}
          </p>
        )}
        {children}
      </main>
      <footer>
        <p>Buildboard, by Northstar Tools. A demonstration.</p>
        <nav aria-label="Small print">
          <a href="/privacy">Privacy</a>
          <a href="/terms">Terms</a>
        </nav>
      </footer>
    </body>
  </html>
);
