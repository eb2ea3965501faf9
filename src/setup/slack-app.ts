import { isJsonObject, stringAt, type JsonObject } from '../core/json.js';
import type { SlackFailure } from '../slack/errors.js';
import type { SlackResult, SlackWebApi } from '../slack/web-api.js';
import { slackFailureSentence } from './slack-failure.js';

/** Slack's settings of apps, as the owner of an app configuration token may read and change them. */
export interface SlackApps {
  /** `apps.manifest.validate`: changes nothing. */
  validate(manifest: JsonObject, appId: string): Promise<SlackResult<unknown>>;
  /** `apps.manifest.export`. */
  exportManifest(appId: string): Promise<SlackResult<JsonObject>>;
  /** `apps.manifest.create`; gives the app's id. The secrets of the new app that Slack tells, too, are not looked at. */
  create(manifest: JsonObject): Promise<SlackResult<string>>;
  /** `apps.manifest.update`, which replaces all of the manifest; tells whether the app has to be installed again. */
  update(appId: string, manifest: JsonObject): Promise<SlackResult<boolean>>;
}

export function slackApps(slack: SlackWebApi, configToken: string, signal: AbortSignal): SlackApps {
  const call = async <Value>(
    method: string,
    args: JsonObject,
    map: (reply: JsonObject) => Value,
  ): Promise<SlackResult<Value>> => {
    const answer = await slack.call(`apps.manifest.${method}`, args, configToken, signal);
    return answer.ok ? { ok: true, value: map(answer.value) } : answer;
  };
  return {
    validate: (manifest, appId) =>
      call('validate', { ...sent(manifest), ...(appId !== '' && { app_id: appId }) }, () => undefined),
    exportManifest: (appId) =>
      call('export', { app_id: appId }, (reply) =>
        isJsonObject(reply['manifest']) ? reply['manifest'] : {},
      ),
    create: (manifest) => call('create', sent(manifest), (reply) => stringAt(reply, 'app_id')),
    update: (appId, manifest) =>
      call('update', { app_id: appId, ...sent(manifest) }, (reply) => reply['permissions_updated'] === true),
  };
}

// Slack takes JSON encoded as a string.
function sent(manifest: JsonObject): { manifest: string } {
  return { manifest: JSON.stringify(manifest) };
}

const NEW_TOKEN =
  'make a new app configuration token, and paste its access token, which begins with xoxe.xoxp-';

const ADVICE: Readonly<Record<string, string>> = {
  invalid_auth: `Slack does not accept the token: ${NEW_TOKEN}`,
  not_authed: `no token reached Slack: ${NEW_TOKEN}`,
  token_expired: `the token is older than 12 hours: ${NEW_TOKEN}`,
  token_revoked: `the token was revoked: ${NEW_TOKEN}`,
  not_allowed_token_type: `this is another kind of token: ${NEW_TOKEN}`,
  invalid_manifest: 'Slack does not accept the manifest',
  invalid_app_id: 'this is not the id of an app: copy it from “Basic Information” of the app',
  app_not_found:
    'the token’s owner has no such app in that workspace: copy the id from “Basic Information” of the app',
  app_not_eligible: 'this app cannot be changed in this way: change it in Slack',
};

/** What to tell of a call that failed: a sentence, and what Slack has against the manifest. */
export function appFailure(failure: SlackFailure): { sentence: string; problems: readonly string[] } {
  const problems = failure.t === 'refused' ? (failure.problems ?? []) : [];
  return { sentence: slackFailureSentence(failure, 'app', ADVICE), problems };
}
