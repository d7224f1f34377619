/** A real OpenID provider of an employer (oidc-provider), whose people sign in with their address and any password. */
import { createServer, type RequestListener } from "node:http";
import Provider, { type Configuration } from "oidc-provider";

export interface Employee {
  readonly email: string;
  readonly name: string;
  readonly groups?: string[];
}

export interface RunningProvider {
  readonly issuer: string;
  /** Answers from now on, with a client of ours that comes back to this address. */
  serve(redirectUri: string, employees: readonly Employee[]): void;
  stop(): Promise<void>;
}

export const CLIENT_ID = "countersign";
export const CLIENT_SECRET = "a-secret-of-forty-three-characters-00000000";

/** Opens a port for it, which is its name; it answers once it is told whom to send people back to. */
export async function startProvider(): Promise<RunningProvider> {
  let answer: RequestListener = (_, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  const address = server.address();
  const issuer = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    issuer,
    serve: (redirectUri, employees) => {
      answer = new Provider(issuer, configurationOf(redirectUri, employees)).callback();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const configurationOf = (redirectUri: string, employees: readonly Employee[]): Configuration => ({
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  cookies: { keys: ["of-the-tests"] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, id) => {
    const employee = employees.find(({ email }) => email === id);
    if (employee === undefined) return undefined;
    return { accountId: id, claims: async () => ({ sub: `sub-of-${id}`, email_verified: true, ...employee }) };
  },
  // Employees are not asked whether services of their employer may know them.
  loadExistingGrant: async ({ oidc }) => {
    const { client, session } = oidc;
    const grant = new oidc.provider.Grant({ clientId: client?.clientId ?? "", accountId: session?.accountId ?? "" });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
