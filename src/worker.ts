import { handle } from "./app.ts";
import { type Deps, type Env, loadDeps } from "./config.ts";
import { work } from "./cron.ts";

export default {
  fetch: (request, env) => {
    let deps: Deps;
    try {
      deps = loadDeps(env);
    } catch (error) {
      // Without a configuration there is no page to show; whoever runs this reads the reason in the log.
      console.error(JSON.stringify({ level: "error", reason: error instanceof Error ? error.message : String(error) }));
      return new Response("The server is not configured correctly.", { status: 500, headers: { "Cache-Control": "no-store" } });
    }
    return handle(request, deps);
  },
  scheduled: (_controller, env) => work(loadDeps(env)),
} satisfies ExportedHandler<Env>;
