import type { Parameters } from "../../http/form.ts";
import { kinds } from "../../rules/serviceKind.ts";
import type { ServiceFields, ServiceProblem } from "../../rules/serviceProblems.ts";

/** What every part of the form shows: what was typed, and what is wrong with it. */
export interface FormPart {
  readonly fields: ServiceFields;
  readonly problems: readonly ServiceProblem[];
}

/** Fields of the form that the page sends several times. */
export const repeatedFields = ["scope", "grant_types"];

/** What was typed and ticked; a field that is missing is empty. */
export function fieldsIn(form: Parameters): ServiceFields {
  const text = (name: keyof ServiceFields) => form.find(name) ?? "";
  const kind = form.find("kind");
  return {
    kind: kinds.find((known) => known === kind) ?? "web",
    client_name: text("client_name"),
    client_uri: text("client_uri"),
    policy_uri: text("policy_uri"),
    tos_uri: text("tos_uri"),
    logo_uri: text("logo_uri"),
    contacts: text("contacts"),
    redirect_uris: text("redirect_uris"),
    scope: form.all("scope"),
    grant_types: form.all("grant_types"),
    token_endpoint_auth_method: text("token_endpoint_auth_method"),
    jwks: text("jwks"),
    jwks_uri: text("jwks_uri"),
    dpop_bound_access_tokens: form.find("dpop_bound_access_tokens") !== undefined,
    require_pushed_authorization_requests: form.find("require_pushed_authorization_requests") !== undefined,
    require_signed_request_object: form.find("require_signed_request_object") !== undefined,
  };
}
