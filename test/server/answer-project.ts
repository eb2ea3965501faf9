import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectAt, stringAt } from '../../src/core/json.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import type { ExampleProject } from './example-project.js';

const PROGRAM = join(import.meta.dirname, '../server/programs/answers.star');

/**
 * A project whose sessions print where their event can be answered: one connection, and one trigger for everything, by
 * the name of each key; its variables are what it chooses.
 */
export function answerProject(
  connections: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ExampleProject {
  const names = Object.keys(connections);
  return {
    folder: undefined,
    files: { 'answers.star': new Uint8Array(readFileSync(PROGRAM)) },
    manifest: {
      name: 'answers',
      vars: [],
      connections: names.map((name) => ({
        ...{ name, integration: 'slack' as const },
        vars: Object.entries(connections[name] ?? {}).map(([variable, value]) => ({
          ...{ name: variable, value, secret: false },
        })),
      })),
      triggers: names.map((name) => ({
        ...{ name, connection: name, event_type: '*', filter: '', call: 'answers.star:on_event' },
      })),
    },
  };
}

/** What its program does, for a stand-in. */
export function emulateAnswers(standIn: StandIn): void {
  standIn.emulate('answers.star:on_event', (session) => {
    session.print(stringAt(objectAt(session.event.data, 'slack_envelope'), 'answer_url'));
  });
}
