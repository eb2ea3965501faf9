import { describe, expect, it } from 'vitest';
import { integrationIdFromName, isConnectionId, isId } from '../../../src/autokitteh/ids.js';

describe('integrationIdFromName', () => {
  it.each([
    ['slack', 'int_3kth0s1ackb1ff80a8d62ba8cc'],
    ['slack_socket_mode', 'int_3kths1ack078768faf9c558bde'],
    ['github', 'int_3kthg1thvba289cb8a24d796a9'],
    ['test', 'int_3kth00testaf9d33c5697341f0'],
    ['x', 'int_3kth00000x86c26482ea675e8c'],
    ['a_long_integration_name', 'int_3ktha010ng8d78615a926bada5'],
    ['slack_ts', 'int_3kths1ack0ecf2874ee1b4203c'],
    ['testing', 'int_3kthtest1n7bf767860ab68268'],
    ['123abc', 'int_3kth123abc819fc78d4caa616c'],
    ['iou', 'int_3kth00010v08d1729ff0ad290d'],
    ['foo-bar', 'int_3kthf000ba732f13282aa60744'],
    ['env', 'int_3kth000env08a8739ff08a2661'],
  ])('The integration %s has the id that AutoKitteh gives it', (name, id) => {
    expect(integrationIdFromName(name)).toBe(id);
    expect(isId('int', id)).toBe(true);
  });
});

describe('The ids of AutoKitteh', () => {
  it('The check of ids accepts only a well-formed connection id', () => {
    expect(isConnectionId('con_00000000000000000000000001')).toBe(true);
    for (const bad of [
      '',
      'con_',
      'con_0000000000000000000000001',
      'con_80000000000000000000000001',
      'con_0000000000000000000000000i',
      'con_0000000000000000000000000A',
      'prj_00000000000000000000000001',
      'con_00000000000000000000000001\n',
    ]) {
      expect(isConnectionId(bad), bad).toBe(false);
    }
  });
});
