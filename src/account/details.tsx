import type { AuthorizationDetail, AuthorizationDetailsType, Grant, JsonObject, Resource } from "../model.ts";
import { canonical, findDetailsType, hasDetail, withoutOrganizations } from "../rules/authorizationDetails.ts";
import { displayName } from "../rules/displayName.ts";
import { localText } from "../rules/language.ts";
import { riskWords } from "./riskWords.ts";
import { ResourceName, Words } from "./words.tsx";

/** What a request asks for in particular (RFC 9396), by resource, each to be ticked off. */
export const DetailChoices = ({
  asked,
  grant,
  resources,
  ticked,
  languages,
}: {
  asked: readonly AuthorizationDetail[];
  /** The earlier consent, beside which what it lacks is new. */
  grant: Grant | null;
  resources: readonly Resource[];
  /** Undefined before the form was sent: everything. */
  ticked: readonly string[] | undefined;
  languages: readonly string[];
}) => {
  const details = withoutOrganizations(asked);
  const owners = resources.filter((resource) => details.some(({ type }) => findDetailsType(type, [resource]) !== undefined));
  return (
    <>
      {owners.map((owner) => (
        <fieldset>
          <legend>
            In particular, in <ResourceName of={owner} languages={languages} />
          </legend>
          <ul class="choices">
            {details
              .filter(({ type }) => findDetailsType(type, [owner]) !== undefined)
              .map((detail) => (
                <li>
                  <label class="choice">
                    <input
                      type="checkbox"
                      name="detail"
                      value={canonical(detail)}
                      checked={ticked === undefined || ticked.includes(canonical(detail))}
                    />
                    <DetailWords
                      detail={detail}
                      resources={resources}
                      languages={languages}
                      isNew={grant !== null && !hasDetail(grant.authorizationDetails, detail)}
                    />
                  </label>
                </li>
              ))}
          </ul>
        </fieldset>
      ))}
    </>
  );
};

/** One element that was approved: what it is called and where, then every member that it has. */
export const ApprovedDetail = ({
  detail,
  resources,
  languages,
}: {
  detail: AuthorizationDetail;
  resources: readonly Resource[];
  languages: readonly string[];
}) => {
  const found = findDetailsType(detail.type, resources);
  return (
    <>
      {titleOf(detail, found?.words, languages)}
      {found && (
        <span class="note">
          {" "}
          in <ResourceName of={found.owner} languages={languages} />
        </span>
      )}
      <Members of={detail} />
    </>
  );
};

/** A type that its resource gave up since has no words of ours any more. */
const titleOf = ({ type }: AuthorizationDetail, words: AuthorizationDetailsType | undefined, languages: readonly string[]) =>
  words ? <Words of={localText(words, "title", languages)} /> : <bdi>{displayName(type, "Something without a name").text}</bdi>;

/** One element that is asked for: what its type means, then every member that it has. */
const DetailWords = ({
  detail,
  resources,
  languages,
  isNew,
}: {
  detail: AuthorizationDetail;
  resources: readonly Resource[];
  languages: readonly string[];
  isNew: boolean;
}) => {
  const words = findDetailsType(detail.type, resources)?.words;
  const risk = words && riskWords[words.risk];
  return (
    <span>
      <span class="title">
        {titleOf(detail, words, languages)}
        {isNew && <span class="tag new">New</span>}
        {risk && <span class={words?.risk === "high" ? "tag bad" : "tag warn"}>{risk}</span>}
      </span>
      {words && <Words of={localText(words, "description", languages)} class="detail" />}
      <Members of={detail} />
    </span>
  );
};

/** Names and values as the service wrote them, cleaned as its name is: nothing is left out, and nothing hides. */
const Members = ({ of: object }: { of: JsonObject }) => (
  <span class="members">
    {linesOf(object).map(([label, value]) => (
      <span class="member">
        <bdi>{wholeText(label, "value")}</bdi>: <bdi>{wholeText(value, "nothing visible")}</bdi>
      </span>
    ))}
  </span>
);

/** Cleaned, and to the end: what a service wants must not begin after the dots. */
const wholeText = (text: string, otherwise: string): string => displayName(text, otherwise, Number.POSITIVE_INFINITY).text;

/** Every leaf under the path that leads to it, each in a line of its own. */
function linesOf(value: unknown, path = ""): readonly (readonly [label: string, value: string])[] {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null))
    return value.length === 0 ? [[path, "none"]] : value.map((item) => [path, String(item)] as const);
  if (typeof value !== "object" || value === null)
    return [[path, value === true ? "yes" : value === false ? "no" : String(value)]];
  return Object.entries(value)
    .filter(([name]) => path !== "" || name !== "type")
    .flatMap(([name, member]) => linesOf(member, [path, name.replaceAll("_", " ")].filter((part) => part !== "").join(" › ")));
}
