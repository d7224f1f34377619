import type { Client } from "../../model.ts";
import { MAX_ROWS, type ResourceFields, type ResourceProblem, scopePrefix } from "../../rules/resourceForm.ts";
import { Problems, SelectField, Summary, TextField } from "./field.tsx";
import { ScopeRow, titlesOfRow } from "./resourceScope.tsx";
import { RESOURCES } from "./visit.ts";

/** The file that proves the host of the API, and what was found in its place where we have looked. */
export interface HostProof {
  readonly url: string;
  readonly line: string;
  readonly found: string | undefined;
}

interface FormProps {
  readonly fields: ResourceFields;
  readonly problems: readonly ResourceProblem[];
  readonly proof: HostProof | undefined;
  /** The person's services that can introspect. */
  readonly clients: readonly Client[];
  readonly csrf: string;
  readonly action: string;
  readonly isNew: boolean;
}

/** Everything about an API. A button adds a row, by sending the form and storing nothing. */
export const ResourceForm = ({ fields, problems, proof, clients, csrf, action, isNew }: FormProps) => (
  <form method="post" action={action} class="service-form">
    <input type="hidden" name="csrf" value={csrf} />
    {/* The first button is the one that the Enter key presses. */}
    <button type="submit" name="action" value="save" class="unseen" tabindex={-1}>
      Save
    </button>
    <Summary
      of={[...problems, ...(proof?.found === undefined ? [] : [{ field: "line" }])]}
      titles={[...titles, ...fields.scopes.flatMap((_, row) => titlesOfRow(row)), ["line", "The proof of the host"]]}
    />
    <section class="sheet">
      <h2>The API</h2>
      {isNew ? (
        <TextField
          name="identifier"
          label="Address"
          hint="What tokens for it name as their audience. It cannot change later."
          value={fields.identifier}
          placeholder="https://api.northstar.example"
          problems={problems}
          required
        />
      ) : (
        <div class="field" id="identifier" tabindex={-1}>
          <span class="label">Address</span>
          <p>
            <code>{fields.identifier}</code>
          </p>
          <Problems of={problems} field="identifier" />
        </div>
      )}
      <TextField
        name="name"
        label="Name"
        hint="People read it beside the host of the address."
        value={fields.name}
        placeholder="Northstar Notes"
        problems={problems}
        required
      />
      <TextField
        name="translations"
        label="Name in other languages"
        hint="A line for each: the language's tag, and the name."
        value={fields.translations}
        placeholder="de | Northstar-Notizen"
        rows={2}
        problems={problems}
      />
      <SelectField
        name="client_id"
        label="Service that introspects"
        hint="As which your server asks us about tokens. It is not needed to check them by their signature."
        value={fields.client_id}
        options={[
          ["", "None"],
          ...clients.map(({ clientId, metadata }): [string, string] => [clientId, `${metadata.client_name} (${clientId})`]),
        ]}
        problems={problems}
      />
    </section>
    {fields.scopes.map((scope, row) => (
      <ScopeRow scope={scope} row={row} prefix={scopePrefix(fields.identifier)} problems={problems} />
    ))}
    {fields.scopes.length < MAX_ROWS && (
      <p>
        <button type="submit" name="action" value="add" class="quiet">
          Add a permission
        </button>
      </p>
    )}
    {proof && <Proof {...proof} />}
    <div class="row">
      <button type="submit" name="action" value="save">
        {isNew ? "Check the proof and register" : "Check the proof and save"}
      </button>
      <a class="button quiet" href={RESOURCES}>
        Cancel
      </a>
    </div>
  </form>
);

/** In the order of the form. */
const titles: readonly (readonly [keyof ResourceFields, string])[] = [
  ["identifier", "Address"],
  ["name", "Name"],
  ["translations", "Name in other languages"],
  ["client_id", "Service that introspects"],
];

const Proof = ({ url, line, found }: HostProof) => (
  <section class="sheet" id="line" tabindex={-1}>
    <h2>Prove that the host is yours</h2>
    <p>Put this line into a file, as it is:</p>
    <p class="copy">
      <code>{line}</code>
    </p>
    <p>The file lies here, and may hold other lines too:</p>
    <p class="copy">
      <code>{url}</code>
    </p>
    {found !== undefined && (
      <div class="notice bad">
        <p>
          <strong>We looked, and the line is not there.</strong>
        </p>
        <p>{found}</p>
      </div>
    )}
    <p class="note">
      Leave it there: it is looked at each time that you save. Services of yours under this host go by the same file.
    </p>
  </section>
);
