import { describe, expect, it } from 'vitest';
import { urlsOf } from '../../../src/storage/postgres/hosts.js';

describe('The hosts in the URL of a journal in PostgreSQL', () => {
  it.each([
    ['postgres://me@one/journal', ['postgres://me@one/journal']],
    ['postgresql://one:5433', ['postgresql://one:5433']],
    [
      'postgres://me:p%2Cw@one,[::1]:5433/journal?sslmode=verify-full',
      [
        'postgres://me:p%2Cw@one/journal?sslmode=verify-full',
        'postgres://me:p%2Cw@[::1]:5433/journal?sslmode=verify-full',
      ],
    ],
  ])('The URL %s names the hosts in their order', (url, expected) => {
    expect(urlsOf(url)).toEqual(expected);
  });

  it.each(['mysql://me:hidden@one/x', 'postgres://me:hidden@one:port/x', 'postgres://me:hidden@one,,two:x/'])(
    'The text %s is refused, and not repeated',
    (url) => {
      expect(() => urlsOf(url)).toThrow(/^JOURNAL_URL must be postgres/);
      expect(() => urlsOf(url)).not.toThrow(/hidden/);
    },
  );
});
