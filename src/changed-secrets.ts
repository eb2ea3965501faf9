import type { ReplaceableCredentials } from './autokitteh/credentials.js';
import type { RightsCheck } from './autokitteh/rights-check.js';
import { credentialsOf } from './config.js';
import type { Channel } from './core/channel.js';
import type { Credential } from './core/credential.js';
import { errorMessage } from './core/errors.js';
import type { Log } from './core/log.js';
import type { ChangedSecret } from './secret-files.js';

/** Those who use secrets that may change while the program runs. */
interface SecretUsers {
  readonly credentials: ReplaceableCredentials;
  readonly rights: Pick<RightsCheck, 'check'>;
  readonly plugin: Credential;
  readonly operations: { replaceToken(token: string): void };
  readonly log: Pick<Log, 'error'>;
}

/** Hands each secret that has changed to those who use it. PostgreSQL's password is asked for at each connection. */
export function followSecrets(changed: Channel<ChangedSecret>, users: SecretUsers): void {
  changed.subscribe(({ name, value }) => {
    if (name === 'AUTOKITTEH_TOKEN' || name === 'AUTOKITTEH_SIGN_KEY') replaceCredentials(name, value, users);
    if (name === 'PLUGIN_TOKEN') users.plugin.replace(value);
    if (name === 'OPS_TOKEN') users.operations.replaceToken(value);
  });
}

function replaceCredentials(
  name: 'AUTOKITTEH_TOKEN' | 'AUTOKITTEH_SIGN_KEY',
  value: string,
  { credentials, rights, log }: SecretUsers,
): void {
  const isToken = name === 'AUTOKITTEH_TOKEN';
  try {
    credentials.replace(
      credentialsOf({
        autokittehToken: isToken ? value : undefined,
        autokittehSignKey: isToken ? undefined : value,
      }),
    );
  } catch (error) {
    log.error(
      { setting: name, reason: errorMessage(error) },
      'the new credential cannot be used; the previous one stays in use',
    );
    return;
  }
  void rights.check();
}
