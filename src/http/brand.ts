import { OAuthError } from "../errors.ts";
import type { Endpoint } from "./respond.ts";

/** GET /brand: the operator's logo, as it is configured. */
export const brandLogo: Endpoint = async (_, { config }) => {
  const { logo } = config.brand;
  if (logo === null) throw new OAuthError("not_found", "There is no picture at this address.");
  return new Response(logo.bytes, {
    headers: {
      "Content-Type": logo.contentType,
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "public, max-age=3600",
    },
  });
};
