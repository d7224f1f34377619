import type { Resource } from "../../model.ts";
import { localText } from "../../rules/language.ts";
import { describePermissions } from "../../rules/permissions.ts";
import { identityScopes } from "../../rules/scope.ts";
import type { ServiceFields } from "../../rules/serviceProblems.ts";
import { riskWords } from "../riskWords.ts";
import { ResourceName, Words } from "../words.tsx";
import { Choice, Problems } from "./field.tsx";
import type { FormPart } from "./fields.ts";

interface Offered {
  readonly resources: readonly Resource[];
  /** Of the person, the best first. */
  readonly languages: readonly string[];
}

/** What a service may ask people for. */
export const WhatItMayAskFor = ({ fields, problems, ...offered }: FormPart & Offered) => (
  <section class="sheet">
    <h2>What it may ask for</h2>
    <p class="note">
      At most this. People see it in these words, and may allow less. Ask for little: it is what they trust most.
    </p>
    <Problems of={problems} field="scope" />
    <div id="scope" class="stack" tabindex={-1}>
      <Scopes fields={fields} {...offered} />
    </div>
  </section>
);

/** Every scope there is, by whose it is, in the words that people read. */
const Scopes = ({ fields, resources, languages }: { fields: ServiceFields } & Offered) => (
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
