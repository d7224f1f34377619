import { T, useReader } from "../http/reader.tsx";
import type { Translate } from "../messages/translate.ts";
import type { AuthorizationDetail, AuthorizationDetailsType, Grant, JsonObject, Resource } from "../model.ts";
import { canonical, findDetailsType, hasDetail, withoutOrganizations } from "../rules/authorizationDetails.ts";
import { displayName } from "../rules/displayName.ts";
import { localText } from "../rules/language.ts";
import { RiskTag } from "./permissionItem.tsx";
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
            <T k="consent.in_particular" with={{ resource: <ResourceName of={owner} languages={languages} /> }} />
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
      <Title of={detail} words={found?.words} languages={languages} />
      {found && (
        <span class="note">
          {" "}
          <T k="consent.in_resource" with={{ resource: <ResourceName of={found.owner} languages={languages} /> }} />
        </span>
      )}
      <Members of={detail} />
    </>
  );
};

/** A type that its resource gave up since has no words of ours any more. */
const Title = ({
  of: { type },
  words,
  languages,
}: {
  of: AuthorizationDetail;
  words: AuthorizationDetailsType | undefined;
  languages: readonly string[];
}) => {
  const { t } = useReader();
  if (words) return <Words of={localText(words, "title", languages)} />;
  return <bdi>{displayName(type, t("consent.nameless_detail")).text}</bdi>;
};

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
  const { t } = useReader();
  const words = findDetailsType(detail.type, resources)?.words;
  return (
    <span>
      <span class="title">
        <Title of={detail} words={words} languages={languages} />
        {isNew && <span class="tag new">{t("consent.new")}</span>}
        {words && <RiskTag of={words} />}
      </span>
      {words && <Words of={localText(words, "description", languages)} class="detail" />}
      <Members of={detail} />
    </span>
  );
};

/** Names and values as the service wrote them, cleaned as its name is: nothing is left out, and nothing hides. */
const Members = ({ of: object }: { of: JsonObject }) => {
  const { t } = useReader();
  return (
    <span class="members">
      {linesOf(object, t).map(([label, value]) => (
        <span class="member">
          <bdi>{wholeText(label, t("consent.value"))}</bdi>: <bdi>{wholeText(value, t("consent.nothing_visible"))}</bdi>
        </span>
      ))}
    </span>
  );
};

/** Cleaned, and to the end: what a service wants must not begin after the dots. */
const wholeText = (text: string, otherwise: string): string => displayName(text, otherwise, Number.POSITIVE_INFINITY).text;

/** Every leaf under the path that leads to it, each in a line of its own. */
function linesOf(value: unknown, t: Translate, path = ""): readonly (readonly [label: string, value: string])[] {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null))
    return value.length === 0 ? [[path, t("consent.none")]] : value.map((item) => [path, String(item)] as const);
  if (typeof value !== "object" || value === null)
    return [[path, typeof value === "boolean" ? t(value ? "consent.yes" : "consent.no") : String(value)]];
  return Object.entries(value)
    .filter(([name]) => path !== "" || name !== "type")
    .flatMap(([name, member]) =>
      linesOf(member, t, [path, name.replaceAll("_", " ")].filter((part) => part !== "").join(" › ")),
    );
}
