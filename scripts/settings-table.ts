import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { SETTINGS, type Setting } from '../src/settings.js';

const README = fileURLToPath(new URL('../README.md', import.meta.url));

/** The README with its table of settings made anew, formatted as `npm run format` does. */
export async function withSettingsTable(readme: string): Promise<string> {
  const rows = SETTINGS.map(({ name, default: fixed, secret, about }: Setting) => {
    const otherwise = fixed === undefined ? 'none' : `\`${fixed}\``;
    return `| \`${name}\` | ${otherwise} | ${about.replaceAll('|', '\\|')}${secret === true ? ' (secret)' : ''} |`;
  });
  const table = ['| setting | default | for |', '| --- | --- | --- |', ...rows].join('\n');
  const text = readme.replace(
    /(<!-- settings -->)[^]*(<!-- \/settings -->)/,
    (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`,
  );
  return format(text, { ...(await resolveConfig(README)), filepath: README });
}
