import type { Parameters } from "../../http/form.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { useReader } from "../../http/reader.tsx";
import { PASSWORD_ACR } from "../../rules/acr.ts";
import { displayName } from "../../rules/displayName.ts";
import { passwordProblem } from "../../rules/newPassword.ts";
import { createAccount } from "../../store/accounts.ts";
import { newId } from "../../tokens/id.ts";
import { beginSession } from "../beginSession.ts";
import { hashPassword } from "../password.ts";
import { Field } from "./field.tsx";
import { codeOf, enterPage, type Flow, goThrough, openFlow, type Passage } from "./flow.tsx";
import { NewPassword, type NewPasswordProblem } from "./newPasswordFields.tsx";
import { CODE_AMR } from "./signIn.ts";

/** Of what was typed as a name, as much goes back into the form. */
const MAX_NAME = 200;

const flow: Flow = {
  path: "/create-account",
  purpose: "create_account",
  name: "create",
  act: "create",
  fields: () => <AccountFields name="" />,
  async enter(passage, form, email) {
    const { request, deps, going, reader } = passage;
    const typedName = (form.find("name") ?? "").slice(0, MAX_NAME);
    const name = displayName(typedName, "").text;
    const password = form.find("password");
    const again = (entry: { readonly codeProblem?: "no_code" | "wrong_code" } & Problems) =>
      enterPage(flow, passage, {
        email,
        isWrong: true,
        codeProblem: entry.codeProblem,
        fields: <AccountFields name={typedName} {...entry} />,
      });
    const problems = problemsOf(passage, form, email, name);
    if (problems !== undefined) return again(problems);
    const code = await codeOf(flow, passage, form, email);
    if (typeof code === "string") return again({ codeProblem: code });
    const userId = newId(deps);
    const created = await createAccount(deps, {
      use: code,
      userId,
      email,
      name,
      language: reader.language,
      passwordHash: password === undefined ? null : await hashPassword(deps, password),
      whereabouts: whereaboutsOf(request),
    });
    if (!created) return again({ codeProblem: "wrong_code" });
    return beginSession(request, deps, { userId, amr: CODE_AMR, acr: PASSWORD_ACR }, going);
  },
};

interface Problems {
  readonly nameProblem?: "no_name";
  readonly passwordProblem?: NewPasswordProblem;
}

/** What is wrong before the code is looked at, so that a mistake costs none of its tries. */
function problemsOf({ deps }: Passage, form: Parameters, email: string, name: string): Problems | undefined {
  if (name === "") return { nameProblem: "no_name" };
  const password = form.find("password");
  const problem = password && passwordProblem(password, { email, name, operator: deps.config.operator });
  return problem ? { passwordProblem: problem } : undefined;
}

const AccountFields = ({ name, nameProblem, passwordProblem }: Problems & { name: string }) => {
  const { t } = useReader();
  return (
    <>
      <Field
        name="name"
        label={t("account.name")}
        hint={t("account.name_hint")}
        problem={nameProblem && t(`account.${nameProblem}`)}
        input={{ type: "text", value: name, dir: "auto", autocomplete: "name" }}
      />
      <NewPassword problem={passwordProblem} optional />
    </>
  );
};

/** GET and POST /create-account: the address is proven first, and nothing is kept of whoever does not prove it. */
export const createAccountPage = openFlow(flow);
export const makeAccount = goThrough(flow);
