import { fileURLToPath } from 'node:url';

/** Holds a `sitecustomize.py`, which Python runs at its start; the same in the sources and in the package. */
const FOLDER = fileURLToPath(new URL('../../python', import.meta.url));

/** Names the address of Slack's Web API to that file. */
const API_URL = 'AK_SLACK_DEV_API_URL';

/**
 * Variables of a project with which its Python sessions reach the scripted Slack by `slack_client`, unchanged: AutoKitteh starts
 * Python with them, and adds the folder of its runner to a PYTHONPATH. `before` is what that is already.
 */
export function pythonVariables(
  slackApiUrl: string,
  before: string | null,
): { readonly name: string; readonly value: string }[] {
  const others = before === null || before === '' ? [] : [before];
  return [
    { name: 'PYTHONPATH', value: [FOLDER, ...others].join(':') },
    { name: API_URL, value: slackApiUrl },
  ];
}
