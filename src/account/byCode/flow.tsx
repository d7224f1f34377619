/** What signing in by a code, creating an account and a forgotten password have in common: an address, then a code that went there. */
import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { findCookie } from "../../http/cookie.ts";
import { checkSameSite, csrfToken } from "../../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../../http/form.ts";
import { browserOf } from "../../http/interaction.ts";
import { formTargets, page } from "../../http/page.tsx";
import { type Reader, readerOf, T } from "../../http/reader.tsx";
import type { Endpoint } from "../../http/respond.ts";
import type { EmailCodePurpose } from "../../model.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { checkCode, sendCode } from "../emailCode.ts";
import { type Going, goingParameters, parseGoing, pathGoing } from "../going.ts";
import { emailInput, Field } from "./field.tsx";

/** Somebody who is not signed in, on their way through one of the flows. */
export interface Passage {
  readonly request: Request;
  readonly deps: Deps;
  readonly reader: Reader;
  readonly going: Going;
  /** The cookie that the form and the code are bound to. */
  readonly browser: string;
  readonly cookies: readonly string[];
  readonly csrf: string;
}

/** What the second page says again where it could not go on. */
export interface Entry {
  readonly email: string;
  readonly codeProblem?: "no_code" | "wrong_code" | undefined;
  /** Whether something else is wrong, which the fields of the flow tell. */
  readonly isWrong?: boolean;
  /** What the flow asks for beside the code. */
  readonly fields?: Child;
}

export interface Flow {
  readonly path: "/sign-in/code" | "/create-account" | "/forgot-password";
  readonly purpose: EmailCodePurpose;
  readonly name: "code" | "create" | "forgot";
  /** What the second page's button does. */
  readonly act: "sign_in" | "create" | "set_password";
  /** What the second page asks for beside the code, with nothing typed. */
  readonly fields: () => Child;
  /** The second page was sent. @param email normalised */
  readonly enter: (passage: Passage, form: Parameters, email: string) => Promise<Response>;
}

const MAX_EMAIL = 254;

/** GET: asks for the address. */
export const openFlow =
  (flow: Flow): Endpoint =>
  async (request, deps) => {
    const passage = await passageOf(request, deps, parseQuery(request));
    const hinted = normalizeEmail(passage.going.started?.interaction?.request.loginHint ?? "");
    return askPage(flow, passage, hinted ?? "");
  };

/** POST: `email`, to which a code is sent; with `step=code`, the code and what else the flow asks for. */
export const goThrough =
  (flow: Flow): Endpoint =>
  async (request, deps) => {
    const form = await parseForm(request);
    await checkSameSite(request, deps, findCookie(request, deps.config, "browser"), form.find("csrf"));
    const passage = await passageOf(request, deps, form);
    const typed = form.find("email") ?? "";
    const email = normalizeEmail(typed);
    if (email === undefined)
      return askPage(flow, passage, typed.slice(0, MAX_EMAIL), typed === "" ? "no_email" : "not_an_email");
    if (form.find("step") === "code") return flow.enter(passage, form, email);
    await sendCode(request, deps, { purpose: flow.purpose, email, browser: passage.browser }, passage.reader);
    return enterPage(flow, passage, { email, fields: flow.fields() });
  };

/** The code that was typed, if it is right; else what to say of it. */
export async function codeOf(flow: Flow, { deps, browser }: Passage, form: Parameters, email: string) {
  const typed = form.find("code");
  if (typed === undefined) return "no_code" as const;
  return (await checkCode(deps, { purpose: flow.purpose, email, browser }, typed)) ?? ("wrong_code" as const);
}

async function passageOf(request: Request, deps: Deps, parameters: Parameters): Promise<Passage> {
  const going = await parseGoing(request, deps, parameters);
  const reader = readerOf(request, deps.config, undefined, going.started?.interaction?.request.uiLocales);
  const { browser, cookies } = browserOf(request, deps);
  return { request, deps, reader, going, browser, cookies, csrf: await csrfToken(deps, browser) };
}

const askPage = (flow: Flow, passage: Passage, email: string, problem?: "no_email" | "not_an_email"): Response => {
  const { t } = passage.reader;
  return show(
    flow,
    passage,
    problem !== undefined,
    <>
      <p class="lead">{t(`account.${flow.name}_lead`)}</p>
      <FlowForm flow={flow} passage={passage}>
        <Field
          name="email"
          label={t("account.email")}
          problem={problem && t(`account.${problem}`)}
          input={{ ...emailInput(email), autocomplete: "username", autofocus: true }}
        />
        <button type="submit" class="full">
          {t("account.send")}
        </button>
      </FlowForm>
      <p>
        <a href={pathGoing("/sign-in", passage.going)}>{t("account.to_sign_in")}</a>
      </p>
    </>,
  );
};

/** The second page: the code, and what else the flow asks for. It says the same whether or not anybody has the address. */
export const enterPage = (flow: Flow, passage: Passage, entry: Entry): Response => {
  const { t } = passage.reader;
  const { email, codeProblem, isWrong = false, fields } = entry;
  const wrong = codeProblem !== undefined || isWrong;
  return show(
    flow,
    passage,
    wrong,
    <>
      <p class="lead">
        <T k="account.sent" with={{ email: <bdi>{email}</bdi> }} />
      </p>
      <FlowForm flow={flow} passage={passage}>
        <input type="hidden" name="step" value="code" />
        <input type="hidden" name="email" value={email} autocomplete="username" />
        <Field
          name="code"
          label={t("account.code")}
          hint={t("account.code_hint")}
          problem={codeProblem && t(`account.${codeProblem}`)}
          input={{
            type: "text",
            class: "user-code",
            dir: "ltr",
            inputmode: "numeric",
            autocomplete: "one-time-code",
            spellcheck: false,
            ...(wrong ? {} : { autofocus: true }),
          }}
        />
        {fields}
        <button type="submit" class="full">
          {t(`account.${flow.act}`)}
        </button>
      </FlowForm>
      <FlowForm flow={flow} passage={passage}>
        <input type="hidden" name="email" value={email} />
        <button type="submit" class="quiet full">
          {t("account.resend")}
        </button>
      </FlowForm>
      <p>
        <a href={pathGoing(flow.path, passage.going)}>{t("account.other_address")}</a>
      </p>
    </>,
  );
};

function show(flow: Flow, passage: Passage, isWrong: boolean, content: Child): Response {
  const { deps, reader, going, cookies } = passage;
  const title = reader.t(`account.${flow.name}_title`);
  const { started } = going;
  return page(
    deps,
    {
      title: isWrong ? reader.t("frame.error_title", { title }) : title,
      reader,
      status: isWrong ? 400 : 200,
      cookies,
      // The redirects that follow the form may end at the service, when nothing more needs to be asked.
      formAction: started?.interaction == null ? [] : formTargets(started.interaction.request.redirectUri),
    },
    <section class="sheet">
      <h1>{title}</h1>
      {content}
    </section>,
  );
}

const FlowForm = ({ flow, passage, children }: { flow: Flow; passage: Passage; children?: Child }) => (
  <form method="post" action={flow.path} class="stack" novalidate>
    <input type="hidden" name="csrf" value={passage.csrf} />
    {Object.entries(goingParameters(passage.going)).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    {children}
  </form>
);
