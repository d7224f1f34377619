import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import * as oauth from "oauth4webapi";
import { Act } from "./page.tsx";
import { MessagePage } from "./pages.tsx";

/** What went wrong, in words: for the person a heading and a sentence, for whoever runs Buildboard the answer as it came. */
interface Problem {
  readonly title: string;
  readonly text: string;
  readonly detail?: string;
  readonly status: 400 | 403 | 500 | 502;
}

const busy = {
  title: "Countersign does not answer just now",
  text: "Nothing was shared, and nothing has changed. Wait a few seconds and try again.",
  status: 502,
} as const;

const late = {
  title: "That took too long",
  text: "The approval is only good for a minute and only once. Nothing was connected; please try again.",
  status: 400,
} as const;

const paused = {
  title: "You have paused Buildboard",
  text: "Countersign gives it no access until you resume it under Settings, Authorizations. Nothing is lost: then it goes on here.",
  status: 403,
} as const;

const strange = {
  title: "This answer does not belong to your request",
  text: "What came back is not what Buildboard asked for, so it did not use it. Nothing was connected. If you pressed the button twice, try once more.",
  status: 400,
} as const;

const misconfigured = {
  title: "Buildboard is not set up correctly",
  text: "Countersign did not accept what it was asked for. That is not your fault, and trying again will not help: tell the people who run Buildboard.",
  status: 500,
} as const;

function problemOf(error: unknown): Problem {
  if (error instanceof HTTPException)
    return {
      title: "We did not accept this form",
      text: "It did not come from our own page. Nothing has changed.",
      status: 403,
    };
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const detail = [error.error, error.error_description].filter((part) => part !== undefined).join(": ");
    // At the token endpoint: what we hold is good again once the person resumes it.
    if (error instanceof oauth.ResponseBodyError && error.error === "access_denied") return { ...paused, detail };
    if (error.error === "server_error" || error.error === "temporarily_unavailable") return { ...busy, detail };
    return { ...(error.error === "invalid_grant" ? late : misconfigured), detail };
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return { ...misconfigured, detail: `status ${error.status}` };
  if (error instanceof oauth.OperationProcessingError)
    return error.code === oauth.RESPONSE_IS_NOT_CONFORM
      ? { ...busy, detail: error.message }
      : { ...strange, detail: error.message };
  return busy;
}

const BackToBoard = () => (
  <a class="button" href="/board">
    Back to your board
  </a>
);

/** The page for whatever was thrown. */
export function explain(error: unknown, c: Context): Response | Promise<Response> {
  const { title, text, detail, status } = problemOf(error);
  const connecting = c.req.path === "/connect" || c.req.path === "/callback";
  if (status >= 500) console.error(JSON.stringify({ path: c.req.path, error: String(error), detail }));
  return c.html(
    <MessagePage title={title} detail={detail}>
      <p class="lead">{text}</p>
      <div class="acts">
        {status !== 500 && (connecting ? <Act to="/connect">Try again</Act> : <BackToBoard />)}
        <a class="button quiet" href="/">
          To the first page
        </a>
      </div>
    </MessagePage>,
    status,
  );
}
