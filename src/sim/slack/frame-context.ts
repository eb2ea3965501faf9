import type { Clock } from '../../core/clock.js';
import type { Directory } from './directory/directory.js';
import { homeOf, type SlackInstallation, type SlackWorkspace } from './directory/entities.js';
import type { Identifiers } from './directory/identifiers.js';
import type { FrameContext } from './frames/draft.js';
import type { ResponseUrls } from './response-urls.js';
import type { Timestamps } from './timestamps.js';
import type { Triggers } from './triggers.js';

export interface FrameContextPorts {
  readonly clock: Clock;
  readonly ids: Identifiers;
  readonly directory: Directory;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly timestamps: Timestamps;
  readonly origin: () => string;
}

/** What frames for that installation are made from. */
export function frameContext(
  ports: FrameContextPorts,
  installation: SlackInstallation,
  workspace: SlackWorkspace = homeOf(installation),
): FrameContext {
  const { directory, ids, clock, triggers, responseUrls, timestamps, origin } = ports;
  return {
    installation,
    workspace,
    verificationToken: directory.app(installation.app.id)?.verificationToken ?? '',
    ids,
    now: clock.now(),
    timestamp: () => timestamps.next(),
    triggerId: () => triggers.issue(installation.app.id),
    responseUrl: (kind, channelId) => `${origin()}${responseUrls.issue(kind, workspace.id, channelId)}`,
  };
}

/** `app/enterprise/team`; an org-wide installation has no team. */
export function installationId({ app, organization, workspace }: SlackInstallation): string {
  return `${app.id}/${organization?.id ?? ''}/${workspace?.id ?? ''}`;
}
