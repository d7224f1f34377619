import { DEVICE_CODE } from "../../rules/serviceKind.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";
import { Choice, Problems, TextField } from "./field.tsx";
import type { FormPart } from "./fields.ts";

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

/** How a service proves who it is, and what else its requests have to be like. */
export const HowItGetsTokens = ({ fields, problems }: FormPart) => (
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
          <Problems of={problems} field="require_signed_request_object" />
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
              id="require_signed_request_object"
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
);

/** Whether what lies folded away says something that the defaults do not. */
const hasDetails = (fields: ServiceFields, problems: readonly ServiceProblem[]): boolean =>
  fields.token_endpoint_auth_method === "private_key_jwt" ||
  fields.jwks !== "" ||
  fields.jwks_uri !== "" ||
  fields.dpop_bound_access_tokens ||
  fields.require_pushed_authorization_requests ||
  fields.require_signed_request_object ||
  problems.some(({ field }) => field === "grant_types" || field === "jwks" || field === "jwks_uri");
