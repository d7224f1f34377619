import type { Client, ResponseMode } from "../model.ts";

/** Every response mode that a code can travel in, and what else it may be called (JARM section 2.3.4: `jwt` is the default's). */
const modes: Readonly<Record<string, ResponseMode>> = {
  query: "query",
  form_post: "form_post",
  jwt: "query.jwt",
  "query.jwt": "query.jwt",
  "form_post.jwt": "form_post.jwt",
};

/** The names of `response_mode` that we know, as the metadata lists them. */
export const responseModes = Object.keys(modes);

/** The mode that a request asks for, or the default of a code; undefined for one that we do not know or the client did not register. */
export function findResponseMode(asked: string | undefined, client: Client): ResponseMode | undefined {
  const mode = Object.hasOwn(modes, asked ?? "query") ? modes[asked ?? "query"] : undefined;
  const registered = client.metadata.response_modes;
  return mode === undefined || registered === undefined || registered.includes(mode) ? mode : undefined;
}
