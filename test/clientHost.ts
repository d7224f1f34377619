/** A host on the internet where clients keep their documents, keys and logos, as a server under test sees it. */
import type { JsonObject } from "../src/model.ts";

export const DOCUMENT = "https://client.example/oauth/client.json";
export const HOSTED_CALLBACK = "https://client.example/callback";

/** A document that is good, unless `changes` spoil it; undefined takes a member away. */
export const documentOf = (changes: JsonObject = {}): JsonObject => ({
  client_id: DOCUMENT,
  client_name: "Fieldnotes",
  redirect_uris: [HOSTED_CALLBACK],
  grant_types: ["authorization_code", "refresh_token"],
  token_endpoint_auth_method: "none",
  ...changes,
});

/** What lies where, and what was asked for. */
export interface ClientHost {
  /** Addresses of which there was a request, in order. */
  readonly asked: string[];
  /** Puts an answer at an address; a JSON object as it stands, for everything else a function. */
  readonly serve: (url: string, answer: JsonObject | (() => Response | Promise<Response>)) => void;
  /** For `createServer`. */
  readonly fetch: typeof fetch;
}

/** A host that serves nothing yet; everything else on the internet cannot be reached. */
export function createClientHost(): ClientHost {
  const answers = new Map<string, () => Response | Promise<Response>>();
  const asked: string[] = [];
  return {
    asked,
    serve: (url, answer) => {
      answers.set(url, typeof answer === "function" ? (answer as () => Response) : () => Response.json(answer));
    },
    fetch: async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      const answer = answers.get(url);
      if (answer === undefined) throw new TypeError("connection refused");
      return answer();
    },
  };
}
