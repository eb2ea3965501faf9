import { isJsonObject, objectAt, type JsonObject } from '../../../core/json.js';
import type { AppRecord } from '../directory/apps.js';
import { structureAt } from './arguments.js';
import { manifestErrors } from './manifest-rules.js';
import {
  refuse,
  text,
  type ConfigCall,
  type MethodAnswer,
  type MethodPorts,
  type MethodTable,
} from './method.js';

/** `apps.manifest.*`: with an app configuration token only. */
export const manifestMethods: MethodTable = {
  'apps.manifest.create': {
    token: 'config',
    run(call, { directory, ids }) {
      const manifest = manifestOf(call);
      if ('refusal' in manifest) return manifest.refusal;
      const app = directory.createApp(manifest.value, call.token.workspaceId);
      return {
        ok: true,
        app_id: app.id,
        credentials: {
          client_id: `${ids.digits(12)}.${ids.digits(13)}`,
          client_secret: ids.hex(32),
          verification_token: ids.secret(24),
          signing_secret: ids.hex(32),
        },
        oauth_authorize_url: `https://slack.com/oauth/v2/authorize?client_id=${ids.digits(12)}&scope=commands`,
      };
    },
  },
  'apps.manifest.validate': {
    token: 'config',
    run(call) {
      const manifest = manifestOf(call);
      return 'refusal' in manifest ? manifest.refusal : { ok: true };
    },
  },
  'apps.manifest.export': {
    token: 'config',
    run(call, ports) {
      const app = appOf(call, ports);
      return 'refusal' in app ? app.refusal : { ok: true, manifest: app.value.manifest };
    },
  },
  'apps.manifest.update': {
    token: 'config',
    run(call, ports) {
      const app = appOf(call, ports);
      if ('refusal' in app) return app.refusal;
      const manifest = manifestOf(call);
      if ('refusal' in manifest) return manifest.refusal;
      const changed = scopesOf(app.value.manifest) !== scopesOf(manifest.value);
      // All of it is replaced: what is not there any more is gone.
      ports.directory.replaceManifest(app.value, manifest.value);
      return { ok: true, app_id: app.value.id, permissions_updated: changed };
    },
  },
};

type Found<Value> = { readonly value: Value } | { readonly refusal: MethodAnswer };

/** The manifest in a call: JSON encoded as a string, and nothing else, as Slack's reference says. */
function manifestOf({ args }: ConfigCall): Found<JsonObject> {
  const manifest = typeof args['manifest'] === 'string' ? structureAt(args, 'manifest') : undefined;
  if (!isJsonObject(manifest)) {
    const errors = [{ message: 'Manifest must be a JSON object encoded as a string', pointer: '/' }];
    return { refusal: refuse('invalid_manifest', { errors }) };
  }
  const errors = manifestErrors(manifest);
  return errors.length > 0 ? { refusal: refuse('invalid_manifest', { errors }) } : { value: manifest };
}

function appOf({ args, token }: ConfigCall, { directory }: MethodPorts): Found<AppRecord> {
  const id = text(args, 'app_id');
  if (!/^A[A-Z0-9]{2,}$/.test(id)) return { refusal: refuse('invalid_app_id') };
  const app = directory.app(id);
  // An app of another workspace is none of the token's business.
  if (app === undefined || (app.homeId !== undefined && app.homeId !== token.workspaceId))
    return { refusal: refuse('app_not_found') };
  return { value: app };
}

function scopesOf(manifest: JsonObject): string {
  return JSON.stringify(objectAt(manifest, 'oauth_config')?.['scopes'] ?? {});
}
