import type { ServiceKind } from "../../rules/serviceKind.ts";
import { Choice, Problems, TextField } from "./field.tsx";
import type { FormPart } from "./fields.ts";
import { kindWords } from "./frame.tsx";

const kindDetails: Readonly<Record<ServiceKind, string>> = {
  web: "Its server keeps a secret or a key, and people come back to it in their browser.",
  spa: "It runs in the browser alone and can keep no secret. PKCE protects it.",
  native:
    "It is installed on a phone or computer, or run in a terminal, and comes back by a local address or a scheme of its own.",
  machine: "It acts for itself at APIs that you registered yourself. People approve nothing, and it sees nothing of theirs.",
  device: "A television, a printer, a console: people approve on another screen, at the address that it shows them.",
};

/** What people read of a service. */
export const WhatPeopleRead = ({ fields, problems }: FormPart) => (
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
        hint="The address of a square PNG, JPEG, WebP or GIF of at most 64 KB and 2048 points. We fetch it once and show our copy."
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
);

/** What kind of thing it is, and where people come back to. */
export const WhatItIs = ({ fields, problems }: FormPart) => (
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
);
