import type { Parameters } from "../../http/form.ts";
import { endOfDay, parseDay } from "../../rules/organizationLog.ts";
import { type LogFilter, memberActions, organizationActions } from "../../store/organizationLog.ts";

export const loggedActions = [...organizationActions, ...memberActions] as const;

/** What was typed into the filter, as it was typed. */
export interface TypedFilter {
  readonly action: string;
  readonly person: string;
  readonly service: string;
  readonly from: string;
  readonly until: string;
}

const MAX_TYPED = 100;

export const typedFilter = (parameters: Parameters): TypedFilter => {
  const typed = (name: string) => (parameters.find(name) ?? "").trim().slice(0, MAX_TYPED);
  return {
    action: typed("action"),
    person: typed("person"),
    service: typed("service"),
    from: typed("from"),
    until: typed("until"),
  };
};

/** Reads the filter; a day that is none is left out, and named in `wrong`. Days are of UTC. */
export function readFilter(typed: TypedFilter): { readonly filter: LogFilter; readonly wrong: readonly ("from" | "until")[] } {
  const from = typed.from === "" ? null : parseDay(typed.from);
  const until = typed.until === "" ? null : parseDay(typed.until);
  const filter: LogFilter = {
    action: loggedActions.find((action) => action === typed.action) ?? "",
    person: typed.person,
    service: typed.service,
    from: from ?? null,
    until: until == null ? null : endOfDay(until),
  };
  const wrong = [...(from === undefined ? ["from" as const] : []), ...(until === undefined ? ["until" as const] : [])];
  return { filter, wrong };
}

const AFTER = /^(\d{1,15})\.([0-9a-f]{32})$/;

/** Where the next page goes on; null for the beginning. */
export function readAfter(text: string | undefined): { readonly at: number; readonly id: string } | null {
  const [, at, id] = AFTER.exec(text ?? "") ?? [];
  return at === undefined || id === undefined ? null : { at: Number(at), id };
}

export const afterText = ({ at, id }: { readonly at: number; readonly id: string }): string => `${at}.${id}`;
