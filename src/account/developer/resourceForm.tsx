import type { Client } from "../../model.ts";
import {
  fieldOfScope,
  MAX_ROWS,
  type ResourceFields,
  type ResourceProblem,
  type ScopeFields,
  scopePrefix,
} from "../../rules/resourceForm.ts";
import { Problems, SelectField, TextField } from "./field.tsx";
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
    {(problems.length > 0 || proof?.found !== undefined) && (
      <p class="notice bad" role="alert" tabindex={-1} autofocus>
        <strong>Nothing is saved yet.</strong>{" "}
        {problems.length > 0 ? "What has to change is said at each field." : "The proof of the host is missing: see below."}
      </p>
    )}
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
        <div class="field">
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

const ScopeRow = ({
  scope,
  row,
  prefix,
  problems,
}: {
  scope: ScopeFields;
  row: number;
  prefix: string;
  problems: readonly ResourceProblem[];
}) => {
  const common = (member: keyof ScopeFields) => ({ name: fieldOfScope(row, member), value: scope[member], problems });
  return (
    <section class="sheet" aria-labelledby={`permission-${row}`}>
      <h2 id={`permission-${row}`}>Permission {row + 1}</h2>
      <TextField
        {...common("name")}
        label="Name for programs"
        hint={
          prefix === "" ? (
            "The host of the address and a slash are put in front of it, so that nobody else can have it."
          ) : (
            <>
              <code>{prefix}</code> is put in front of it, so that nobody else can have it.
            </>
          )
        }
        placeholder="notes.read"
        required
      />
      <TextField {...common("title")} label="Title" placeholder="Read your notes" required />
      <TextField
        {...common("description")}
        label="Description"
        hint="A sentence or two: what a service sees or does with it, in the person's words."
        placeholder="Every note of yours, shared ones too."
        rows={2}
        required
      />
      <div class="pair">
        <SelectField
          {...common("access")}
          label="What it allows"
          options={[
            ["read", "To see something"],
            ["write", "To change something"],
            ["full", "Full access: all that the person can do"],
          ]}
        />
        <SelectField
          {...common("risk")}
          label="Risk"
          hint="Full access is always marked “High risk”."
          options={[
            ["", "What is usual for it"],
            ["low", "Low: no mark"],
            ["medium", "Medium: marked “Sensitive”"],
            ["high", "High: marked “High risk”"],
          ]}
        />
      </div>
      <TextField
        {...common("translations")}
        label="In other languages"
        hint="A line for each: the language's tag, the title and the description."
        placeholder="de | Notizen lesen | Alle Ihre Notizen, auch geteilte."
        rows={2}
      />
      <p>
        <button type="submit" name="action" value={`remove:${row}`} class="end small">
          <span>
            Remove<span class="unseen"> permission {row + 1}</span>
          </span>
        </button>
      </p>
    </section>
  );
};

const Proof = ({ url, line, found }: HostProof) => (
  <section class="sheet" id="line">
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
