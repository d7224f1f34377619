/** What is wrong with a member of client metadata, in a sentence, and how to mend it. */

/** By how a problem begins (rules/redirectUri.ts, metadataMember.ts and what else writes them). */
const advice: readonly (readonly [problem: RegExp, words: string])[] = [
  [/^is not an absolute URI/, "Write the whole address, with https:// in front."],
  [/^has a fragment/, "Take away the # and what follows it."],
  [/^holds user information/, "Take away what stands before the @."],
  [/^holds characters/, "Write spaces and other special characters percent-encoded, a space as %20."],
  [/^hides a dot/, "Write the path plainly, without %2e or %2f."],
  [/^has a host that ends in a dot/, "Take away the dot at the end of the host."],
  [/^has a wildcard/, "List every address by itself: with a * anybody who gets hold of one of them gets the codes of people."],
  [/^is http,/, "Use https. Only a program on the person's own device may use http, at 127.0.0.1, [::1] or localhost."],
  [/^has a scheme that no app can own/, "Use a scheme of your own, such as com.example.app:/callback."],
  [/^has a private-use scheme/, "If this is an app or a program, say so above. A website uses https."],
  [/^is not https/, "Use https."],
  [/^is on our own host/, "Use an address of your own."],
  [
    /^has (?:a host that is not on the internet|an address that is not public)/,
    "We must be able to reach it from the internet.",
  ],
  [/^is longer than/, "Shorten it."],
];

/** Members whose problem says more about the specification than about what to do. */
const ofMember: readonly (readonly [path: RegExp, problem: RegExp, words: string])[] = [
  [/^client_name$/, /missing|empty/, "Type the name that people will read when the service asks for their approval."],
  [/^redirect_uris$/, /must have at least one/, "Add the address at which people come back to the service."],
  [
    /^redirect_uris$/,
    /no authorization_code/,
    "A service of this kind sends nobody back, so it has no redirect URIs. Take them out, or tick “people approve in the browser”.",
  ],
  [
    /^grant_types$/,
    /refresh_token without/,
    "Coming back without the person needs an approval first: tick one of the two ways in which people approve.",
  ],
  [
    /^grant_types$/,
    /only a confidential client/,
    "A machine that acts for itself must prove who it is: choose a secret or a key, not “nothing”.",
  ],
  [/^scope$/, /client_credentials needs it/, "A machine must say what it may do: tick at least one permission of a resource."],
  [/^token_endpoint_auth_method$/, /needs keys/, "Paste the public keys below, or say at which address they are."],
  [
    /^require_signed_request_object$/,
    /needs keys/,
    "Signed requests need public keys: paste them, or say at which address they are.",
  ],
  [/^jwks_uri$/, /beside jwks/, "Give the keys or their address, not both."],
  [/^sector_identifier_uri$/, /missing/, "Pseudonyms need all redirect URIs on one host."],
];

/**
 * @param path the member as `parseClientMetadata` names it, such as `redirect_uris[0]`
 * @param problem what it says of it, such as `has a fragment`
 */
export function mend(path: string, problem: string): string {
  const told = ofMember.find(([member, words]) => member.test(path) && words.test(problem))?.[2];
  if (told !== undefined) return told;
  const normal = /^is not in its normal form, (.*)$/.exec(problem)?.[1];
  if (normal !== undefined) return `Browsers write this address in another way. Write it as ${normal}`;
  const key = /^jwks\.keys\[(\d+)\]$/.exec(path)?.[1];
  const subject = key === undefined ? "This" : `Key ${Number(key) + 1}`;
  const words = advice.find(([pattern]) => pattern.test(problem))?.[1];
  return `${subject} ${problem}.${words === undefined ? "" : ` ${words}`}`;
}
