import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, type Manifest } from '../../../src/contract/manifest.js';
import { string, struct, symbol } from '../../../src/autokitteh/values.js';
import type { CallOutcome, SlackFunctions } from '../../../src/functions/functions.js';
import { PluginError } from '../../../src/core/errors.js';
import type { ContractOptions } from '../../../src/contract/service.js';

export const CONNECTION = 'con_00000000000000000000000001';
export const STRANGER = 'con_00000000000000000000000002';
export const SLACK = 'int_3kth0s1ackb1ff80a8d62ba8cc';

const FILE = join(import.meta.dirname, '../../../integration.yaml');
export const manifest: Manifest = parseManifest(readFileSync(FILE, 'utf8'), FILE);

type Connections = ContractOptions['live'];

/** One connection; what is asked of it is noted. */
export class StubConnections implements Connections {
  readonly asked: string[] = [];
  failure: Error | undefined;

  status(id: string): ReturnType<Connections['status']> {
    this.asked.push(`status ${id}`);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(
      id === '' ? { code: 'init_required', message: 'new' } : { code: 'ok', message: '2 sockets' },
    );
  }

  test(id: string): ReturnType<Connections['test']> {
    this.asked.push(`test ${id}`);
    return Promise.resolve({ code: 'error', message: 'invalid_auth' });
  }

  config(id: string): ReturnType<Connections['config']> {
    if (id !== CONNECTION) return Promise.reject(new PluginError('not_found', `no connection ${id}`));
    return Promise.resolve({ private_bot_token: 'xoxb-1' });
  }

  knows(id: string): Promise<boolean> {
    return Promise.resolve(id === CONNECTION);
  }
}

/** `echo` returns its first argument, `fail` raises, `hang` waits for the end of the caller's patience. */
export const functions: SlackFunctions = {
  list: () =>
    ['echo', 'fail', 'hang', 'break'].map((name) => ({
      name,
      description: `does ${name}`,
      documentationUrl: 'https://docs.slack.dev',
      parameters: [
        { name: 'text', description: 'what', type: 'string', optional: true, keyword: false },
        { name: 'as_user', description: 'who', type: 'boolean', optional: true, keyword: true },
      ],
    })),
  call(_connectionId, name, args, _kwargs, { signal }): Promise<CallOutcome> {
    switch (name) {
      case 'echo':
        return Promise.resolve({ t: 'returned', value: args[0] ?? string('nothing said') });
      case 'fail':
        return Promise.resolve({
          t: 'raised',
          error: struct(symbol('slack_error'), { code: string('channel_not_found') }),
        });
      case 'hang':
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new PluginError('timeout', 'took too long')));
        });
      default:
        throw new Error('xoxb-secret: a bug');
    }
  },
};

export interface StubContract extends ContractOptions {
  readonly live: StubConnections;
  readonly logged: unknown[];
}

export function stubContract(): StubContract {
  const logged: unknown[] = [];
  return {
    manifest,
    live: new StubConnections(),
    functions,
    logged,
    log: { error: (line: unknown) => logged.push(line) },
  };
}
