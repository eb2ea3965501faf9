/** What this needs to know of a setting. */
interface KnownSetting {
  readonly flag: string;
  readonly name: string;
  readonly secret?: boolean;
}

/**
 * What to do instead, if one of these words is a secret setting as a flag; its value is never repeated. Nothing if there is
 * none.
 */
export function secretFlagAdvice(
  words: readonly string[],
  settings: readonly KnownSetting[],
): string | undefined {
  for (const word of words) {
    // What follows is an argument, whatever it looks like.
    if (word === '--') return undefined;
    const [flag = ''] = word.split('=', 1);
    const setting = settings.find(
      (each) => each.secret === true && (flag === each.flag || flag === `${each.flag}-file`),
    );
    if (setting === undefined) continue;
    const { name } = setting;
    return flag === setting.flag
      ? `${name} is a secret, which other users of this machine could see in a flag: set the environment variable ${name}, or ${name}_FILE to the path of a file that holds it`
      : `the file of a secret is named by an environment variable: set ${name}_FILE`;
  }
  return undefined;
}
