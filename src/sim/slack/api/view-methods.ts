import { isJsonObject, type JsonObject } from '../../../core/json.js';
import { structureAt } from './arguments.js';
import {
  installationOf,
  refuse,
  text,
  type MethodAnswer,
  type MethodCall,
  type MethodPorts,
  type MethodTable,
} from './method.js';

/** Views that may lie on top of each other (Slack: modals). */
const STACK_LIMIT = 3;

/** `views.*`: a trigger id is good once, for three seconds. */
export const viewMethods: MethodTable = {
  'views.open': {
    run: (call, ports) => opened(call, ports, undefined),
  },
  'views.push': {
    run(call, ports) {
      const top = [...ports.views.values()].filter((view) => view.app_id === call.token.app.id).at(-1);
      if (top === undefined) return refuse('no_view_exists');
      const root = top.root_view_id;
      const depth = [...ports.views.values()].filter((view) => view.root_view_id === root).length;
      return depth >= STACK_LIMIT ? refuse('push_limit_reached') : opened(call, ports, top);
    },
  },
  'views.update': {
    run(call, ports) {
      const external = text(call.args, 'external_id');
      const before =
        ports.views.get(text(call.args, 'view_id')) ??
        [...ports.views.values()].find((view) => external !== '' && view.external_id === external);
      if (before === undefined) return refuse('not_found');
      const hash = text(call.args, 'hash');
      if (hash !== '' && hash !== before.hash) return refuse('hash_conflict');
      const view = given(call.args);
      if (view === undefined) return refuse('invalid_arguments');
      return keep(ports, { ...before, ...view, hash: newHash(ports) });
    },
  },
  'views.publish': {
    run(call, ports) {
      const view = given(call.args);
      if (view === undefined || text(call.args, 'user_id') === '') return refuse('invalid_arguments');
      return keep(ports, created(call, ports, view, undefined));
    },
  },
};

function opened(call: MethodCall, ports: MethodPorts, top: JsonObject | undefined): MethodAnswer {
  const triggerId = text(call.args, 'trigger_id');
  if (triggerId === '') return refuse('invalid_arguments');
  const view = given(call.args);
  if (view === undefined) return refuse('invalid_arguments');
  const error = ports.triggers.exchange(triggerId, call.token.app.id);
  return error === undefined ? keep(ports, created(call, ports, view, top)) : refuse(error);
}

function given(args: JsonObject): JsonObject | undefined {
  const view = structureAt(args, 'view');
  return isJsonObject(view) ? view : undefined;
}

function created(
  call: MethodCall,
  ports: MethodPorts,
  view: JsonObject,
  top: JsonObject | undefined,
): JsonObject {
  const installation = installationOf(call);
  const id = ports.ids.object('V');
  const team = installation?.workspace?.id ?? installation?.organization?.id ?? null;
  return {
    id,
    team_id: team,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    state: { values: {} },
    clear_on_close: false,
    notify_on_close: false,
    close: null,
    submit: null,
    ...view,
    hash: newHash(ports),
    previous_view_id: top?.id ?? null,
    root_view_id: top?.root_view_id ?? id,
    app_id: call.token.app.id,
    app_installed_team_id: team,
    bot_id: installation?.botId ?? null,
  };
}

function keep(ports: MethodPorts, view: JsonObject): MethodAnswer {
  if (typeof view.id === 'string') ports.views.set(view.id, view);
  return { ok: true, view };
}

function newHash({ clock, ids }: MethodPorts): string {
  return `${Math.floor(clock.now() / 1000)}.${ids.secret(8)}`;
}
