/** An operator's client and its requests to the API for operators. */
import { addClient, SECRET } from "../../builders.ts";
import { post, tokensOf } from "../../flow.ts";
import { basic, type Server } from "../../harness.ts";

/** A client that administers, as a seed file would put it there. */
export const addOperator = (clientId = "operator", scope = "admin"): Promise<string> =>
  addClient(clientId, {
    client_name: "Operator",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    scope,
  });

export const ownToken = async (server: Server, clientId = "operator", fields = {}): Promise<string> => {
  const request = { grant_type: "client_credentials", ...fields };
  return (await tokensOf(await post(server, "/token", request, basic(clientId, SECRET)))).access_token;
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request with the token; a body goes as JSON. */
export async function ask(
  server: Server,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await server.fetch(path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
}
