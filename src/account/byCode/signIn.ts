import { whereaboutsOf } from "../../http/rateLimit.ts";
import { PASSWORD_ACR } from "../../rules/acr.ts";
import { enterByCode } from "../../store/accounts.ts";
import { endFirstStep } from "../secondStep.ts";
import { codeOf, enterPage, type Flow, goThrough, openFlow } from "./flow.tsx";

/** A one-time code (RFC 8176). */
export const CODE_AMR = ["otp"];

const flow: Flow = {
  path: "/sign-in/code",
  purpose: "sign_in",
  name: "code",
  act: "sign_in",
  fields: () => null,
  async enter(passage, form, email) {
    const { request, deps, going } = passage;
    const code = await codeOf(flow, passage, form, email);
    if (typeof code === "string") return enterPage(flow, passage, { email, codeProblem: code });
    const entered = await enterByCode(deps, code, whereaboutsOf(request));
    if (entered === undefined) return enterPage(flow, passage, { email, codeProblem: "wrong_code" });
    const { userId, needsSecond } = entered;
    return endFirstStep(request, deps, { userId, amr: CODE_AMR, acr: PASSWORD_ACR }, needsSecond, going);
  },
};

/** GET and POST /sign-in/code: for whoever has no password at hand. A second factor is asked for all the same. */
export const codeSignInPage = openFlow(flow);
export const codeSignIn = goThrough(flow);
