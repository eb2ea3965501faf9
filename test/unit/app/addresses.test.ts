import { describe, expect, it } from 'vitest';
import { urlOf } from '../../../src/app/addresses.js';

describe('the URL of an address to listen on', () => {
  it.each([
    [{ host: '127.0.0.1', port: 9981 }, 'http://127.0.0.1:9981'],
    [{ host: 'plugin.internal', port: 9983 }, 'http://plugin.internal:9983'],
    [{ host: '0.0.0.0', port: 9983 }, 'http://localhost:9983'],
    [{ host: '::', port: 9983 }, 'http://localhost:9983'],
    [{ host: '::1', port: 9983 }, 'http://[::1]:9983'],
  ])('of %o is %s', (address, url) => {
    expect(urlOf(address)).toBe(url);
  });

  it('has the port that the system chose', () => {
    expect(urlOf({ host: '127.0.0.1', port: 0 }, 40_123)).toBe('http://127.0.0.1:40123');
  });
});
