import type { Resource } from "../../model.ts";
import type { ServiceFields } from "../../rules/serviceProblems.ts";
import { Summary } from "./field.tsx";
import type { FormPart } from "./fields.ts";
import { WhatItIs, WhatPeopleRead } from "./serviceAbout.tsx";
import { WhatItMayAskFor } from "./serviceScopes.tsx";
import { HowItGetsTokens } from "./serviceTokens.tsx";

export interface ServiceFormContent extends FormPart {
  readonly resources: readonly Resource[];
  /** Of the person, the best first. */
  readonly languages: readonly string[];
  readonly csrf: string;
  readonly action: string;
  readonly submit: string;
  readonly cancel: string;
}

/** The form of a service, new or registered; with problems, it holds what was typed. */
export const ServiceForm = ({ fields, problems, resources, languages, csrf, action, submit, cancel }: ServiceFormContent) => (
  <form method="post" action={action} class="service-form" novalidate>
    <input type="hidden" name="csrf" value={csrf} />
    <Summary of={problems} titles={Object.entries(titles)} />
    <WhatPeopleRead fields={fields} problems={problems} />
    <WhatItIs fields={fields} problems={problems} />
    <WhatItMayAskFor fields={fields} problems={problems} resources={resources} languages={languages} />
    <HowItGetsTokens fields={fields} problems={problems} />
    <div class="row">
      <button type="submit">{submit}</button>
      <a class="button quiet" href={cancel}>
        Cancel
      </a>
    </div>
  </form>
);

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
