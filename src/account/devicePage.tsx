import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { englishReader } from "../http/reader.tsx";
import type { User } from "../model.ts";
import { inWords } from "./moment.tsx";
import { Name } from "./name.tsx";
import type { StartedDevice } from "./started.ts";

/** Why the field is shown again. `unknown` stands for codes that there never were, that were used and that have expired. */
export type CodeProblem = "no_code" | "not_a_code" | "unknown";

const problemWords = (problem: CodeProblem, deps: Deps): string => {
  const words: Readonly<Record<CodeProblem, string>> = {
    no_code: "Type the code that the device shows.",
    not_a_code: "This is no code of ours: a code has eight letters, and no vowels or digits among them.",
    unknown: `No device is waiting with this code. It may be mistyped, used already, or older than ${inWords(
      deps.config.deviceCodeSeconds,
      englishReader,
    )}: then let the device show a new one.`,
  };
  return words[problem];
};

/** The field for the code that a device shows. */
export function codePage(
  deps: Deps,
  {
    shown,
    problem,
    csrf,
    cookies,
  }: {
    readonly shown: string;
    readonly problem: CodeProblem | undefined;
    readonly csrf: string;
    readonly cookies: readonly string[];
  },
): Response {
  const heading = "Connect a device";
  return page(
    deps,
    { title: problem ? `Error: ${heading}` : heading, status: problem ? 400 : 200, cookies },
    <section class="sheet">
      <h1>{heading}</h1>
      <p class="lead">A device that you want to use with your account shows a code. Type it here.</p>
      {problem && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {problemWords(problem, deps)}
        </p>
      )}
      <form method="post" action="/device" class="stack" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <div class="field">
          <label for="user_code">Code on the device</label>
          <input
            id="user_code"
            name="user_code"
            type="text"
            value={shown}
            class="user-code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            required
            autofocus={problem === undefined}
            aria-describedby={problem ? "problem user_code_hint" : "user_code_hint"}
            aria-invalid={problem && "true"}
          />
          <p class="hint" id="user_code_hint">
            {problem === undefined && shown !== ""
              ? "The link that you followed has filled it in. Go on only if the device in front of you shows the same code."
              : "Eight letters, such as WDJB-MJHT."}
          </p>
        </div>
        <button type="submit" class="full">
          Continue
        </button>
      </form>
      <p class="notice warn">
        <strong>Did somebody send you this code?</strong> Then stop here: whoever sends you a code wants to get into your
        account with it. A code is only good for a device that is in front of you.
      </p>
    </section>,
  );
}

/** What became of a device's request. */
export function answeredPage(
  deps: Deps,
  {
    status,
    started: { client },
    user,
  }: { readonly status: "approved" | "denied"; readonly started: StartedDevice; readonly user: User },
): Response {
  const service = <Name of={client.metadata.client_name} />;
  const approved = status === "approved";
  const heading = approved ? "You can go back to your device" : "Denied";
  return page(
    deps,
    { title: heading, user },
    <section class="sheet">
      <h1>{heading}</h1>
      {approved ? (
        <>
          <p class="lead">
            {service} on the device has your approval, and goes on within a few seconds. You can close this page.
          </p>
          <p>
            If the device was not in front of you, end it now: it stands under{" "}
            <a href="/settings/authorizations">Authorizations</a>, as everything does that you approve.
          </p>
        </>
      ) : (
        <>
          <p class="lead">{service} on the device gets nothing. It learns that you denied, and nothing else.</p>
          <p>You can close this page. To decide otherwise, let the device show a new code.</p>
        </>
      )}
    </section>,
  );
}
