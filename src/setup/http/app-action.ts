import { createHash } from 'node:crypto';
import type { TriggerRecord } from '../../autokitteh/client.js';
import { manifestFindings } from '../../browser/manifest-limits.js';
import { configTokenProblem, pastedToken } from '../../browser/token-shape.js';
import { errorMessage } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { readAppManifest, type AppManifest } from '../app-manifest.js';
import { manifestFor } from '../app-name.js';
import { projectOf } from '../connection-access.js';
import { unservedTriggers } from '../events/missing.js';
import { changesTo, type ManifestChanges } from '../manifest-changes.js';
import type { AppOutcome } from '../pages/view.js';
import { appFailure, slackApps, type SlackApps } from '../slack-app.js';
import type { ActionAnswer, Run } from './action.js';

/** What is asked of Slack: to create an app, or to change one. */
interface Wish {
  readonly apps: SlackApps;
  /** What the triggers of the connection wait for; nothing where AutoKitteh does not tell. */
  readonly triggers: readonly TriggerRecord[];
  /** Empty for a new app. */
  readonly appId: string;
  readonly wanted: AppManifest;
  readonly proposed: AppManifest;
}

/**
 * *Show changes* and *Apply*: creates a Slack app, or changes one, with an app configuration token that came with this very
 * request and is kept no longer. What is applied is what was shown: the form brings its digest along.
 */
export async function changeApp(request: Run, applies: boolean): Promise<ActionAnswer> {
  const wish = await readWish(request);
  if ('t' in wish) return answer(wish);
  const found = await changesOf(wish);
  if ('t' in found) return answer(found);
  const shown = digestOf(wish, found.current);
  const asShown = request.fields.get('shown') === shown;
  if (applies && asShown) return answer(await apply(wish, found));
  return answer({
    t: 'app_changes',
    appId: wish.appId,
    lines: found.lines,
    warnings: found.warnings,
    shown,
    isAnew: applies,
  });
}

function answer(outcome: AppOutcome): ActionAnswer {
  const status = outcome.t === 'app_refused' ? 400 : 200;
  return { t: 'outcome', status, outcome };
}

async function readWish(request: Run): Promise<Wish | AppOutcome> {
  const { ports, slack, autokitteh, fields, connection, signal } = request;
  const token = pastedToken(fields.get('config_token'));
  const problem = configTokenProblem(token);
  if (problem !== '') return refused(problem);
  const appId = fields.get('app_id').trim();
  if (!/^(?:A[A-Z0-9]{2,30})?$/.test(appId))
    return refused(
      'The id of an app looks like A0123456789: copy it from “Basic Information”, or leave it empty for a new app.',
    );
  const project = await projectOf(autokitteh, connection, signal);
  const name = project ?? connection.record.name;
  const proposed = manifestFor(ports, name, fields.get('app') === 'documented');
  const wanted = wantedManifest(fields.get('manifest'), proposed);
  if (typeof wanted === 'string') return refused(wanted);
  const problems = manifestFindings(wanted).filter(({ level }) => level === 'problem');
  if (problems.length > 0)
    return refused(
      'Slack would refuse this app.',
      problems.map(({ text }) => text),
    );
  const triggers = await autokitteh.listTriggers(connection.record.id, signal).catch(() => []);
  return { apps: slackApps(slack, token, signal), triggers, appId, wanted, proposed };
}

/** The manifest as it was edited, or a sentence; without the script, the proposed one. */
function wantedManifest(text: string, proposed: AppManifest): AppManifest | string {
  if (text === '') return proposed;
  try {
    return readAppManifest(JSON.parse(text));
  } catch (error) {
    return `The manifest cannot be read: ${errorMessage(error)}`;
  }
}

interface Found extends ManifestChanges {
  /** As Slack has it now; nothing of a new app. */
  readonly current: JsonObject | undefined;
}

/** Asks Slack what there is, and whether it takes what is wanted; changes nothing. */
async function changesOf({ apps, triggers, appId, wanted, proposed }: Wish): Promise<Found | AppOutcome> {
  const current = appId === '' ? undefined : await apps.exportManifest(appId);
  if (current?.ok === false) return refusedBySlack(current);
  const changes = current === undefined ? newApp(wanted) : changesTo(current.value, wanted, proposed);
  if (changes.lines.length > 0) {
    const validated = await apps.validate(changes.manifest, appId);
    if (!validated.ok) return refusedBySlack(validated);
  }
  const warnings = [...changes.warnings, ...unservedTriggers(changes.manifest, triggers)];
  return { ...changes, warnings, current: current?.value };
}

function newApp(wanted: AppManifest): ManifestChanges {
  const { display_information: shown, features, oauth_config: oauth, settings } = wanted;
  const commands = (features.slash_commands ?? []).map(({ command }) => command);
  return {
    manifest: JSON.parse(JSON.stringify(wanted)) as JsonObject,
    lines: [
      `A new app called “${shown.name}” with the bot “${features.bot_user.display_name}”.`,
      ...(commands.length === 0 ? [] : [`Slash commands: ${commands.join(', ')}.`]),
      `Scopes: ${oauth.scopes.bot.join(', ')}.`,
      `Events: ${settings.event_subscriptions.bot_events.join(', ')}.`,
    ],
    warnings: [],
  };
}

async function apply({ apps, appId }: Wish, { manifest, lines }: Found): Promise<AppOutcome> {
  if (appId === '') {
    const created = await apps.create(manifest);
    if (!created.ok) return refusedBySlack(created);
    return { t: 'app_done', appId: created.value, isNew: true, needsInstall: true };
  }
  if (lines.length === 0) return { t: 'app_done', appId, isNew: false, needsInstall: false };
  const updated = await apps.update(appId, manifest);
  if (!updated.ok) return refusedBySlack(updated);
  return { t: 'app_done', appId, isNew: false, needsInstall: updated.value };
}

function digestOf({ appId, wanted }: Wish, current: JsonObject | undefined): string {
  const text = JSON.stringify([appId, wanted, current ?? null]);
  return createHash('sha256').update(text).digest('base64url');
}

function refusedBySlack({ failure }: { readonly failure: Parameters<typeof appFailure>[0] }): AppOutcome {
  return { t: 'app_refused', ...appFailure(failure) };
}

function refused(sentence: string, problems: readonly string[] = []): AppOutcome {
  return { t: 'app_refused', sentence, problems };
}
