import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { outcomeOfError } from '../../../src/pipeline/dispatch-outcome.js';
import { refusal, UnansweredError } from '../../../src/autokitteh/rpc.js';
import { PluginError } from '../../../src/core/errors.js';

function outcome(message: string, code = Code.InvalidArgument): string {
  return outcomeOfError(refusal(new ConnectError(message, code))).t;
}

describe('The outcome of a failed Dispatch', () => {
  it.each([
    ['not_found', 'poisoned'],
    ['get connection: not_found', 'poisoned'],
    ['failed starting workflow: Blob data size exceeds limit.', 'poisoned'],
    ["invalid prefix: ''. Subtype requires prefix to match 'con'", 'poisoned'],
    ['event_id must be empty [dispatcher.event_id_must_be_empty]', 'poisoned'],
    ['failed starting workflow: context deadline exceeded', 'outage'],
    ['failed starting workflow: Namespace default is not found.', 'outage'],
    ['failed starting workflow: last connection error: connection refused', 'outage'],
    ['save event: database is locked (5) (SQLITE_BUSY)', 'outage'],
    ['save event: unauthorized', 'forbidden'],
    ['something nobody has seen yet', 'failed'],
  ])('The refusal %s of Dispatch has the outcome %s', (message, expected) => {
    expect(outcome(message)).toBe(expected);
  });

  it('The code of a refusal decides the outcome where it says something', () => {
    expect(outcome('down', Code.Unavailable)).toBe('outage');
    expect(outcome('slow', Code.DeadlineExceeded)).toBe('unanswered');
    expect(outcome('gone away', Code.Canceled)).toBe('unanswered');
    expect(outcome('many', Code.ResourceExhausted)).toBe('outage');
    expect(outcome('unauthenticated', Code.Unauthenticated)).toBe('outage');
    expect(outcome('gone', Code.NotFound)).toBe('poisoned');
    expect(outcomeOfError(new Error('a bug of ours')).t).toBe('failed');
  });

  it('A request that left and had no answer is told from one that never left', () => {
    const lost = new UnansweredError('the server cannot be reached (ECONNRESET)', Code.Unavailable);
    expect(outcomeOfError(refusal(lost)).t).toBe('unanswered');
    expect(outcomeOfError(new PluginError('timeout', 'the dispatch took longer than 30000 ms')).t).toBe(
      'unanswered',
    );
    expect(outcome('the server cannot be reached (ECONNREFUSED)', Code.Unavailable)).toBe('outage');
  });

  it('A refusal by a server that had no answer of its Temporal is told from one that is sure', () => {
    const refused = (words: string) => outcomeOfError(refusal(new ConnectError(words, Code.InvalidArgument)));
    expect(refused('failed starting workflow: context deadline exceeded')).toMatchObject({ unsure: true });
    expect(refused('failed starting workflow: Namespace default is not found.')).not.toHaveProperty('unsure');
    expect(refused('save event: context deadline exceeded')).not.toHaveProperty('unsure');
  });

  it.each([
    [
      'failed starting workflow: Blob data size exceeds limit.',
      'the event is too large for AutoKitteh, which refuses it each time that it is sent: "failed starting workflow: Blob data size exceeds limit."',
    ],
    ['no event [event]', 'AutoKitteh refuses the event: "no event [event]"'],
    ['get connection: not_found', 'AutoKitteh has no such connection any more: "get connection: not_found"'],
  ])('The reason of an event that AutoKitteh refuses for good with %s says so', (words, reason) => {
    const refused = outcomeOfError(refusal(new ConnectError(words, Code.InvalidArgument)));
    expect(refused).toEqual({ t: 'poisoned', reason });
  });

  it('The outcome says what to do when the right to dispatch is missing', () => {
    const refused = outcomeOfError(
      refusal(new ConnectError('save event: unauthorized', Code.InvalidArgument)),
    );
    expect(refused).toMatchObject({ reason: expect.stringContaining('AUTOKITTEH_SIGN_KEY') as string });
  });
});
