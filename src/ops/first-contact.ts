/**
 * What is still missing for the program to do its work for the first time, in a sentence without names or addresses,
 * which strangers may read. `apps` are those that should be served, undefined until AutoKitteh has told; `answered` says
 * whether Slack has opened a socket of an app or refused one.
 */
export function missingContact(
  apps: readonly string[] | undefined,
  answered: (appId: string) => boolean,
): string | undefined {
  if (apps === undefined) return 'AutoKitteh has not told yet which Slack apps are to be served.';
  const missing = apps.filter((appId) => !answered(appId)).length;
  if (missing === 0) return undefined;
  return `${missing} of ${apps.length} Slack apps have had neither a socket nor an answer of Slack yet.`;
}
