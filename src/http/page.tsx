import type { Child } from "hono/jsx";
import type { Config, Deps } from "../config.ts";
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
  /** Where one comes back to this page, if it is elsewhere than its address says. */
  readonly here?: string;
  /** Its content is in English, whatever its reader reads: what is for developers. */
  readonly english?: boolean;
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

const inEnglish = { lang: "en", dir: "ltr" } as const;

const Frame = ({ config, options, content }: { config: Config; options: PageOptions; content: Child }) => {
  const { language, timeZone, t } = useReader();
  return (
    <html lang={language} dir={languages[language].direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${options.title} · ${config.operator}`}</title>
        <link rel="stylesheet" href={styleSheetPath(config)} />
        <link rel="icon" href={config.brand.logo === null ? "/icon.svg" : "/brand"} />
      </head>
      <body>
        <a class="skip" href="#content">
          {t("frame.skip")}
        </a>
        <header class="masthead">
          <a class="brand" href="/">
            {config.brand.logo === null ? <Mark /> : <img class="brand-logo" src="/brand" alt="" />}
            <span>
              <bdi>{config.operator}</bdi>
            </span>
          </a>
          {options.user && <Account user={options.user} under={options.under} />}
        </header>
        <main id="content" class={options.wide ? "wide" : "narrow"} tabindex={-1} {...(options.english ? inEnglish : {})}>
          {options.english ? <ForReader reader={{ ...englishReader, timeZone }}>{content}</ForReader> : content}
        </main>
        <footer class="colophon">
          <p>
            <T
              k="frame.colophon"
              with={{ issuer: <strong dir="ltr">{config.issuer}</strong>, operator: <bdi>{config.operator}</bdi> }}
            />
          </p>
          <Links config={config} here={options.here} />
        </footer>
      </body>
    </html>
  );
};

/** The way to the choice of the language, under its own name, and to what the operator says elsewhere. */
const Links = ({ config: { brand }, here }: { config: Config; here: string | undefined }) => {
  const reader = useReader();
  const { t, language } = reader;
  const { name } = languages[language];
  const to = here ?? reader.here;
  const links = [
    [brand.supportUrl, "frame.help"],
    [brand.privacyUrl, "frame.privacy"],
    [brand.termsUrl, "frame.terms"],
  ] as const;
  return (
    <ul class="foot">
      <li>
        <a
          href={to.startsWith("/language") ? "/language" : `/language?${new URLSearchParams({ to })}`}
          aria-label={t("frame.language_link", { language: name })}
        >
          {name}
        </a>
      </li>
      {links.map(
        ([url, words]) =>
          url !== null && (
            <li>
              <a href={url} rel="noreferrer">
                {t(words)}
              </a>
            </li>
          ),
      )}
    </ul>
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
