import { Hono } from 'hono';
import type { AnswerDesk } from '../pipeline/pending-responses.js';
import { answerRoutes } from '../pipeline/response-routes.js';
import type { SetupEnvironment } from '../setup/http/request.js';
import type { Readiness } from '../core/readiness.js';
import { adminRoutes, type AdminPorts } from '../ops/admin.js';
import { probeRoutes } from '../ops/probes.js';

export interface PluginRoutes {
  readonly setup: Hono<SetupEnvironment>;
  readonly desk: AnswerDesk;
  readonly admin: AdminPorts;
  /** The credential of `/metrics` and `/ops/`. */
  readonly opsToken: string;
  readonly readiness: Readiness;
}

/** What the gateway answers itself, and the plugin's port too, for mounting behind another proxy: `/slack/...`. */
export function slackRoutes({ setup, desk }: Pick<PluginRoutes, 'setup' | 'desk'>): Hono {
  const routes = new Hono();
  // Answers come from workflows, without the headers and checks that pages need.
  routes.route('/', answerRoutes(desk));
  routes.route('/', setup);
  return routes;
}

/** Everything on the plugin's port that is no RPC. */
export function pluginRoutes(parts: PluginRoutes): Hono {
  const routes = new Hono();
  routes.route('/', probeRoutes(parts.readiness));
  routes.route('/', adminRoutes(parts.admin, parts.opsToken));
  routes.route('/', slackRoutes(parts));
  return routes;
}
