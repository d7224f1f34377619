import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { sameText, toBase64url, toUtf8 } from "../tokens/encoding.ts";
import { mac } from "../tokens/secret.ts";

/** The value of the hidden field `csrf` in every form of ours: bound to the cookie that the form must come back with. */
export const csrfToken = async (deps: Deps, cookie: string): Promise<string> =>
  toBase64url(await mac(deps, "csrf", toUtf8(cookie)));

/**
 * Refuses a POST that no page of ours sent from this browser: by Fetch Metadata and Origin where the browser sends them, and
 * always by the token.
 * @param cookie value of the cookie that the form was bound to, if the request has one
 * @throws OAuthError forbidden
 */
export async function checkSameSite(request: Request, deps: Deps, cookie: string | undefined, token: string | undefined) {
  const refuse = (reason: string) =>
    new OAuthError(
      "forbidden",
      "This form did not come from our own page in this browser. Go back, reload the page and try again.",
      {
        reason,
        say: ["frame.foreign_form"],
      },
    );
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") throw refuse(`Sec-Fetch-Site: ${site}`);
  const origin = request.headers.get("origin");
  // Our pages send no referrer, for which the Fetch standard makes Origin "null"; Sec-Fetch-Site then vouches for it.
  const vouched = site === "same-origin" && origin === "null";
  if (origin !== null && origin !== deps.config.issuer && !vouched) throw refuse("a foreign Origin");
  if (cookie === undefined || token === undefined) throw refuse("no cookie or no token");
  if (!sameText(token, await csrfToken(deps, cookie))) throw refuse("a token of another browser");
}
