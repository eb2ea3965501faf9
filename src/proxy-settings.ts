import { z } from 'zod';

import { PluginError } from './core/errors.js';
import { parseProxy, type Proxies, type Proxy } from './core/proxy.js';

const NOT_A_PROXY =
  'must be the URL of an HTTP proxy, for instance http://proxy.example:3128 (SOCKS is not supported)';

/** The URL of a proxy; may hold credentials, so messages never quote it. */
export const proxy = z.string().transform((text, context): Proxy => {
  const parsed = parseProxy(text.trim());
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: NOT_A_PROXY });
  return z.NEVER;
});

/**
 * The proxies on the way to Slack from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Like curl, the lower-case names are taken
 * before the upper-case ones, and empty values count as absent. Throws `bad_config`.
 */
export function proxiesOf(environment: NodeJS.ProcessEnv): Proxies {
  const [https, http] = (['HTTPS_PROXY', 'HTTP_PROXY'] as const).map((name) => {
    const text = given(environment, name);
    const parsed = parseProxy(text);
    if (text !== '' && parsed === undefined) throw new PluginError('bad_config', `${name} ${NOT_A_PROXY}`);
    return text === '' ? undefined : parsed;
  });
  return { https, http, noProxy: given(environment, 'NO_PROXY') };
}

function given(environment: NodeJS.ProcessEnv, name: string): string {
  return (
    [environment[name.toLowerCase()], environment[name]].map((value) => value?.trim()).find(Boolean) ?? ''
  );
}
