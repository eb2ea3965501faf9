import { create } from '@bufbuild/protobuf';
import { integrationIdOf } from './ids.js';
import type { IntegrationPort } from './integration-port.js';
import { refusals } from './refusals.js';
import { callSlack } from './slack-calls.js';
import type { Store } from './store.js';
import { Status_Code, StatusSchema, type Status } from '../../gen/autokitteh/common/v1/common_pb.js';
import { IntegrationSchema } from '../../gen/autokitteh/integrations/v1/integrations_pb.js';

/** The id of the entry `slack`, on every server. */
export const SLACK_INTEGRATION_ID = integrationIdOf('slack');

/** The built-in Slack integration: its entry, its status from the variables alone, its test through auth.test. */
export function builtInSlack(store: Store, slackApiUrl: string): IntegrationPort {
  const variable = (connectionId: string, name: string): string =>
    store.vars.get(connectionId)?.get(name)?.value ?? '';

  const settled = (connectionId: string): Status => {
    const authType = variable(connectionId, 'auth_type');
    switch (authType) {
      case '':
        return status(Status_Code.INIT_REQUIRED, 'Init required');
      case 'oauth':
      case 'oauthDefault':
      case 'oauthPrivate':
        return variable(connectionId, 'oauth_access_token') === ''
          ? status(Status_Code.INIT_REQUIRED, 'Init required')
          : status(Status_Code.OK, 'Using OAuth 2.0');
      case 'socketMode':
        return status(Status_Code.OK, 'Using Socket Mode');
      default:
        return status(Status_Code.ERROR, 'Bad auth type');
    }
  };

  return {
    descriptor: create(IntegrationSchema, {
      integrationId: SLACK_INTEGRATION_ID,
      uniqueName: 'slack',
      displayName: 'Slack',
      logoUrl: '/static/images/slack.svg',
      connectionUrl: '/slack',
      module: {},
      connectionCapabilities: {
        supportsConnectionTest: true,
        supportsConnectionInit: true,
        requiresConnectionInit: true,
      },
    }),
    status: (connectionId) => Promise.resolve(settled(connectionId)),
    async test(connectionId) {
      const first = settled(connectionId);
      if (first.code !== Status_Code.OK) return first;
      const token =
        variable(connectionId, 'auth_type') === 'socketMode' ? 'private_bot_token' : 'oauth_access_token';
      const answer = await callSlack(slackApiUrl, 'auth.test', variable(connectionId, token));
      return answer.ok ? status(Status_Code.OK, '') : status(Status_Code.ERROR, answer.error);
    },
    configure: (connectionId) =>
      Promise.resolve({
        config: Object.fromEntries(
          [...(store.vars.get(connectionId)?.values() ?? [])].map(({ name, value }) => [name, value]),
        ),
        values: {},
      }),
    call: () => Promise.reject(refusals.notFound()),
  };
}

function status(code: Status_Code, message: string): Status {
  return create(StatusSchema, { code, message });
}
