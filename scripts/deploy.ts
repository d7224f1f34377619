import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { command, Refusal } from "./refusal.ts";
import { askWrangler, root, runWrangler } from "./wrangler.ts";

/** `npm run deploy`: refuses what could not work, then migrates the database at Cloudflare, then deploys. */
await command(async () => {
  const { d1_databases, kv_namespaces, vars, route, routes, workers_dev } = unstable_readConfig({
    config: join(root, "wrangler.toml"),
  });
  if (isPlaceholder(d1_databases[0]?.database_id))
    throw new Refusal("wrangler.toml has no database yet: run npx wrangler d1 create countersign and write its id there.");
  if (isPlaceholder(kv_namespaces[0]?.id))
    throw new Refusal("wrangler.toml has no KV namespace yet: run npx wrangler kv namespace create KV and write its id there.");
  if (!String(vars["ISSUER"]).startsWith("https://"))
    throw new Refusal(`ISSUER in wrangler.toml is ${vars["ISSUER"]}: write the https origin that people will see.`);
  if (route === undefined && routes === undefined && !workers_dev)
    throw new Refusal("wrangler.toml has no route: add the domain of ISSUER as a custom domain, as the README shows.");
  const secrets = JSON.parse(await askWrangler("secret", "list", "--format", "json")) as readonly { readonly name: string }[];
  if (!secrets.some(({ name }) => name === "MASTER_SECRET"))
    throw new Refusal(
      "The Worker has no MASTER_SECRET yet: run openssl rand -base64 32 | npx wrangler secret put MASTER_SECRET.",
    );
  await runWrangler("d1", "migrations", "apply", "DB", "--remote");
  await runWrangler("deploy");
});

function isPlaceholder(id: string | undefined): boolean {
  return /^[0-]*$/.test(id ?? "");
}
