/**
 * The folders of src, for lint-rules.js and test/unit/structure: which other folders each may import, and which of its
 * files (`surface`) the others may import. What is not listed is refused, and so is an entry that nothing uses. Files
 * that belong to none of these folders (`cli/`, `demo/`, and those beside the folders) compose the program:
 * they may import the surface of every folder, and no folder may import them.
 *
 * @type {Readonly<Record<string, { readonly imports: readonly string[]; readonly surface: 'every file' | readonly string[] }>>}
 */
export const FOLDERS = {
  core: { imports: [], surface: 'every file' },
  gen: { imports: [], surface: 'every file' },
  http: {
    imports: ['core'],
    surface: [
      'connections.ts',
      'dual-request.ts',
      'dual-server.ts',
      'gateway-answer.ts',
      'graceful-stop.ts',
      'limits.ts',
      'malformed.ts',
      'ops-cookie.ts',
      'page-assets.ts',
      'refusals.ts',
      'request-sender.ts',
      'slow-reader.ts',
    ],
  },
  storage: {
    imports: ['core'],
    surface: [
      'cluster.ts',
      'copies.ts',
      'dead-letters.ts',
      'journal.ts',
      'open.ts',
      'paths.ts',
      'rows.ts',
      'sqlite/cluster.ts',
      'tokens.ts',
    ],
  },
  autokitteh: {
    imports: ['core', 'gen'],
    surface: [
      'client.ts',
      'connection-list.ts',
      'credentials.ts',
      'field-count.ts',
      'ids.ts',
      'rights-check.ts',
      'rpc.ts',
      'status.ts',
      'values-json.ts',
      'values-size.ts',
      'values-validity.ts',
      'values.ts',
    ],
  },
  slack: {
    imports: ['core'],
    surface: [
      'app-pages.ts',
      'envelope.ts',
      'http.ts',
      'places.ts',
      'policy.ts',
      'errors.ts',
      'events.ts',
      'sockets.ts',
      'status.ts',
      'web-api.ts',
    ],
  },
  events: {
    imports: ['core', 'autokitteh', 'slack'],
    surface: ['actor.ts', 'answers.ts', 'installation.ts', 'classify.ts', 'mapping.ts', 'message-update.ts'],
  },
  browser: {
    imports: [],
    surface: [
      'app-manifest.js',
      'event-scopes.js',
      'live-state.js',
      'manifest-limits.js',
      'purposes.js',
      'token-shape.js',
    ],
  },
  delivery: {
    imports: ['core', 'storage'],
    surface: ['arrival.ts', 'delivery.ts', 'events.ts', 'intake.ts', 'limits.ts', 'sink.ts'],
  },
  functions: {
    imports: ['core', 'autokitteh', 'slack'],
    surface: ['file-upload.ts', 'function-description.ts', 'functions.ts'],
  },
  connections: {
    imports: ['core', 'storage', 'autokitteh', 'slack', 'events', 'browser', 'delivery'],
    surface: [
      'activity.ts',
      'choices.ts',
      'deleted-connections.ts',
      'hosts.ts',
      'live-connections.ts',
      'policy.ts',
      'project-names.ts',
      'registry.ts',
      'shared-sockets.ts',
      'variables.ts',
      'whose-bot.ts',
    ],
  },
  pipeline: {
    imports: ['core', 'http', 'storage', 'autokitteh', 'slack', 'events', 'delivery', 'connections'],
    surface: ['button-update.ts', 'dispatch.ts', 'pending-responses.ts', 'receiver.ts'],
  },
  contract: {
    imports: ['core', 'gen', 'http', 'autokitteh', 'functions', 'connections'],
    surface: ['manifest.ts', 'server.ts', 'service.ts'],
  },
  setup: {
    imports: ['core', 'http', 'autokitteh', 'slack', 'browser', 'connections'],
    surface: [
      'app-manifest.ts',
      'app-name.ts',
      'check-tokens.ts',
      'connection-access.ts',
      'http/request.ts',
      'live-connection.ts',
      'ports.ts',
      'setup.ts',
      'slack-failure.ts',
      'stored-tokens.ts',
    ],
  },
  gateway: { imports: ['core', 'gen', 'http', 'autokitteh'], surface: ['gateway.ts'] },
  ops: {
    imports: ['core', 'http', 'storage', 'autokitteh', 'slack', 'delivery', 'connections', 'pipeline'],
    surface: [
      'app-problems.ts',
      'dead-letter-routes.ts',
      'event-search.ts',
      'log-events.ts',
      'operations.ts',
      'otlp/open-otlp.ts',
      'otlp/ports.ts',
      'overview.ts',
      'probes.ts',
    ],
  },
  sim: {
    imports: ['core', 'gen'],
    surface: [
      'autokitteh/stand-in.ts',
      'postgres/postgres-server.ts',
      'required-packages.ts',
      'slack/directory/entities.ts',
      'slack/frames/draft.ts',
      'slack/frames/happenings.ts',
      'slack/frames/interactions.ts',
      'slack/frames/messages.ts',
      'slack/frames/slash-command.ts',
      'slack/scripted-slack.ts',
      'slack/sending/ledger-entry.ts',
      'slack/sending/retry-ladder.ts',
    ],
  },
};
