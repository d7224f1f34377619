import { invalidMember, readers } from "./member.ts";

const { place } = readers(invalidMember);

/**
 * Who stands behind a client, as an operator writes it.
 * @param verified whether it counts as checked where the document does not say
 * @throws OAuthError invalid_request, its description the path of the offending member, a colon, and what is wrong with it
 */
export function parsePublisher(value: unknown, path = "", verified = true) {
  const publisher = place(value, path, ["name", "uri", "verified"]);
  return {
    name: publisher.texts("name", 200).name,
    uri: publisher.optionalText("uri", /^https:\/\/[\x21-\x7e]+$/, "is not an https URI"),
    verified: publisher.has("verified") ? publisher.flag("verified") : verified,
  };
}
