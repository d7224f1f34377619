import type { Child } from "hono/jsx";
import type { Config, Deps } from "../config.ts";
import type { ErrorCode, OAuthError } from "../errors.ts";
import { languages } from "../messages/languages.ts";
import type { User } from "../model.ts";
import { englishReader, ForReader, type Reader, T, useReader } from "./reader.tsx";
import { styleSheetPath } from "./style.ts";

/** What a page is, beside its content. */
export interface PageOptions {
  readonly title: string;
  /** Who reads it; without one it is in English, and so are the parts of it that know of readers. */
  readonly reader?: Reader;
  /** Who is signed in, for the top of the page. */
  readonly user?: User | undefined;
  /** Where the redirects that follow this page's forms may end besides ourselves: `formTargets` of a redirect URI. */
  readonly formAction?: readonly string[];
  /** The hash of the one script that this page runs, as a Content Security Policy writes it; without it none runs. */
  readonly script?: string;
  readonly status?: number;
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Room for two columns. */
  readonly wide?: boolean;
  /** Under which of the links at the top the page belongs. */
  readonly under?: SettingsPath;
}

/** Pages of a person's own, at the top of every page. */
const settings = [
  { path: "/settings/authorizations", name: "frame.authorizations" },
  { path: "/settings/security", name: "frame.security" },
  { path: "/settings/account", name: "frame.account" },
  { path: "/settings/organizations", name: "frame.organizations" },
  { path: "/settings/developer", name: "frame.developer" },
] as const;

export type SettingsPath = (typeof settings)[number]["path"];

/** A whole page of ours. No script, no foreign resource, no frame around it, no copy of it in a cache. */
export function page(deps: Deps, options: PageOptions, content: Child): Response {
  const { config } = deps;
  const headers = new Headers({ ...securityHeaders(config, options), ...options.headers });
  for (const cookie of options.cookies ?? []) headers.append("Set-Cookie", cookie);
  const { reader = englishReader } = options;
  const html = (
    <ForReader reader={reader}>
      <Frame config={config} options={options} content={content} />
    </ForReader>
  );
  return new Response(`<!doctype html>${html}`, { status: options.status ?? 200, headers });
}

/** What a service under development, or a program on the person's own machine, may lead on to. */
const OWN_MACHINE = ["http://localhost:*", "http://127.0.0.1:*"];

/**
 * The source expressions that let a form's redirects end at a service. Browsers check `form-action` along the whole chain of
 * redirects (Content Security Policy Level 3 section 6.4.1 leaves it open, Chromium does), and many a callback leads on to another
 * host of the same house: were that stopped, the person would stay on a page of ours whose button does nothing.
 */
export function formTargets(redirectUri: string): readonly string[] {
  const { protocol, hostname, origin } = new URL(redirectUri);
  const isWeb = protocol === "https:" || protocol === "http:";
  // The grammar of a host-source has no room for an IPv6 literal.
  const target = isWeb && !hostname.startsWith("[") ? origin : protocol;
  return [target, "https:", ...(protocol === "http:" ? OWN_MACHINE : [])];
}

const securityHeaders = (config: Config, { formAction = [], script }: PageOptions): Record<string, string> => ({
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src '${script}'`]),
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...formAction].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
  ...(config.secure ? { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" } : {}),
});

/** Two strokes that cross over a signature line. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <path class="mark-first" d="M8 6 L22 22" />
    <path class="mark-second" d="M23 6 C19 13 13 17 8 22" />
    <path class="mark-line" d="M4 27 H28" />
  </svg>
);

const Frame = ({ config, options, content }: { config: Config; options: PageOptions; content: Child }) => {
  const { language, t } = useReader();
  return (
    <html lang={language} dir={languages[language].direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${options.title} · ${config.operator}`}</title>
        <link rel="stylesheet" href={styleSheetPath} />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">
          {t("frame.skip")}
        </a>
        <header class="masthead">
          <a class="brand" href="/">
            <Mark />
            <span>
              <bdi>{config.operator}</bdi>
            </span>
          </a>
          {options.user && <Account user={options.user} under={options.under} />}
        </header>
        <main id="content" class={options.wide ? "wide" : "narrow"} tabindex={-1}>
          {content}
        </main>
        <footer class="colophon">
          <p>
            <T
              k="frame.colophon"
              with={{ issuer: <strong dir="ltr">{config.issuer}</strong>, operator: <bdi>{config.operator}</bdi> }}
            />
          </p>
        </footer>
      </body>
    </html>
  );
};

/** Who is signed in, and the pages of their own. */
const Account = ({ user, under }: { user: User; under: SettingsPath | undefined }) => {
  const { t } = useReader();
  return (
    <nav aria-label={t("frame.your_account")}>
      <span class="person">
        <bdi>{user.name}</bdi>
      </span>
      {settings.map(({ path, name }) => (
        <a href={path} aria-current={path === under ? "true" : undefined}>
          {t(name)}
        </a>
      ))}
      <a href="/sign-out">{t("frame.sign_out")}</a>
    </nav>
  );
};

/** A heading for people, and what they can do. Codes that are not here come from a service's faulty request. */
const adviceOf: Partial<Record<ErrorCode, readonly [heading: string, advice: string]>> = {
  server_error: ["Something went wrong on our side", "Nothing has been shared or changed. Please try again in a moment."],
  temporarily_unavailable: [
    "We cannot answer just now",
    "Nothing has been shared or changed. Please wait a few seconds and try again.",
  ],
  forbidden: ["We did not accept this form", "Nothing has been shared or changed."],
  not_found: ["There is nothing here", "Check the address, or start from our front page."],
  method_not_allowed: ["This address cannot be opened like that", "Start from our front page instead."],
  payload_too_large: ["This was too much at once", "Nothing has been changed. Go back and send less."],
  slow_down: ["Please wait a little", "This protects accounts from people who guess. Your account is not locked for good."],
};

const faultyRequest = [
  "This request cannot go on",
  "Nothing has been shared. Go back to where you came from and try again. If it happens again, send the people who run that service what stands below.",
] as const;

/** A way on from an error that the person takes themselves. */
export interface WayOut {
  readonly content: Child;
  readonly formAction: readonly string[];
}

/**
 * What a person sees when something cannot be done: what it means, what to do, and the number under which our log has the
 * reason, which itself stays with us.
 * @param wayOut where else the person may go from here
 */
export function errorPage(deps: Deps, error: OAuthError, requestId: string, wayOut?: WayOut): Response {
  const [heading, advice] = adviceOf[error.code] ?? faultyRequest;
  return page(
    deps,
    { title: heading, status: error.status, headers: error.headers, formAction: wayOut?.formAction ?? [] },
    <section class="sheet">
      <h1>{heading}</h1>
      {error.description !== adviceOf[error.code]?.[0] && <p class="lead">{error.description}</p>}
      <p>{advice}</p>
      {wayOut?.content}
      <dl class="facts">
        <div>
          <dt>Error</dt>
          <dd>
            <code>{error.code}</code>
          </dd>
        </div>
        <div>
          <dt>Request</dt>
          <dd>
            <code>{requestId}</code>
          </dd>
        </div>
      </dl>
      <p>
        <a href="/">To the front page</a>
      </p>
    </section>,
  );
}
