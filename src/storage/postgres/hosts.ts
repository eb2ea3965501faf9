import { PluginError } from '../../core/errors.js';

// The scheme, the user, the hosts, and all else; a password with one of the delimiters is percent-encoded.
const FORM = /^(postgres(?:ql)?:\/\/)([^@/?#]*@)?([^/?#]*)(.*)$/;

/**
 * A URL for each host of a URL with several of them (`postgres://user@host1,host2:5433/database`), in their order: the driver
 * takes one. Throws `bad_config` for what is no such URL, without repeating it, since it may hold a password.
 */
export function urlsOf(url: string): [string, ...string[]] {
  const [, scheme, user = '', hosts = '', rest = ''] = FORM.exec(url) ?? [];
  const [first, ...others] = hosts.split(',').map((host) => `${scheme}${user}${host}${rest}`);
  const urls: [string, ...string[]] = [first ?? '', ...others];
  if (scheme === undefined || !urls.every((each) => URL.canParse(each)))
    throw new PluginError('bad_config', 'JOURNAL_URL must be postgres://user@host:port/database');
  return urls;
}
