import { describe, expect, it } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import type { PendingResponseStore } from '../../../src/storage/cluster.js';
import { PendingResponses, RESPONSE_MS } from '../../../src/pipeline/pending-responses.js';
import { responseRoutes } from '../../../src/pipeline/response-routes.js';
import { responseKindsOf } from '../../../src/connections/choices.js';
import { responseKindOf } from '../../../src/pipeline/response-kinds.js';

function open(kind: 'slash_command' | 'view_submission' | 'options' = 'slash_command') {
  const time = new AbortController();
  const responses = new PendingResponses();
  const answer = responses.await('A1', 'key', kind, time.signal);
  const routes = responseRoutes(responses);
  const post = (body: string, token = responses.token('A1', 'key')) =>
    routes.request(`/slack/assets/answers/${token}`, { method: 'POST', body });
  return { time, responses, answer, post };
}

describe('the address of an answer', () => {
  it('The address of an answer takes one answer and refuses the second', async () => {
    const { answer, post } = open();
    expect((await post('{"text":"done"}')).status).toBe(200);
    expect((await post('{"text":"again"}')).status).toBe(410);
    expect(await answer).toEqual({ text: 'done' });
  });

  it('The address of an answer tells what became of each: in time, late, refused, or none in time', async () => {
    const { responses, post, time } = open();
    const fates: string[] = [];
    responses.fates.subscribe((fate) => fates.push(fate));
    await post('no JSON');
    await post('{"blocks":1}');
    await post('{"text":"done"}');
    await post('{"text":"again"}');
    await post('{"text":"to nobody"}', 'made-up');
    time.abort();
    expect(fates).toEqual(['refused', 'refused', 'in_time', 'late']);
    const unanswered = open();
    unanswered.responses.fates.subscribe((fate) => fates.push(fate));
    unanswered.time.abort();
    await unanswered.post('{"text":"done"}');
    expect(fates.slice(4)).toEqual(['none', 'late']);
  });

  it('The address of an answer that nobody waits for reads nothing of what is posted', async () => {
    const { responses } = open();
    let asked = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          asked += 1;
          controller.enqueue(new Uint8Array(16 * 1024));
        },
      },
      { highWaterMark: 0 },
    );
    const post: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    const response = await responseRoutes(responses).request('/slack/assets/answers/unknown', post);
    expect([response.status, asked]).toEqual([410, 0]);
    expect(response.headers.get('connection')).toBe('close');
  });

  it("The address of an answer is gone when Slack's time is up, and the default answer goes out", async () => {
    const { answer, post, time } = open();
    time.abort();
    expect(await answer).toBeUndefined();
    expect((await post('{"text":"late"}')).status).toBe(410);
  });

  it('The address of an answer serves an event that is delivered again, and stays used up when it comes later', async () => {
    const { answer, responses, post, time } = open();
    const again = responses.await('A1', 'key', 'slash_command', new AbortController().signal);
    time.abort();
    expect(await answer).toBeUndefined();
    expect((await post('{"text":"done"}')).status).toBe(200);
    expect(await again).toEqual({ text: 'done' });
    expect(await responses.await('A1', 'key', 'slash_command', new AbortController().signal)).toBeUndefined();
    expect((await post('{"text":"again"}')).status).toBe(410);
    expect(responses.size).toBe(0);
  });

  it('The address of an answer differs between processes, apps and events', () => {
    const responses = new PendingResponses();
    const tokens = [responses.token('A1', 'k'), responses.token('A2', 'k'), responses.token('A1', 'l')];
    tokens.push(new PendingResponses().token('A1', 'k'));
    expect(new Set(tokens).size).toBe(4);
    expect(tokens[0]).toMatch(/^[\w-]{43}$/);
  });

  it.each([
    ['slash_command', 'not json', 'must be JSON'],
    ['slash_command', '[]', 'must be a JSON object'],
    ['slash_command', '{"texts":"x"}', 'needs text, blocks or attachments'],
    ['view_submission', '{"response_action":"close"}', 'must be errors, update, push or clear'],
    ['view_submission', '{"response_action":"errors"}', 'needs errors'],
    ['view_submission', '{"response_action":"push"}', 'needs a view'],
    ['options', '{}', 'options or option_groups'],
  ] as const)(
    'An answer to a %s is refused with the reason and the address stays open: %s',
    async (kind, body, problem) => {
      const { post, responses } = open(kind);
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(problem);
      expect(responses.size).toBe(1);
      responses.close();
    },
  );

  it.each([
    ['slash_command', '{}'],
    ['view_submission', '{}'],
    ['view_submission', '{"response_action":"errors","errors":{"b":"no"}}'],
    ['view_submission', '{"response_action":"update","view":{"type":"modal"}}'],
    ['options', '{"options":[]}'],
  ] as const)('A %s takes the answer %s', async (kind, body) => {
    const { post, answer } = open(kind);
    expect((await post(body)).status).toBe(200);
    expect(await answer).toEqual(JSON.parse(body));
  });

  it('The address of an answer refuses an answer that nests too deep, and takes one that nests as deep as it may', async () => {
    const { post, answer } = open();
    const nested = (levels: number): string =>
      `{"text":"x","blocks":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    for (const levels of [100, 100_000]) {
      const refused = await post(nested(levels));
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('100 levels');
    }
    expect((await post(nested(99))).status).toBe(200);
    expect(JSON.stringify(await answer)).toBe(nested(99));
  });

  it('All that wait for an answer can be waited for, each until it has one or its time is up', async () => {
    const { responses, answer, post } = open();
    const time = new AbortController();
    const unanswered = responses.await('A1', 'another', 'slash_command', time.signal);
    let isSettled = false;
    const settled = responses.settled().then(() => (isSettled = true));
    await post('{"text":"done"}');
    expect(await answer).toEqual({ text: 'done' });
    expect(isSettled).toBe(false);
    time.abort();
    expect(await unanswered).toBeUndefined();
    await settled;
    await responses.settled();
  });

  it('The address of an answer refuses an answer that is too long', async () => {
    const { post, responses } = open();
    expect((await post(JSON.stringify({ text: 'x'.repeat(300_000) }))).status).toBe(413);
    responses.close();
  });
});

describe('the address of an answer that other processes take answers at, too', () => {
  /** What the processes share, in memory; `asked` resolves when this one asks whether its answer is the first. */
  function shared() {
    const arrived = new Channel<{ ticket: string; answer: string }>();
    const taken = new Set<string>();
    let answerNow: (isFirst: boolean) => void = () => undefined;
    const held = new Promise<boolean>((resolve) => (answerNow = resolve));
    let noteAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (noteAsked = resolve));
    let isHeld = false;
    let isAway = false;
    const store: PendingResponseStore = {
      open: () => undefined,
      close: () => undefined,
      settle(ticket) {
        noteAsked();
        if (isAway) return Promise.reject(new Error('PostgreSQL is away'));
        return isHeld ? held : Promise.resolve(!taken.has(ticket));
      },
      find: () => Promise.resolve('slash_command'),
      hand: (ticket) => Promise.resolve(!taken.has(ticket)),
      arrived,
    };
    const responses = new PendingResponses({ secret: 'of all', store, now: () => 10_000 });
    const time = new AbortController();
    const answer = responses.await('A1', 'key', 'slash_command', time.signal);
    const token = responses.token('A1', 'key');
    const routes = responseRoutes(responses);
    const post = async (text: string): Promise<number> =>
      (
        await routes.request(`/slack/assets/answers/${token}`, {
          method: 'POST',
          body: JSON.stringify({ text }),
        })
      ).status;
    return {
      ...{ responses, time, answer, token, arrived, taken, post, asked, answerNow },
      hold: () => (isHeld = true),
      goAway: () => (isAway = true),
    };
  }

  it('An answer is refused here when another process has accepted one, which goes out', async () => {
    const { answer, taken, token, arrived, post } = shared();
    taken.add(token);
    expect(await post('mine')).toBe(410);
    arrived.emit({ ticket: token, answer: '{"text":"theirs"}' });
    expect(await answer).toEqual({ text: 'theirs' });
  });

  it('An answer is refused when the waiting ends before it is known to be the first', async () => {
    const { answer, time, post, hold, asked, answerNow } = shared();
    hold();
    const posted = post('too late');
    await asked;
    time.abort();
    answerNow(true);
    expect(await posted).toBe(410);
    expect(await answer).toBeUndefined();
  });

  it('An answer is accepted here while nobody can be asked, because no other process can accept one then', async () => {
    const { answer, post, goAway } = shared();
    goAway();
    expect(await post('mine')).toBe(200);
    expect(await answer).toEqual({ text: 'mine' });
  });

  it('Another process may wait for the answer to an event only within the time that workflows have', () => {
    const { responses } = shared();
    expect(responses.mayWaitElsewhere(10_000 - RESPONSE_MS + 1)).toBe(true);
    expect(responses.mayWaitElsewhere(10_000 - RESPONSE_MS)).toBe(false);
    expect(new PendingResponses().mayWaitElsewhere(10_000)).toBe(false);
  });
});

describe('responseKindOf', () => {
  it('The kind of an answer is known for each frame that carries one', () => {
    expect(responseKindOf('slash_commands', {})).toBe('slash_command');
    expect(responseKindOf('interactive', { type: 'view_submission' })).toBe('view_submission');
    expect(responseKindOf('interactive', { type: 'block_suggestion' })).toBe('options');
    expect(responseKindOf('interactive', { type: 'block_actions' })).toBeUndefined();
    expect(responseKindOf('events_api', { type: 'view_submission' })).toBeUndefined();
  });

  it("The kinds of answers are read from the connection's variable", () => {
    expect([...responseKindsOf('slash_command, options,other')]).toEqual(['slash_command', 'options']);
    expect(responseKindsOf(undefined).size).toBe(0);
  });
});
