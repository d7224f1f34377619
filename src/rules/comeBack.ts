import { settingsPath } from "./settingsPath.ts";

/** Where somebody was before they chose a language, and how they get back there. */
export interface ComeBack {
  readonly to: string;
  /** A form may lead there. Otherwise only a link does: what stands there may lead on to a service, where no form of ours may go. */
  readonly byForm: boolean;
}

/** Pages in the middle of something. No other leads back here: an address that acts by itself must not be lent our name. */
const FLOWS = /^\/(?:authorize|sign-in(?:\/(?:passkey|second|code))?|sign-out|logout|device|create-account|forgot-password)$/;

/** A sealed request among them, which may be long. */
const MAX_LENGTH = 8000;

/** The page of ours that `to` names; the front page for anything else. */
export function comeBack(to: string | undefined): ComeBack {
  const front = { to: "/", byForm: true };
  if (to === undefined || to.length > MAX_LENGTH || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to)) return front;
  const [path = ""] = to.split(/[?#]/);
  if (settingsPath(path) === path) return { to, byForm: true };
  return FLOWS.test(path) ? { to, byForm: false } : front;
}
