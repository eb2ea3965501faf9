import { readCase } from './cases.js';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { defaultAck } from '../../../src/events/answers.js';
import { updateAfterButton } from '../../../src/events/message-update.js';
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
    expect(updateAfterButton(message)).toMatchObject({
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

  it('The message after a click is left alone where Slack would accept no more blocks', () => {
    const update = (count: number) => {
      const blocks = Array.from({ length: count }, () => ({ type: 'divider' }));
      return updateAfterButton(withAction({ text: { text: 'Go' } }, { message: { blocks } }));
    };
    expect(update(49)?.body['blocks']).toHaveLength(50);
    expect(update(50)).toBeUndefined();
  });

  const payloadOf = (name: string): JsonObject =>
    (JSON.parse(readCase(name).texts[0] ?? '') as { payload: JsonObject }).payload;

  it('The message after a click stays as it is where the button is a link', () => {
    const payload = payloadOf('link-button');
    expect(updateAfterButton(payload)).toBeUndefined();
    const approve = { type: 'button', action_id: 'approve', block_id: 'a', text: { text: 'Approve' } };
    const body = JSON.stringify(updateAfterButton({ ...payload, actions: [approve] })?.body);
    expect(body).toContain('https://example.com/report');
    expect(body).toContain('clicked the `Approve` button');
  });

  it('The message after a click keeps its attachments, with the line where the button was', () => {
    const payload = payloadOf('button-in-attachment');
    const line = {
      type: 'section',
      text: { type: 'mrkdwn', text: '<@U0HUMAN001> clicked the `Acknowledge` button' },
    };
    expect(updateAfterButton(payload)?.body).toEqual({
      text: 'Alert',
      replace_original: true,
      response_type: 'in_channel',
      attachments: [
        {
          fallback: 'Disk is full',
          color: 'd00000',
          blocks: [
            { type: 'section', block_id: 's', text: { type: 'mrkdwn', text: 'Disk is full on db-1' } },
            line,
          ],
        },
      ],
    });
    const own = { type: 'actions', block_id: 'top', elements: [{ type: 'button', action_id: 'x' }] };
    const message = { ...(payload['message'] as JsonObject), blocks: [own] };
    const click = { type: 'button', action_id: 'x', block_id: 'top', text: { text: 'X' } };
    const above = updateAfterButton({
      ...payload,
      message,
      actions: [click],
      container: { type: 'message' },
    });
    expect(above?.body['blocks']).toHaveLength(1);
    expect(JSON.stringify(above?.body['attachments'])).toContain('Disk is full on db-1');
  });

  it('The message after a click has of each block only what Slack accepts', () => {
    const sent = [
      {
        type: 'image',
        alt_text: 'a',
        image_url: 'https://e.example/x',
        image_width: 3,
        image_bytes: 7,
        fallback: 'f',
      },
      {
        type: 'section',
        text: { type: 'plain_text', text: 'a &amp; b' },
        accessory: { type: 'image', alt_text: 'a', image_url: 'u', image_height: 2 },
      },
      { type: 'image', alt_text: 'b', slack_file: { id: 'F1' }, image_url: 'https://files.slack.com/x' },
    ];
    const update = (blocks: JsonObject[], more: JsonObject = {}) =>
      updateAfterButton(withAction({ text: { text: 'Go' } }, { message: { blocks, ...more } }));
    const shown = update(sent)?.body['blocks'] as JsonObject[] | undefined;
    expect(shown?.slice(0, 3)).toEqual([
      { type: 'image', alt_text: 'a', image_url: 'https://e.example/x' },
      {
        type: 'section',
        text: { type: 'plain_text', text: 'a & b' },
        accessory: { type: 'image', alt_text: 'a', image_url: 'u' },
      },
      { type: 'image', alt_text: 'b', slack_file: { id: 'F1' } },
    ]);
    expect(update([{ type: 'file', external_id: 'x', source: 'remote' }])).toBeUndefined();
    expect(update([], { attachments: [{ is_msg_unfurl: true, text: 'x' }] })).toBeUndefined();
    expect(update([], { files: [{ id: 'F1' }] })).toBeUndefined();
    const unfurl = { id: 1, from_url: 'https://e.example', service_name: 's', title: 'T', image_width: 3 };
    expect(update([], { attachments: [unfurl] })?.body).toMatchObject({
      attachments: [{ title: 'T' }],
      unfurl_links: false,
    });
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
