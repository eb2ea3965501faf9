import { fileURLToPath } from 'node:url';
import type { ChangedVariable } from './made.js';

/** Holds a `sitecustomize.py`, which Python runs at its start; the same in the sources and in the package. */
const FOLDER = fileURLToPath(new URL('../../python', import.meta.url));

/** Names the address of Slack's Web API to that file. */
const API_URL = 'AK_SLACK_DEV_API_URL';

/**
 * Changes of a project's variables with which its Python sessions reach the scripted Slack by `slack_client`, unchanged: AutoKitteh
 * starts Python with them, and adds the folder of its runner to a PYTHONPATH. `pythonPath` is what that is already. What a run has
 * left in these variables, of which nothing is noted any more, is not put back.
 */
export function pythonVariables(slackApiUrl: string, pythonPath: string | undefined): ChangedVariable[] {
  const folders = (pythonPath ?? '').split(':');
  const others = folders.filter((folder) => folder !== FOLDER).join(':');
  const before = pythonPath === undefined || (others === '' && folders.includes(FOLDER)) ? null : others;
  const common = { isSecret: false };
  return [
    { name: 'PYTHONPATH', wrote: others === '' ? FOLDER : `${FOLDER}:${others}`, before, ...common },
    { name: API_URL, wrote: slackApiUrl, before: null, ...common },
  ];
}
