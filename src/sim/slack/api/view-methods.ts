import { isJsonObject, type JsonObject } from '../../../core/json.js';
import { structureAt } from './arguments.js';
import { withIds } from './block-ids.js';
import { viewErrors, type ViewType } from './view-rules.js';
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
/** Slack: views.open, `view_too_large`. */
const LARGEST_VIEW = 250 * 1024;

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
      const view = viewGiven(call.args, before.type === 'home' ? 'home' : 'modal');
      if (!view.ok) return view.answer;
      return keep(ports, { ...before, ...view.view, hash: newHash(ports) });
    },
  },
  'views.publish': {
    run(call, ports) {
      const view = viewGiven(call.args, 'home');
      if (!view.ok) return view.answer;
      if (text(call.args, 'user_id') === '') return refuse('invalid_arguments');
      return keep(ports, created(call, ports, view.view, undefined));
    },
  },
};

function opened(call: MethodCall, ports: MethodPorts, top: JsonObject | undefined): MethodAnswer {
  const triggerId = text(call.args, 'trigger_id');
  if (triggerId === '') return refuse('invalid_arguments');
  const given = viewGiven(call.args, 'modal');
  if (!given.ok) return given.answer;
  const { view } = given;
  const external = text(view, 'external_id');
  if (external !== '' && [...ports.views.values()].some((each) => each.external_id === external))
    return refuse('duplicate_external_id');
  const error = ports.triggers.exchange(triggerId, call.token.app.id);
  return error === undefined ? keep(ports, created(call, ports, view, top)) : refuse(error);
}

type GivenView =
  { readonly ok: true; readonly view: JsonObject } | { readonly ok: false; readonly answer: MethodAnswer };

/** The view of a call, or Slack's refusal. */
function viewGiven(args: JsonObject, type: ViewType): GivenView {
  const view = structureAt(args, 'view');
  if (!isJsonObject(view)) return { ok: false, answer: refuse('invalid_arguments') };
  const messages = viewErrors(view, type);
  if (messages.length > 0)
    return { ok: false, answer: refuse('invalid_arguments', { response_metadata: { messages } }) };
  if (Buffer.byteLength(JSON.stringify(view)) > LARGEST_VIEW)
    return { ok: false, answer: refuse('view_too_large') };
  return { ok: true, view };
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
    blocks: withIds(Array.isArray(view.blocks) ? view.blocks : [], ports.ids),
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
