import { describe, expect, it } from 'vitest';
import { shownText } from '../../../src/ops/page/shown-text.js';

/** What is code and what leads where, in the order of the text. */
async function found(text: string, links?: ReadonlyMap<string, string>): Promise<string[]> {
  const page = (await shownText(text, links)).replaceAll(/\s+/g, ' ');
  return [...page.matchAll(/<code>(.*?)<\/code>|<a href="([^"]*)"[^>]*>(.*?) <span/g)].map(
    ([, code, address, words]) => code ?? `${words?.trim()} -> ${address}`,
  );
}

describe('A text on the status page', () => {
  it('A text has links for the words that it is given addresses for, whatever is in them, and for no other address', async () => {
    const links = new Map([
      ['a.b/my_slack', 'https://ak.example.com/slack?cid=con_1&origin=web'],
      ['a.b/my_slack (2)', 'https://ak.example.com/slack?cid=con_2&origin=web'],
    ]);
    const text =
      'Run `ak deploy`, see https://evil.example and https://api.slack.com/apps/A1/general, then a.b/my_slack (2), a.b/my_slack, axb/my_slack.';
    expect(await found(text, links)).toEqual([
      'ak deploy',
      'api.slack.com/apps/A1/general -> https://api.slack.com/apps/A1/general',
      'a.b/my_slack (2) -> https://ak.example.com/slack?cid=con_2&amp;origin=web',
      'a.b/my_slack -> https://ak.example.com/slack?cid=con_1&amp;origin=web',
    ]);
    expect(await found('a.b/my_slack')).toEqual([]);
  });
});
