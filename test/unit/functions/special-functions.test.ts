import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { FunctionsRig, problem, result } from './functions-rig.js';

let rig: FunctionsRig;

beforeEach(() => {
  rig = new FunctionsRig();
});

describe('api_call', () => {
  it('The function api_call calls any method, with arguments in a dict and by keyword', async () => {
    await rig.call('api_call', ['admin.users.list', { limit: 5, team_id: 'T1' }], { limit: 7 });
    expect(rig.slack.calls[0]).toMatchObject({
      method: 'admin.users.list',
      args: { limit: 7, team_id: 'T1' },
    });
  });

  it.each(['', 'chat', 'https://evil.example/x', '../x', 'chat.postMessage?x=1', 7])(
    'The function api_call refuses %s for a method',
    async (method) => {
      expect(problem(await rig.call('api_call', [method]))).toMatchObject({ error: 'bad_arguments' });
      expect(rig.slack.calls).toEqual([]);
    },
  );
});

describe('paginate', () => {
  const page = (id: string, next: string): JsonObject => ({
    members: [{ id }],
    response_metadata: { next_cursor: next },
  });

  it('The function paginate joins the lists of all pages', async () => {
    rig.slack.answers.push(page('U1', 'c1'), page('U2', 'c2'), page('U3', ''));
    const outcome = await rig.call('paginate', ['users.list'], { team_id: 'T1' });
    expect(result(outcome)).toMatchObject({
      members: [{ id: 'U1' }, { id: 'U2' }, { id: 'U3' }],
      response_metadata: { next_cursor: '' },
    });
    expect(rig.slack.calls.map(({ args }) => args)).toEqual([
      { limit: 200, team_id: 'T1' },
      { limit: 200, team_id: 'T1', cursor: 'c1' },
      { limit: 200, team_id: 'T1', cursor: 'c2' },
    ]);
  });

  it('The function paginate stops when there are enough, and says where to continue', async () => {
    rig.slack.answers.push(page('U1', 'c1'), page('U2', 'c2'), page('U3', ''));
    const outcome = await rig.call('paginate', ['users.list', { limit: 1 }], { max_items: 2 });
    expect(result(outcome)).toMatchObject({
      members: [{ id: 'U1' }, { id: 'U2' }],
      response_metadata: { next_cursor: 'c2' },
    });
    expect(rig.slack.calls.map(({ args }) => args['limit'])).toEqual([1, 1]);
  });

  it('The function paginate does not go in circles, and passes an error on', async () => {
    rig.slack.answers.push(page('U1', 'c1'), page('U2', 'c1'));
    expect(result(await rig.call('paginate', ['users.list']))).toMatchObject({ members: [{}, {}] });
    rig.slack.answers.push(page('U1', 'c1'), { t: 'refused', error: 'invalid_cursor' });
    expect(problem(await rig.call('paginate', ['users.list']))).toMatchObject({ error: 'invalid_cursor' });
  });
});

describe('files_upload_v2', () => {
  it('The function files_upload_v2 asks for an address, sends the bytes there and shares the file', async () => {
    rig.slack.answers.push({ upload_url: 'https://files/1', file_id: 'F1' }, { files: [{ id: 'F1' }] });
    const outcome = await rig.call('files_upload_v2', ['grüß', 'a.txt', 'C1'], {
      initial_comment: 'look',
      thread_ts: '1.2',
      snippet_type: 'text',
    });
    expect(result(outcome)).toMatchObject({ files: [{ id: 'F1' }] });
    expect(rig.uploads).toEqual([{ url: 'https://files/1', text: 'grüß' }]);
    expect(rig.slack.calls.map(({ method, args }) => [method, args])).toEqual([
      ['files.getUploadURLExternal', { filename: 'a.txt', length: 6, snippet_type: 'text' }],
      [
        'files.completeUploadExternal',
        {
          channel_id: 'C1',
          initial_comment: 'look',
          thread_ts: '1.2',
          files: [{ id: 'F1', title: 'a.txt' }],
        },
      ],
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 7],
  ])('The function files_upload_v2 refuses %s for the content', async (_, content) => {
    const outcome = await rig.call('files_upload_v2', [], content === undefined ? {} : { content });
    expect(problem(outcome)).toMatchObject({ error: 'bad_arguments' });
    expect(rig.slack.calls).toEqual([]);
  });

  it('The function files_upload_v2 says when the bytes did not arrive, and shares nothing', async () => {
    rig.slack.answers.push({ upload_url: 'broken', file_id: 'F1' });
    expect(problem(await rig.call('files_upload_v2', ['x']))).toMatchObject({ error: 'unreachable' });
    expect(rig.slack.calls).toHaveLength(1);
  });
});
