import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { overview } from '../../world/observations.js';
import { AS_OPERATOR } from '../../world/program.js';
import { useReplicas, type ReplicaProgram } from '../../world/replicas.js';

const cluster = useReplicas();

/** What a person reads of the part of the page with this id, and of its lamps. */
async function read(program: ReplicaProgram, part: string): Promise<{ text: string; lamps: string[] }> {
  const page = await (await fetch(`${program.pluginUrl}/ops/`, { headers: AS_OPERATOR })).text();
  const [section = ''] = new RegExp(`<section id="${part}"[^]*?</section>`).exec(page) ?? [];
  return {
    text: section.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '),
    lamps: [...section.matchAll(/data-code="(\w+)"/g)].map(([, code]) => code ?? ''),
  };
}

/** Waits until the page says that nothing is wrong: a socket that moves between replicas is a problem for a moment. */
async function untilAllIsWell(program: ReplicaProgram): Promise<void> {
  let text = '';
  try {
    await eventually(
      async () => ({ text } = await read(program, 'verdict')).text.includes('All is well'),
      'all well',
    );
  } catch (cause) {
    throw new Error(`the page says:${text}`, { cause });
  }
}

/** Waits until the replicas on the page are such. */
async function untilReplicas(program: ReplicaProgram, words: RegExp): Promise<void> {
  let text = '';
  try {
    await eventually(async () => words.test(({ text } = await read(program, 'replicas')).text), `${words}`);
  } catch (cause) {
    throw new Error(`the page says:${text}`, { cause });
  }
}

describe('The replicas on the status page', () => {
  it('Each page shows all replicas, one that is lost as gone since then, and all is well when it is back', async () => {
    const [one, two, three] = [
      await cluster.start('one'),
      await cluster.start('two'),
      await cluster.start('three'),
    ];
    const { world } = await cluster.connected();

    for (const program of [one, two, three]) {
      await untilReplicas(program, /one .*live .*sockets? .*three .*live .*two .*live/);
      const { text, lamps } = await read(program, 'replicas');
      expect(text).toContain(`${program.name} answers here live`);
      expect(lamps).toEqual(['ok', 'ok', 'ok']);
      await untilAllIsWell(program);
      await eventually(async () => {
        const { replicas } = await overview({ ...world, program });
        return replicas.reduce((sum, { sockets }) => sum + sockets, 0) === 2;
      }, 'two sockets of the app');
    }

    await three.vanish();
    for (const program of [one, two]) {
      await untilReplicas(program, /three gone, last seen \d+ s ago/);
      await eventually(
        async () => (await read(program, 'verdict')).text.includes('1 problem'),
        'one problem',
      );
      const { text, lamps } = await read(program, 'verdict');
      expect(text).toMatch(
        /Replica three is gone: .* Since .* UTC, for \d+ s\. Nothing is lost: .* What to do: Look into the log of three/,
      );
      expect(lamps[0]).toBe('warning');
      expect((await read(program, 'replicas')).lamps.toSorted()).toEqual(['ok', 'ok', 'warning']);
    }

    const back = await cluster.start('three');
    for (const program of [one, two, back]) {
      await untilReplicas(program, /three (?:answers here )?live/);
      await untilAllIsWell(program);
    }
    await two.stop();
    await eventually(async () => !(await read(one, 'replicas')).text.includes('two'), 'the one that stopped');
    await untilAllIsWell(one);
  });
});
