import { readCase } from './cases.js';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { defaultAck, updateAfterButton } from '../../../src/events/answers.js';
import { frameOf } from './frames.js';

describe('the default acknowledgement', () => {
  it('The default acknowledgement echoes a slash command without text too', () => {
    const ack = defaultAck({ kind: 'slash_commands', payload: { command: '/ak', text: '' } });
    expect(ack).toEqual({
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Your command: `/ak`' } }],
    });
  });

  it('The default acknowledgement is not cut within a character', () => {
    const [text = ''] = readCase('command-cut-in-an-emoji').texts;
    const { payload } = JSON.parse(text) as { payload: JsonObject };
    for (const character of ['\u{1f600}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', 'e\u0301'])
      for (let before = 0; before < 9; before += 1) {
        const typed = `${'a'.repeat(2_960 + before)}${character.repeat(20)}`;
        const ack = JSON.stringify(
          defaultAck({ kind: 'slash_commands', payload: { ...payload, text: typed } }),
        );
        const shown = /a+((?:[^`a]|\\u)*)`"/.exec(ack)?.[1] ?? '';
        expect(shown.replaceAll(character, '')).toBe('');
      }
    const whole = JSON.stringify(defaultAck({ kind: 'slash_commands', payload }));
    expect(whole).not.toMatch(/\\ud[89ab]/i);
  });

  it('The default acknowledgement is never longer than Slack accepts', () => {
    const ack = defaultAck({ kind: 'slash_commands', payload: { command: '/ak', text: 'x'.repeat(9_000) } });
    const blocks = ack?.['blocks'] as [{ text: { text: string } }] | undefined;
    const text = blocks?.[0].text.text;
    expect(text?.length).toBeLessThanOrEqual(3_000);
    expect(text?.endsWith('x`')).toBe(true);
  });
});

describe('the message after a button', () => {
  const message = frameOf('interactive.block_actions.message.json').payload;

  function withAction(action: JsonObject, around: JsonObject = {}): JsonObject {
    return { ...message, actions: [{ type: 'button', action_id: 'a', ...action }], ...around };
  }

  function lines(payload: JsonObject): string[] {
    const blocks = updateAfterButton(payload)?.body['blocks'] as { text: { text: string } }[];
    return blocks.map(({ text }) => text.text);
  }

  it('The message after a click loses its buttons and says who clicked which one', () => {
    expect(updateAfterButton(message)).toEqual({
      url: 'https://hooks.slack.com/actions/T07SYNTH01/1/x',
      body: {
        text: 'choose',
        response_type: 'in_channel',
        replace_original: true,
        blocks: [
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              text: ':large_green_square: <@U07SYNUSR1> clicked the `Approve` button',
            },
          },
        ],
      },
    });
  });

  it('An ephemeral message after a click stays ephemeral in its place', () => {
    const update = updateAfterButton({ ...message, container: { is_ephemeral: true } });
    expect(update?.body['response_type']).toBe('ephemeral');
  });

  it.each([
    ['danger', ':large_red_square: '],
    ['primary', ':large_green_square: '],
    ['', ''],
  ])('The message after a click marks the style "%s"', (style, mark) => {
    const [line] = lines(withAction({ style, text: { text: 'Go' } }));
    expect(line).toBe(`${mark}<@U07SYNUSR1> clicked the \`Go\` button`);
  });

  it('The message after a click names the button, also among several buttons', () => {
    const actions = [
      { type: 'static_select', action_id: 's' },
      { type: 'button', text: { text: 'One' } },
      { type: 'button', text: { text: 'Two' } },
    ];
    expect(lines({ ...message, actions })).toEqual([
      '<@U07SYNUSR1> clicked the `One` button',
      '<@U07SYNUSR1> clicked the `Two` button',
    ]);
  });

  it('The message after a click shows a label as plain text, whatever is in it', () => {
    const label = 'a`<!channel>` &amp; <b>';
    const [line] = lines(withAction({ text: { text: label } }));
    expect(line).toBe("<@U07SYNUSR1> clicked the `a'&lt;!channel&gt;' &amp; &lt;b&gt;` button");
  });

  it('The message after a click needs neither a label nor a user', () => {
    expect(lines(withAction({}))).toEqual(['<@U07SYNUSR1> clicked the `a` button']);
    expect(lines(withAction({}, { user: null }))).toEqual(['Someone clicked the `a` button']);
    expect(lines(withAction({}, { user: { id: '!here' } }))).toEqual(['Someone clicked the `a` button']);
  });

  it('The message after a click keeps the other blocks, with headers as they were written', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'A &amp; B &lt;C&gt; &amp;lt;' } },
      { type: 'header' },
      { type: 'divider' },
      null,
      { type: 'actions', elements: [] },
      'nonsense',
    ] as JsonObject[];
    const update = updateAfterButton(withAction({}, { message: { text: 't', blocks } }));
    const shown = update?.body['blocks'] as JsonObject[] | undefined;
    expect(shown?.slice(0, -1)).toEqual([
      { type: 'header', text: { type: 'plain_text', text: 'A & B <C> &lt;' } },
      { type: 'header' },
      { type: 'divider' },
    ]);
  });

  it('The message after a click never has more blocks than Slack accepts, and always the new line', () => {
    const blocks = Array.from({ length: 50 }, () => ({ type: 'divider' }));
    const update = updateAfterButton(withAction({ text: { text: 'Go' } }, { message: { blocks } }));
    const updated = update?.body['blocks'] as JsonObject[];
    expect(updated).toHaveLength(50);
    expect(updated.at(-1)?.['type']).toBe('section');
  });

  it.each<[string, JsonObject]>([
    ['a button in a view', frameOf('interactive.block_actions.view.json').payload],
    ['a shortcut', frameOf('interactive.shortcut.json').payload],
    ['a message shortcut', frameOf('interactive.message_action.json').payload],
    ['an attachment’s button', frameOf('interactive.interactive_message.json').payload],
    ['a submitted view', frameOf('interactive.view_submission.json').payload],
    ['no message', { ...message, message: null }],
    ['no response_url', { ...message, response_url: undefined }],
    ['no action', { ...message, actions: [] }],
    ['actions that are none', { ...message, actions: 'x' }],
    ['another element', { ...message, actions: [{ type: 'datepicker' }, null] }],
    ['an empty payload', {}],
  ])('The message stays as it is after %s', (_, payload) => {
    expect(updateAfterButton(payload)).toBeUndefined();
  });
});
