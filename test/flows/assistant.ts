/** A client of the Model Context Protocol as its TypeScript SDK makes one, with a person's browser where the SDK opens one. */
import {
  Client,
  type DpopSession,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { Person } from "./person.ts";

const REDIRECT = "http://127.0.0.1:33418/callback";

/** What it says of itself, whether it registers or has a document. */
export const clientMetadata = {
  client_name: "Assistant",
  redirect_uris: [REDIRECT],
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
} satisfies OAuthClientMetadata;

/** How the client comes to be known to the authorization server; by registering itself, if in none of these ways. */
export interface Introduction {
  /** It was registered beforehand, at this issuer. */
  readonly client?: { readonly client_id: string; readonly issuer: string };
  /** It has a client ID metadata document. */
  readonly documentUrl?: string;
  readonly dpop?: DpopSession;
}

/** What the SDK lets an application keep: as the SDK's own documentation has it, in memory. */
export class Provider implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata: OAuthClientMetadata = clientMetadata;
  readonly clientMetadataUrl?: string;
  readonly dpop?: () => DpopSession;
  /** Where the SDK sent the browser last. */
  authorizationUrl = new URL("about:blank");
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = "";
  #discovered: OAuthDiscoveryState | undefined;

  constructor({ client, documentUrl, dpop }: Introduction) {
    this.#client = client;
    if (documentUrl !== undefined) this.clientMetadataUrl = documentUrl;
    if (dpop !== undefined) this.dpop = () => dpop;
  }

  state = () => "an-assistant-s-state";
  clientInformation = () => this.#client;
  saveClientInformation = (client: StoredOAuthClientInformation) => {
    this.#client = client;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: StoredOAuthTokens) => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
  saveDiscoveryState = (state: OAuthDiscoveryState) => {
    this.#discovered = state;
  };
  discoveryState = () => this.#discovered;
  invalidateCredentials = (what: string) => {
    if (what === "tokens" || what === "all") this.#tokens = undefined;
    if (what === "client" || what === "all") this.#client = undefined;
  };
}

/** The client of one person, and its way back whenever the SDK says that the person must approve. */
export class Assistant {
  readonly provider: Provider;
  /** Each request that the SDK made, with the status of its answer: `POST /mcp 401`. */
  readonly exchanges: string[] = [];
  /** What the person says when asked. */
  decision: "approve" | "deny" = "approve";
  readonly #person: Person;
  readonly #url: URL;
  #client = new Client({ name: "assistant", version: "1.0.0" });
  #transport: StreamableHTTPClientTransport;

  /** @param url of the MCP server */
  constructor(url: string, person: Person, introduction: Introduction) {
    this.#url = new URL(url);
    this.#person = person;
    this.provider = new Provider(introduction);
    this.#transport = this.#open();
  }

  /** Connects, after the person has approved if that is needed. */
  async connect(mode: "legacy" | "auto" = "auto"): Promise<void> {
    this.#client = new Client({ name: "assistant", version: "1.0.0" }, { versionNegotiation: { mode } });
    const { approved } = await this.#authorized(() => this.#client.connect(this.#transport));
    if (!approved) return;
    // A transport starts once; the tokens are with the provider, so that a new one begins where the first stopped.
    this.#transport = this.#open();
    await this.#client.connect(this.#transport);
  }

  /** What the tool answers, as JSON; the person approves in between if the server asks for more than they allowed before. */
  async call(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { result, approved } = await this.#authorized(() => this.#client.callTool({ name, arguments: args }));
    const { content, isError } =
      approved || result === undefined ? await this.#client.callTool({ name, arguments: args }) : result;
    const [first] = content;
    const text = first?.type === "text" ? first.text : "";
    if (isError) throw new Error(text);
    return JSON.parse(text);
  }

  tools = async (): Promise<readonly string[]> => (await this.#client.listTools()).tools.map(({ name }) => name);
  close = (): Promise<void> => this.#client.close();

  /** Runs it; if the SDK sent the browser away, lets the person approve and hands the response to the SDK. */
  async #authorized<T>(run: () => Promise<T>): Promise<{ readonly result?: T; readonly approved: boolean }> {
    try {
      return { result: await run(), approved: false };
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
    }
    const callback = await this.#person.authorize(this.provider.authorizationUrl, this.decision);
    await this.#transport.finishAuth(callback.searchParams);
    return { approved: true };
  }

  #open(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(this.#url, {
      authProvider: this.provider,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        this.exchanges.push(`${init?.method ?? "GET"} ${new URL(String(input)).pathname} ${response.status}`);
        return response;
      },
    });
  }
}
