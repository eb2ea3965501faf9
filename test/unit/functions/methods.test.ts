import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { isSymbol } from '../../../src/autokitteh/values.js';
import { API_CALL, FILES_UPLOAD, METHOD_FUNCTIONS, PAGINATE } from '../../../src/functions/descriptions.js';
import { METHODS } from '../../../src/functions/methods-table.js';
import { EXCLUSIONS, exclusionReason } from '../../../scripts/functions/exclusions.js';
import { generateMethods } from '../../../scripts/functions/generate-methods.js';

/** Every method that Slack's SDK can call, found by looking at a client. */
function sdkMethods(): string[] {
  const found: string[] = [];
  const walk = (node: object, path: string[]): void => {
    for (const [name, value] of Object.entries(node) as [string, unknown][]) {
      if (typeof value === 'function' && path.length > 0) found.push([...path, name].join('.'));
      else if (
        typeof value === 'object' &&
        value !== null &&
        Object.getPrototypeOf(value) === Object.prototype
      )
        walk(value, [...path, name]);
    }
  };
  walk(new WebClient(), []);
  return found.sort();
}

describe('The table of methods', () => {
  it('The table of methods equals what the generator makes of the installed SDK', () => {
    expect(METHODS).toEqual(generateMethods());
  });

  it('The table of methods has every method of the SDK that is not excluded', () => {
    const methods = sdkMethods();
    expect(methods.length).toBeGreaterThan(250);
    const expected = methods.filter((method) => exclusionReason(method) === undefined);
    expect(METHOD_FUNCTIONS.map(({ method }) => method).sort()).toEqual(expected);
  });

  it('The table of methods excludes only methods that exist, each with a reason', () => {
    const methods = sdkMethods();
    for (const { methods: pattern, reason } of EXCLUSIONS) {
      expect(
        methods.some((method) => pattern.test(method)),
        String(pattern),
      ).toBe(true);
      expect(reason).not.toBe('');
    }
  });

  it('The table of methods has every method that existing projects call', () => {
    const names = METHOD_FUNCTIONS.map(({ name }) => name);
    const called = ['auth_test', 'chat_postMessage', 'chat_postEphemeral', 'chat_update', 'chat_getPermalink']
      .concat(['users_info', 'users_lookupByEmail', 'users_list', 'users_profile_get', 'reactions_add'])
      .concat(['reactions_remove', 'bookmarks_add', 'bookmarks_edit', 'conversations_replies', 'views_open'])
      .concat(
        ['archive', 'create', 'info', 'invite', 'members', 'rename'].map((verb) => `conversations_${verb}`),
      )
      .concat(['conversations_setPurpose', 'conversations_setTopic', 'conversations_unarchive']);
    for (const name of called) expect(names).toContain(name);
  });
});

describe('The descriptions of functions', () => {
  const all = [...METHOD_FUNCTIONS, API_CALL, FILES_UPLOAD, PAGINATE];

  it('The descriptions have names and parameters that AutoKitteh accepts, no two alike', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, parameters } of all) {
      expect(isSymbol(name)).toBe(true);
      expect(
        parameters.every((parameter) => isSymbol(parameter.name)),
        name,
      ).toBe(true);
      expect(new Set(parameters.map((parameter) => parameter.name)).size).toBe(parameters.length);
    }
  });

  it('The descriptions say what each function does and where it is documented', () => {
    for (const { description, documentationUrl } of all) {
      expect(description).toMatch(/^[A-Z].+/);
      expect(URL.canParse(documentationUrl)).toBe(true);
    }
    const [post] = METHOD_FUNCTIONS.filter(({ method }) => method === 'chat.postMessage');
    expect(post?.documentationUrl).toBe('https://docs.slack.dev/reference/methods/chat.postMessage');
  });

  it('The descriptions put the obvious arguments by position before all others', () => {
    const positional = (method: string): string[] =>
      (METHOD_FUNCTIONS.find((known) => known.method === method)?.parameters ?? [])
        .filter(({ keyword }) => !keyword)
        .map(({ name }) => name);
    expect(positional('chat.postMessage')).toEqual(['channel', 'text']);
    expect(positional('chat.update')).toEqual(['channel', 'ts', 'text']);
    expect(positional('users.info')).toEqual(['user']);
    expect(positional('reactions.add')).toEqual(['channel', 'timestamp', 'name']);
    expect(positional('conversations.list')).toEqual([]);
    for (const { parameters } of all) {
      const keywords = parameters.map(({ keyword }) => keyword);
      expect(keywords).toEqual([...keywords].sort());
    }
  });

  it('The descriptions never offer to send a token along', () => {
    for (const { parameters } of METHOD_FUNCTIONS) {
      expect(parameters.map(({ name }) => name)).not.toContain('token');
    }
  });
});
