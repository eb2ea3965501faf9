/**
 * The package's `./testing`: a scripted Slack for the tests of workflows (docs/authors/testing.md). Loading it throws `missing_package`,
 * which says what to install, where the packages of the scripted Slack are missing.
 */
import { checkPackages } from '../sim/required-packages.js';

export type { SendRequest } from './send-request.js';
export type {
  EndedSession,
  SentEvent,
  SlackCall,
  TestSlack,
  TestSlackOptions,
  WaitOptions,
} from './test-slack.js';
export type { TimelineEntry, Happening } from './timeline.js';

checkPackages(false);
// Only now: these need the packages.
const { openTestSlack } = await import('./test-slack.js');

/** Starts a scripted Slack and this program in front of one connection of a project. */
export const startTestSlack = openTestSlack;
