import type { JsonObject } from '../../../core/json.js';
import type { SlackInstallation } from '../directory/entities.js';
import { installationOf, refuse, text, type MethodTable } from './method.js';

/** `auth.*`, `bots.info`, `apps.connections.open`, `api.test`. */
export const authMethods: MethodTable = {
  'api.test': {
    token: 'none',
    run: (args) => (typeof args.error === 'string' ? refuse(args.error, { args }) : { ok: true, args }),
  },
  'auth.test': {
    token: 'any',
    run(call) {
      const installation = installationOf(call);
      if (installation === undefined)
        return { ok: true, app_id: call.token.app.id, app_name: call.token.app.name };
      return { ok: true, ...identity(installation) };
    },
  },
  'bots.info': {
    scopes: ['users:read'],
    run(call, { directory }) {
      const own = installationOf(call);
      // A token of an org-wide installation has to say which workspace it means.
      if (own?.workspace === undefined && text(call.args, 'team_id') === '') return refuse('team_not_found');
      const id = text(call.args, 'bot');
      const found = id === '' ? undefined : directory.bot(id);
      if (found === undefined) return refuse('bot_not_found');
      return {
        ok: true,
        bot: {
          id: found.botId,
          deleted: !found.active,
          name: found.botUser.name,
          updated: 1_760_000_000,
          app_id: found.app.id,
          user_id: found.botUser.id,
          icons: {},
        },
      };
    },
  },
  'apps.connections.open': {
    token: 'app',
    scopes: ['connections:write'],
    run({ token }, { directory, tickets, origin }) {
      const ticket = tickets.issue({ appId: token.app.id, token: token.token });
      const digest = directory.app(token.app.id)?.digest ?? '';
      return { ok: true, url: `${origin().replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${digest}` };
    },
  },
};

function identity(installation: SlackInstallation): JsonObject {
  const { workspace, organization, botUser, botId } = installation;
  const domain = workspace?.domain ?? 'org.enterprise';
  return {
    url: `https://${domain}.slack.com/`,
    team: workspace?.name ?? organization?.name ?? '',
    user: botUser.name,
    team_id: workspace?.id ?? organization?.id ?? '',
    user_id: botUser.id,
    bot_id: botId,
    ...(organization === undefined ? {} : { enterprise_id: organization.id }),
    is_enterprise_install: workspace === undefined,
  };
}
