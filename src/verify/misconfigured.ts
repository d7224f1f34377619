import { OAuthError } from "../errors.ts";

/** A fault of whoever calls us, which no client can mend; the log has the reason. */
export const misconfigured = (reason: string): OAuthError =>
  new OAuthError("server_error", "The server is not configured correctly.", { reason: `countersign/verify: ${reason}` });
