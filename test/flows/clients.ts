/** The demo's seed, and one client more, so that there is one of each kind: how it authenticates and where it listens. */
import demo from "../../demo/seed.json" with { type: "json" };

const SECRET_OF_LEDGER = "ledger-secret-of-forty-three-characters-000";

export const seed = {
  ...demo,
  clients: [
    ...demo.clients,
    {
      client_id: "ledger",
      client_secret: SECRET_OF_LEDGER,
      client_name: "Ledger",
      redirect_uris: ["https://ledger.example/oauth", "https://ledger.example/oauth?from=countersign"],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
      grant_types: ["authorization_code", "refresh_token"],
    },
  ],
};

const secretOf = (clientId: string): string =>
  demo.clients.find((client) => client.client_id === clientId)?.client_secret ?? "";

export interface Registration {
  readonly clientId: string;
  readonly method: "client_secret_basic" | "client_secret_post" | "none";
  readonly secret: string;
  readonly redirectUri: string;
  readonly scope: string;
}

/** The resource server of Contoso DevOps, which introspects what it is shown. */
export const api = { clientId: "contoso-devops", secret: secretOf("contoso-devops") };

/** The demo's machine. */
export const nightly = { clientId: "nightly-report", secret: secretOf("nightly-report") };

/** Confidential, on the web. */
export const buildboard = (origin: string): Registration => ({
  clientId: "buildboard",
  method: "client_secret_basic",
  secret: secretOf("buildboard"),
  redirectUri: `${origin}/callback`,
  scope: "openid profile offline_access workitems.read builds.read",
});

/** Confidential, with its secret in the body. */
export const ledger: Registration = {
  clientId: "ledger",
  method: "client_secret_post",
  secret: SECRET_OF_LEDGER,
  redirectUri: "https://ledger.example/oauth",
  scope: "openid profile offline_access builds.read",
};

/** Public, on a port that was free when it started (RFC 8252 section 7.3). */
export const northstar = (port: number): Registration => ({
  clientId: "northstar-cli",
  method: "none",
  secret: "",
  redirectUri: `http://127.0.0.1:${port}/callback`,
  scope: "openid offline_access builds.read",
});
