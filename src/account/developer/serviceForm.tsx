import type { Resource } from "../../model.ts";
import { localText } from "../../rules/language.ts";
import { describePermissions } from "../../rules/permissions.ts";
import { identityScopes } from "../../rules/scope.ts";
import { DEVICE_CODE, type ServiceKind } from "../../rules/serviceKind.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";
import { riskWords } from "../riskWords.ts";
import { ResourceName, Words } from "../words.tsx";
import { Choice, Problems, TextField } from "./field.tsx";
import { kindWords } from "./frame.tsx";

export interface ServiceFormContent {
  readonly fields: ServiceFields;
  readonly problems: readonly ServiceProblem[];
  readonly resources: readonly Resource[];
  /** Of the person, the best first. */
  readonly languages: readonly string[];
  readonly csrf: string;
  readonly action: string;
  readonly submit: string;
  readonly cancel: string;
}

const kindDetails: Readonly<Record<ServiceKind, string>> = {
  web: "Its server keeps a secret or a key, and people come back to it in their browser.",
  spa: "It runs in the browser alone and can keep no secret. PKCE protects it.",
  native:
    "It is installed on a phone or computer, or run in a terminal, and comes back by a local address or a scheme of its own.",
  machine: "It acts for itself at APIs that you registered yourself. People approve nothing, and it sees nothing of theirs.",
  device: "A television, a printer, a console: people approve on another screen, at the address that it shows them.",
};

const grantTitles: readonly (readonly [value: string, title: string, detail: string])[] = [
  ["authorization_code", "People approve in the browser", "authorization_code: the usual way."],
  [DEVICE_CODE, "People approve on another screen", "device_code: for what has no browser or no keyboard."],
  ["refresh_token", "It comes back without the person", "refresh_token: goes on until they revoke it. Asks them for it."],
  [
    "client_credentials",
    "It acts for itself",
    "client_credentials: for machines, at APIs of your own. Needs a secret or a key.",
  ],
];

const methodTitles: readonly (readonly [value: string, title: string, detail: string])[] = [
  ["", "What suits its kind", "A secret for a website or a machine, nothing for what runs at people's."],
  ["client_secret_basic", "A secret, in the header", "client_secret_basic: what most libraries do by themselves."],
  ["client_secret_post", "A secret, in the form", "client_secret_post: for libraries that know no better."],
  [
    "client_secret_jwt",
    "A secret that never travels",
    "client_secret_jwt: signs with it. We keep it encrypted, since we need it as well.",
  ],
  ["private_key_jwt", "A key of its own", "private_key_jwt: the strongest. Only the public half comes here."],
  ["none", "Nothing", "none: for what runs in the hands of others. PKCE protects it."],
];

/** The form of a service, new or registered; with problems, it holds what was typed. */
export const ServiceForm = ({ fields, problems, resources, languages, csrf, action, submit, cancel }: ServiceFormContent) => (
  <form method="post" action={action} class="service-form" novalidate>
    <input type="hidden" name="csrf" value={csrf} />
    {problems.length > 0 && <Summary problems={problems} />}
    <section class="sheet">
      <h2>What people read</h2>
      <TextField
        name="client_name"
        label="Name"
        hint="People read it when the service asks them, and in their list of authorizations."
        value={fields.client_name}
        problems={problems}
        required
      />
      <div class="pair">
        <TextField name="client_uri" label="Home page" value={fields.client_uri} problems={problems} placeholder="https://" />
        <TextField
          name="policy_uri"
          label="Privacy policy"
          value={fields.policy_uri}
          problems={problems}
          placeholder="https://"
        />
        <TextField name="tos_uri" label="Terms of service" value={fields.tos_uri} problems={problems} placeholder="https://" />
        <TextField
          name="logo_uri"
          label="Logo"
          hint="The address of a square PNG, JPEG, WebP or GIF of at most 64 KB. We fetch it once and show our copy."
          value={fields.logo_uri}
          problems={problems}
          placeholder="https://"
        />
        <TextField
          name="contacts"
          label="Contacts"
          hint="Email addresses or pages where people get help, one on each line."
          value={fields.contacts}
          problems={problems}
          rows={2}
        />
      </div>
    </section>
    <section class="sheet">
      <h2>What it is</h2>
      <fieldset id="kind" tabindex={-1}>
        <legend>Kind of service</legend>
        <Problems of={problems} field="kind" />
        <ul class="choices pair">
          {Object.entries(kindWords).map(([kind, title]) => (
            <Choice type="radio" name="kind" value={kind} checked={fields.kind === kind} title={title}>
              {kindDetails[kind as ServiceKind]}
            </Choice>
          ))}
        </ul>
      </fieldset>
      <TextField
        name="redirect_uris"
        label="Redirect URIs"
        hint="Where people come back to after their decision: whole addresses, one on each line, compared character by character. Machines, and devices without a browser, have none."
        value={fields.redirect_uris}
        problems={problems}
        rows={4}
        placeholder="https://app.example/callback"
        required
      />
    </section>
    <section class="sheet">
      <h2>What it may ask for</h2>
      <p class="note">
        At most this. People see it in these words, and may allow less. Ask for little: it is what they trust most.
      </p>
      <Problems of={problems} field="scope" />
      <div id="scope" class="stack" tabindex={-1}>
        <Scopes fields={fields} resources={resources} languages={languages} />
      </div>
    </section>
    <section class="sheet">
      <h2>How it gets tokens</h2>
      <fieldset id="token_endpoint_auth_method" tabindex={-1}>
        <legend>How it proves who it is</legend>
        <Problems of={problems} field="token_endpoint_auth_method" />
        <ul class="choices pair">
          {methodTitles.map(([value, title, detail]) => (
            <Choice
              type="radio"
              name="token_endpoint_auth_method"
              value={value}
              checked={fields.token_endpoint_auth_method === value}
              title={title}
            >
              {detail}
            </Choice>
          ))}
        </ul>
      </fieldset>
      <details open={hasDetails(fields, problems)}>
        <summary>Grants, keys and stricter rules</summary>
        <div class="stack">
          <fieldset id="grant_types" tabindex={-1}>
            <legend>Grants</legend>
            <p class="hint">With none ticked, those that suit the kind of service.</p>
            <Problems of={problems} field="grant_types" />
            <ul class="choices pair">
              {grantTitles.map(([value, title, detail]) => (
                <Choice
                  type="checkbox"
                  name="grant_types"
                  value={value}
                  checked={fields.grant_types.includes(value)}
                  title={title}
                >
                  {detail}
                </Choice>
              ))}
            </ul>
          </fieldset>
          <TextField
            name="jwks"
            label="Public keys"
            hint="As a JWK Set (RFC 7517). Never paste a private key."
            value={fields.jwks}
            problems={problems}
            rows={6}
          />
          <TextField
            name="jwks_uri"
            label="Address of the public keys"
            hint="Instead of pasting them: keys there can change without a visit here."
            value={fields.jwks_uri}
            problems={problems}
            placeholder="https://"
          />
          <fieldset>
            <legend>Stricter than it must be</legend>
            <p class="hint">PKCE with S256 is always required. These make a stolen code or token worth even less.</p>
            <ul class="choices pair">
              <Choice
                type="checkbox"
                name="dpop_bound_access_tokens"
                value="on"
                checked={fields.dpop_bound_access_tokens}
                title="Tokens bound to a key (DPoP)"
              >
                Every token request needs a proof (RFC 9449).
              </Choice>
              <Choice
                type="checkbox"
                name="require_pushed_authorization_requests"
                value="on"
                checked={fields.require_pushed_authorization_requests}
                title="Pushed requests only (PAR)"
              >
                The request comes from the service itself, not through the browser (RFC 9126).
              </Choice>
              <Choice
                type="checkbox"
                name="require_signed_request_object"
                value="on"
                checked={fields.require_signed_request_object}
                title="Signed requests only (JAR)"
              >
                Every authorization request is signed with one of the keys above (RFC 9101).
              </Choice>
            </ul>
          </fieldset>
        </div>
      </details>
    </section>
    <div class="row">
      <button type="submit">{submit}</button>
      <a class="button quiet" href={cancel}>
        Cancel
      </a>
    </div>
  </form>
);

/** Whether what lies folded away says something that the defaults do not. */
const hasDetails = (fields: ServiceFields, problems: readonly ServiceProblem[]): boolean =>
  fields.jwks !== "" ||
  fields.jwks_uri !== "" ||
  fields.dpop_bound_access_tokens ||
  fields.require_pushed_authorization_requests ||
  fields.require_signed_request_object ||
  problems.some(({ field }) => field === "grant_types" || field === "jwks" || field === "jwks_uri");

/** In the order of the form. */
const titles: Readonly<Record<keyof ServiceFields, string>> = {
  client_name: "Name",
  client_uri: "Home page",
  policy_uri: "Privacy policy",
  tos_uri: "Terms of service",
  logo_uri: "Logo",
  contacts: "Contacts",
  kind: "Kind of service",
  redirect_uris: "Redirect URIs",
  scope: "What it may ask for",
  token_endpoint_auth_method: "How it proves who it is",
  grant_types: "Grants",
  jwks: "Public keys",
  jwks_uri: "Address of the public keys",
  dpop_bound_access_tokens: "Tokens bound to a key",
  require_pushed_authorization_requests: "Pushed requests only",
  require_signed_request_object: "Signed requests only",
};

const Summary = ({ problems }: { problems: readonly ServiceProblem[] }) => (
  <div class="notice bad" role="alert" tabindex={-1} autofocus>
    <p>
      <strong>Nothing is saved yet.</strong> Please look again at:
    </p>
    <ul class="bullets">
      {Object.entries(titles)
        .filter(([field]) => problems.some((problem) => problem.field === field))
        .map(([field, title]) => (
          <li>
            <a href={`#${field}`}>{title}</a>
          </li>
        ))}
    </ul>
  </div>
);

/** Every scope there is, by whose it is, in the words that people read. */
const Scopes = ({
  fields,
  resources,
  languages,
}: {
  fields: ServiceFields;
  resources: readonly Resource[];
  languages: readonly string[];
}) => (
  <>
    <fieldset>
      <legend>About the person</legend>
      <ul class="choices pair">
        {describePermissions(identityScopes, [], [], []).map(({ name, title, description }) => (
          <Choice
            type="checkbox"
            name="scope"
            value={name}
            checked={fields.scope.includes(name)}
            title={<ScopeTitle name={name}>{title.text}</ScopeTitle>}
          >
            {description.text}
          </Choice>
        ))}
        <Choice
          type="checkbox"
          name="scope"
          value="offline_access"
          checked={fields.scope.includes("offline_access")}
          title={<ScopeTitle name="offline_access">Access when they are not here</ScopeTitle>}
        >
          It comes back without the person, until they revoke it.
        </Choice>
      </ul>
    </fieldset>
    {resources
      .filter(({ scopes }) => scopes.length > 0)
      .map((resource) => (
        <fieldset>
          <legend>
            In <ResourceName of={resource} languages={languages} />
          </legend>
          <p class="hint">
            <code>{resource.identifier}</code>
          </p>
          <ul class="choices pair">
            {resource.scopes.map((scope) => (
              <Choice
                type="checkbox"
                name="scope"
                value={scope.name}
                checked={fields.scope.includes(scope.name)}
                title={
                  <>
                    <ScopeTitle name={scope.name}>
                      <Words of={localText(scope, "title", languages)} />
                    </ScopeTitle>
                    {scope.access === "full" && <span class="tag bad">Full access</span>}
                    {riskWords[scope.risk] && (
                      <span class={scope.risk === "high" ? "tag bad" : "tag warn"}>{riskWords[scope.risk]}</span>
                    )}
                  </>
                }
              >
                <Words of={localText(scope, "description", languages)} />
              </Choice>
            ))}
          </ul>
        </fieldset>
      ))}
  </>
);

const ScopeTitle = ({ name, children }: { name: string; children: unknown }) => (
  <span>
    {children} <code class="scope">{name}</code>
  </span>
);
