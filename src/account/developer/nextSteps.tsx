import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import type { Client } from "../../model.ts";
import { liveSecrets } from "../../rules/clientSecrets.ts";
import { DEVICE_CODE } from "../../rules/serviceKind.ts";
import { hasSecret } from "./frame.tsx";
import { curlLine } from "./sample.ts";
import { pathOf } from "./visit.ts";

/** What is left to do with a service that nobody has used yet, in order. */
export const NextSteps = ({ client, deps }: { client: Client; deps: Deps }) => {
  const { clientId, metadata } = client;
  const { grant_types } = metadata;
  const needsSecret = hasSecret(metadata) && liveSecrets(client.secrets, deps.now()).length === 0;
  return (
    <section class="sheet">
      <h2>What comes next</h2>
      <ol class="todo">
        {needsSecret && (
          <Step title={<a href={pathOf(clientId, "secrets")}>Make its secret</a>}>
            It cannot get tokens without one. The secret is shown once.
          </Step>
        )}
        <Step title="Set up its library">
          With the issuer and the <code>client_id</code> that stand on this page, most libraries find the rest themselves.
        </Step>
        {grant_types.includes("authorization_code") && (
          <Step title={<a href={pathOf(clientId, "try")}>Try it out</a>}>
            See the page that people will see, and what comes back when they approve.
          </Step>
        )}
        {grant_types.includes(DEVICE_CODE) && (
          <Step title="Ask for a code, as the device will">
            <Sample>{curlLine(deps, client, "/device_authorization", scopeOf(client))}</Sample>
            The device shows the <code>user_code</code> that comes back, and people type it at{" "}
            <code>{deps.config.issuer}/device</code>. Meanwhile it polls the token endpoint with the <code>device_code</code>.
          </Step>
        )}
        {grant_types.includes("client_credentials") && (
          <Step title="Ask for a token, as the machine will">
            <Sample>{curlLine(deps, client, "/token", { grant_type: "client_credentials" })}</Sample>
          </Step>
        )}
        {grant_types.some((type) => type !== "client_credentials" && type !== "refresh_token") && client.publisher === null && (
          <Step title={<a href={pathOf(clientId, "publisher")}>Prove who publishes it</a>}>
            Until then people are warned that nobody has checked that.
          </Step>
        )}
      </ol>
    </section>
  );
};

const scopeOf = ({ metadata: { scope } }: Client): Readonly<Record<string, string>> =>
  scope === undefined || scope === "" ? {} : { scope };

const Step = ({ title, children }: { title: Child; children: Child }) => (
  <li>
    <strong>{title}</strong>
    <div class="note">{children}</div>
  </li>
);

const Sample = ({ children }: { children: string }) => (
  <pre class="copy">
    <code>{children}</code>
  </pre>
);
