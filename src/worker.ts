import { handle } from "./app.ts";
import { type Env, loadDeps } from "./config.ts";
import { work } from "./cron.ts";

export default {
  fetch: (request, env) => handle(request, loadDeps(env)),
  scheduled: (_controller, env) => work(loadDeps(env)),
} satisfies ExportedHandler<Env>;
