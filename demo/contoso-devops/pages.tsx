import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { tools } from "./mcpTools.ts";

const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
    <path class="logo-ring" d="M25.500 9.500a11.500 11.500 0 1 0 0 13" />
    <path class="logo-core" d="M19.800 13a5 5 0 1 0 0 6" />
    <circle class="logo-dot" cx="27" cy="16" r="2.500" />
  </svg>
);

interface FrameProps {
  readonly title: string;
  readonly children?: Child;
}

const Frame = (props: FrameProps) => html`<!doctype html>${<Document {...props} />}`;

const Document = ({ title, children }: FrameProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="stylesheet" href="/style.css" />
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="bar">
        <a class="brand" href="/">
          <Logo />
          <span>
            Contoso <b>DevOps</b>
          </span>
        </a>
        <nav aria-label="Contoso DevOps">
          <a href="/#api">API</a>
          <a href="/#assistants">Assistants</a>
          <a href="/#access">Access</a>
          <a href="/#organizations">Organizations</a>
        </nav>
      </header>
      <main id="content" tabindex={-1}>
        {children}
      </main>
      <footer>
        <p>Contoso DevOps is a demonstration. Its companies, people, builds and code are made up.</p>
      </footer>
    </body>
  </html>
);

/** A pipeline from plan to ship, drawn; the words beside it say the same. */
const Pipeline = () => (
  <svg class="pipeline" viewBox="0 0 520 300" aria-hidden="true">
    <path class="rail" d="M20 70H200C240 70 240 150 280 150H500" />
    <path class="rail" d="M20 230H200C240 230 240 150 280 150" />
    <path class="rail faint" d="M20 150H500" />
    <path class="flow" d="M20 70H200C240 70 240 150 280 150H500" />
    <g class="stop">
      <rect x="42" y="46" width="48" height="48" />
      <path d="M54 62h24M54 70h24M54 78h14" />
    </g>
    <g class="stop">
      <rect x="132" y="46" width="48" height="48" />
      <path d="M150 61l-9 9 9 9M162 61l9 9-9 9" />
    </g>
    <g class="stop quiet">
      <rect x="42" y="206" width="48" height="48" />
      <path d="M57 222l18 16M75 222l-18 16" />
    </g>
    <g class="stop quiet">
      <rect x="132" y="206" width="48" height="48" />
      <path d="M150 221l-9 9 9 9M162 221l9 9-9 9" />
    </g>
    <g class="stop">
      <rect x="296" y="126" width="48" height="48" />
      <path d="M309 151l8 8 15-17" />
    </g>
    <g class="stop end">
      <rect x="420" y="118" width="64" height="64" />
      <path d="M452 166v-32M439 146l13-13 13 13" />
    </g>
  </svg>
);

interface EndpointRow {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly scope: string | null;
  readonly what: string;
}

const endpoints: readonly EndpointRow[] = [
  { method: "GET", path: "/api/organizations", scope: null, what: "The organizations that the token may enter." },
  {
    method: "GET",
    path: "/api/organizations/:organization/builds",
    scope: "builds.read",
    what: "Builds with status, branch and duration, the newest first.",
  },
  {
    method: "GET",
    path: "/api/organizations/:organization/workitems",
    scope: "workitems.read",
    what: "Bugs, features and tasks, the last changed first.",
  },
  {
    method: "POST",
    path: "/api/organizations/:organization/workitems",
    scope: "workitems.write",
    what: "Adds one: a title, and a type if you like.",
  },
  {
    method: "POST",
    path: "/api/organizations/:organization/workitems/:id",
    scope: "workitems.write",
    what: "Moves one to the state new, active, resolved or closed.",
  },
  {
    method: "GET",
    path: "/api/organizations/:organization/code",
    scope: "code.read",
    what: "Repositories with their latest commits and the names of their files.",
  },
  {
    method: "GET",
    path: "/api/organizations/:organization/code/:repository/:path",
    scope: "code.read",
    what: "One file, as text.",
  },
];

/** Breaks a path at its slashes, so that it wraps where a reader would. */
const Path = ({ path }: { path: string }) => (
  <code class="path">
    {path
      .split("/")
      .slice(1)
      .map((part) => (
        <>
          <wbr />/{part.startsWith(":") ? <i>{part}</i> : part}
        </>
      ))}
  </code>
);

const Endpoint = ({ method, path, scope, what }: EndpointRow) => (
  <li>
    <p class="call">
      <span class={`method ${method.toLowerCase()}`}>{method}</span> <Path path={path} />
    </p>
    <p class="scope">
      {scope === null ? (
        "any token for us"
      ) : (
        <>
          <span class="unseen">needs the scope </span>
          <code>{scope}</code>
        </>
      )}
    </p>
    <p class="what">{what}</p>
  </li>
);

const answers = [
  ["200", "OK", "The token is good, and its person may enter the organization."],
  [
    "401",
    "invalid_token",
    "No token, or one that is expired, revoked, or made for somebody else. Refresh it, or connect again.",
  ],
  ["403", "insufficient_scope", "The person has not allowed this. The answer names the scope that is missing."],
  ["403", "access_denied", "The token does not reach this organization: no member, not chosen, or kept out by its policy."],
] as const;

const tenants = [
  ["contoso", "Contoso Outdoor", "Any service that a member approves may come in."],
  ["northwind", "Northwind Traders", "Only services whose publisher is verified."],
  ["fabrikam", "Fabrikam Industries", "Only services that its owners have approved."],
] as const;

export const FrontPage = ({ issuer, origin }: { issuer: string; origin: string }) => (
  <Frame title="Contoso DevOps: plan, build and ship in one place">
    <section class="hero">
      <div>
        <h1>Plan, build and ship in one place</h1>
        <p class="lead">
          Contoso DevOps keeps the work items, the source code and the builds of your organization, and opens them to the
          services that your people choose.
        </p>
        <p class="actions">
          <a class="button" href="#api">
            Read the API
          </a>
          <a href="#access">How access works</a>
        </p>
      </div>
      <Pipeline />
    </section>

    <ul class="hubs">
      <li>
        <h2>Work items</h2>
        <p>Bugs, features and tasks, from new to closed.</p>
      </li>
      <li>
        <h2>Code</h2>
        <p>Repositories, with who changed what and why.</p>
      </li>
      <li>
        <h2>Builds</h2>
        <p>Every run of every pipeline, and the step it stopped at.</p>
      </li>
    </ul>

    <section id="api" class="part">
      <header>
        <h2>API</h2>
        <p>
          JSON under <code>{origin}/api</code>. Send an access token as <code>Authorization: Bearer</code>. Each address needs
          the scope beside it. Code can also be read by a token that names its repositories: <code>repository_access</code> in
          its <code>authorization_details</code>.
        </p>
      </header>
      <ul class="endpoints">
        {endpoints.map((endpoint) => (
          <Endpoint {...endpoint} />
        ))}
      </ul>
      <figure>
        <figcaption>For example</figcaption>
        <pre>
          <code>{`curl ${origin}/api/organizations/contoso/builds \\\n  --header "Authorization: Bearer $ACCESS_TOKEN"`}</code>
        </pre>
      </figure>
    </section>

    <section id="assistants" class="part">
      <header>
        <h2>For assistants</h2>
        <p>
          <code>{origin}/mcp</code> speaks the Model Context Protocol. Give your assistant this address: it finds out by itself
          where to ask for access, and you approve. It asks again when a tool needs more than you allowed.
        </p>
      </header>
      <ul class="endpoints">
        {Object.entries(tools).map(([name, { description, scopes }]) => (
          <li>
            <p class="call">
              <code class="path">{name}</code>
            </p>
            <p class="scope">
              <span class="unseen">needs the scope </span>
              <code>{scopes.join(" ")}</code>
            </p>
            <p class="what tool">{description}</p>
          </li>
        ))}
      </ul>
    </section>

    <section id="access" class="part">
      <header>
        <h2>Access</h2>
        <p>
          We never see a password. People approve services at <a href={issuer}>Countersign</a>, which gives the service a token
          for a few minutes at a time. Take the approval back there, and the service is out.
        </p>
      </header>
      <dl class="answers">
        {answers.map(([status, code, meaning]) => (
          <div>
            <dt>
              <b>{status}</b> <code>{code}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>

    <section id="organizations" class="part">
      <header>
        <h2>Organizations</h2>
        <p>A token enters the organizations that its person belongs to, if the organization lets the service in.</p>
      </header>
      <ul class="tenants">
        {tenants.map(([name, displayName, policy]) => (
          <li>
            <h3>{displayName}</h3>
            <code>{name}</code>
            <p>{policy}</p>
          </li>
        ))}
      </ul>
    </section>
  </Frame>
);

export const NotFoundPage = () => (
  <Frame title="Nothing here · Contoso DevOps">
    <section class="hero lone">
      <div>
        <h1>There is nothing at this address</h1>
        <p class="lead">The page may have moved. The front page lists everything that we have.</p>
        <p class="actions">
          <a class="button" href="/">
            To the front page
          </a>
        </p>
      </div>
    </section>
  </Frame>
);
