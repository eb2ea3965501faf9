import { describe, expect, it } from 'vitest';
import { ProjectNames } from '../../../src/connections/project-names.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';

function start() {
  const clock = new HandClock();
  const asked: string[] = [];
  const names = new Map([['prj_1', 'support']]);
  const answers = { away: false };
  const projects = new ProjectNames({
    server: {
      projectName(id) {
        asked.push(id);
        return answers.away ? Promise.reject(new Error('away')) : Promise.resolve(names.get(id));
      },
    },
    clock,
  });
  const look = async (...ids: string[]): Promise<void> => {
    projects.look(new Set(ids));
    await settle();
  };
  return { clock, asked, names, answers, projects, look };
}

describe('The names of projects', () => {
  it('A name is asked for once, and again after some minutes', async () => {
    const { clock, asked, names, projects, look } = start();
    await look('prj_1', 'prj_2');
    await look('prj_1', 'prj_2');
    expect([projects.of('prj_1'), projects.of('prj_2'), asked.length]).toEqual(['support', undefined, 2]);
    names.set('prj_1', 'help desk');
    await clock.advance(11 * 60_000);
    await look('prj_1');
    expect([projects.of('prj_1'), asked.length]).toEqual(['help desk', 3]);
    await look();
    expect(projects.of('prj_1')).toBeUndefined();
  });

  it('The same projects are looked through once a minute, however often they are told', async () => {
    const { clock, asked, projects } = start();
    let times = 0;
    class Counted extends Set<string> {
      override [Symbol.iterator](): SetIterator<string> {
        times += 1;
        return super[Symbol.iterator]();
      }
    }
    const ids = new Counted(['prj_1', 'prj_2']);
    for (let look = 0; look < 30; look += 1) {
      projects.look(ids);
      await clock.advance(1_000);
    }
    expect([times, asked.length]).toEqual([1, 2]);
    await clock.advance(11 * 60_000);
    projects.look(ids);
    await settle();
    expect([times, asked.length]).toEqual([2, 4]);
  });

  it('A server that is away changes no name that is known', async () => {
    const { clock, answers, projects, look } = start();
    await look('prj_1');
    answers.away = true;
    await clock.advance(11 * 60_000);
    await look('prj_1', 'prj_2');
    expect([projects.of('prj_1'), projects.of('prj_2')]).toEqual(['support', undefined]);
  });

  it('Hundreds of projects are asked for a few at a time', async () => {
    const clock = new HandClock();
    let under = 0;
    let most = 0;
    const projects = new ProjectNames({
      server: {
        async projectName(id) {
          most = Math.max(most, ++under);
          await new Promise<void>((resolve) => setImmediate(resolve));
          under -= 1;
          return `name of ${id}`;
        },
      },
      clock,
    });
    projects.look(new Set(Array.from({ length: 40 }, (_, at) => `prj_${at}`)));
    while (projects.of('prj_0') === undefined) await settle();
    expect(most).toBe(4);
    await projects.stop();
  });
});
