import type { JsonObject } from '../../../core/json.js';
import type { EnvelopeKind } from '../sending/ledger-entry.js';
import type { SlackChannel, SlackInstallation, SlackUser, SlackWorkspace } from '../directory/entities.js';
import type { Identifiers } from '../directory/identifiers.js';

/** What a frame is made from. */
export interface FrameContext {
  readonly installation: SlackInstallation;
  /** The workspace it happens in. */
  readonly workspace: SlackWorkspace;
  readonly verificationToken: string;
  readonly ids: Identifiers;
  /** Clock's time, milliseconds. */
  readonly now: number;
  /** A new message timestamp, unique, such as `1760000026.000126`. */
  timestamp(): string;
  /** A new trigger id, good once and for three seconds. */
  triggerId(): string;
  /** A new response_url for that channel, good five times in half an hour. */
  responseUrl(kind: 'commands' | 'actions' | 'app', channelId: string): string;
}

/** The parts of an envelope that do not change from attempt to attempt. */
export interface Draft {
  readonly kind: EnvelopeKind;
  readonly type: string;
  readonly key: string;
  readonly acceptsResponsePayload: boolean;
  readonly payload: JsonObject;
}

/** A frame yet to be made for an installation. */
export type Frame = (context: FrameContext) => Draft;

/** Who does it and where: by default the first person and the first channel of the workspace. */
export interface Scene {
  readonly user?: SlackUser;
  readonly channel?: SlackChannel;
}

export function userOf(context: FrameContext, scene: Scene): SlackUser {
  return scene.user ?? first(context.workspace.users);
}

export function channelOf(context: FrameContext, scene: Scene): SlackChannel {
  return scene.channel ?? first(context.workspace.channels);
}

/** A channel's name as commands and interactions have it: Slack tells that of a public channel only. */
export function toldName({ kind, name }: SlackChannel): string {
  if (kind === 'channel') return name;
  return kind === 'im' ? 'directmessage' : 'privategroup';
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new RangeError('a workspace has a person and a channel from its beginning');
  return item;
}
