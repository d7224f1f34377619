import { fieldOfScope, type ResourceProblem, type ScopeFields } from "../../rules/resourceForm.ts";
import { SelectField, TextField } from "./field.tsx";

/** For the summary of what is wrong. */
export const titlesOfRow = (row: number): readonly (readonly [field: string, title: string])[] =>
  Object.entries(scopeTitles).map(([member, title]) => [
    fieldOfScope(row, member as keyof ScopeFields),
    `Permission ${row + 1}: ${title}`,
  ]);

const scopeTitles: Readonly<Record<keyof ScopeFields, string>> = {
  name: "Name for programs",
  title: "Title",
  description: "Description",
  access: "What it allows",
  risk: "Risk",
  translations: "In other languages",
};

/** One permission of an API. */
export const ScopeRow = ({
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
        label={scopeTitles.name}
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
      <TextField {...common("title")} label={scopeTitles.title} placeholder="Read your notes" required />
      <TextField
        {...common("description")}
        label={scopeTitles.description}
        hint="A sentence or two: what a service sees or does with it, in the person's words."
        placeholder="Every note of yours, shared ones too."
        rows={2}
        required
      />
      <div class="pair">
        <SelectField
          {...common("access")}
          label={scopeTitles.access}
          options={[
            ["read", "To see something"],
            ["write", "To change something"],
            ["full", "Full access: all that the person can do"],
          ]}
        />
        <SelectField
          {...common("risk")}
          label={scopeTitles.risk}
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
        label={scopeTitles.translations}
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
