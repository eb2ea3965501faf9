import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../../src/core/random.js';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../../src/sim/slack/frames/draft.js';
import { innerEvent } from '../../../src/sim/slack/frames/event-callback.js';
import { appHomeOpened, reactionAdded, tokensRevoked } from '../../../src/sim/slack/frames/happenings.js';
import {
  blockAction,
  messageAction,
  optionsRequest,
  shortcut,
  viewBlockAction,
  viewClosed,
  viewSubmission,
} from '../../../src/sim/slack/frames/interactions.js';
import { appMention, message, ownEcho } from '../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../../src/sim/slack/sending/ledger-entry.js';
import { homeOf } from '../../../src/sim/slack/directory/entities.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, createConnection, save, setVariables } from '../../world/connections.js';
import { eventsOf, untilStatus } from '../../world/observations.js';
import { startWorld, type World } from '../../world/world.js';

const KINDS: readonly (() => Frame)[] = [
  () => message(),
  () => appMention(),
  () => reactionAdded(),
  () => appHomeOpened(),
  () => tokensRevoked(),
  () => innerEvent({ type: 'channel_archive', channel: 'C1', user: 'U1' }),
  () => innerEvent({ type: 'an_event_of_the_future', thing: { deep: [1, 2] } }),
  () => slashCommand({ text: 'do it' }),
  () => blockAction(),
  () => viewBlockAction(),
  () => viewSubmission(),
  () => viewClosed(),
  () => shortcut(),
  () => messageAction(),
  () => optionsRequest(),
];

interface Tenant {
  readonly installation: SlackInstallation;
  /** Connections that get its events, and those that exist without a deployment. */
  readonly active: string[];
  readonly inactive: string[];
}

/** Three apps in lone workspaces and in an organisation, there either in workspaces or in the whole of it. */
async function settle(world: World, random: Random): Promise<Tenant[]> {
  const { slack, server } = world;
  const pick = (below: number): number => Math.floor(random() * below);
  const organization = slack.addOrganization();
  const inside = [1, 2, 3].map((n) => slack.addWorkspace(`Inside ${n}`, organization));
  const lone = [1, 2, 3].map((n) => slack.addWorkspace(`Lone ${n}`));
  const owners = [world.owner, await server.createUser()];
  const tenants: Tenant[] = [];
  for (let number = 0; number < 3; number++) {
    const app = slack.addApp();
    const places = number === pick(2) ? [organization] : inside.slice(0, 1 + pick(3));
    const installations = [...places, ...lone.slice(0, 1 + pick(3))].map((place) =>
      slack.install(app, place),
    );
    const appToken = app.createAppToken();
    for (const installation of installations) {
      const tenant: Tenant = { installation, active: [], inactive: [] };
      tenants.push(tenant);
      for (let count = pick(3); count >= 0; count--) {
        const deployed = random() < 0.8;
        const ofOrg = deployed && random() < 0.2;
        const owner = owners[pick(2)] ?? world.owner;
        const connection = await createConnection(world, { owner, deployed, ofOrg });
        const saved = await save(world, connection, { botToken: installation.botToken, appToken });
        expect(saved.status, await saved.text()).toBe(302);
        (deployed ? tenant.active : tenant.inactive).push(connection.id);
      }
    }
  }
  return tenants;
}

describe('The isolation of installations', () => {
  it.each([1, 20251122, Math.floor(Math.random() * 2 ** 31)])(
    'Events reach all active connections of their installation and no other connection (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const world = await startWorld({ slack: { seed } });
      const { slack } = world;
      const tenants = await settle(world, random);
      const apps = new Set(tenants.filter(({ active }) => active.length > 0).map((t) => t.installation.app));
      for (const app of apps) await slack.waitForSockets(app, 2);
      for (const { active } of tenants)
        for (const id of active) await untilStatus(world, id, 'ok', /2 sockets live/);

      const sent: { tenant: Tenant; entry: LedgerEntry; isOwn: boolean }[] = [];
      for (let number = 0; number < 150; number++) {
        const tenant = tenants[Math.floor(random() * tenants.length)];
        const isOwn = random() < 0.05;
        const frame = isOwn ? ownEcho() : KINDS[Math.floor(random() * KINDS.length)]?.();
        if (tenant === undefined || frame === undefined || !apps.has(tenant.installation.app)) continue;
        const { workspace, organization } = tenant.installation;
        const rooms = workspace === undefined ? (organization?.workspaces ?? []) : [workspace];
        const room = rooms[Math.floor(random() * rooms.length)] ?? homeOf(tenant.installation);
        const entry = slack.send(tenant.installation, frame, { workspace: room });
        sent.push({ tenant, entry, isOwn });
      }
      await slack.ledger.allSettled();
      expect(slack.ledger.lost()).toEqual([]);

      const expected = new Map<string, string[]>();
      for (const { tenant, entry, isOwn } of sent)
        for (const id of isOwn ? [] : tenant.active)
          expected.set(id, [...(expected.get(id) ?? []), entry.attempts[0]?.envelopeId ?? '']);
      const all = [...expected.values()].reduce((sum, ids) => sum + ids.length, 0);
      await eventually(() => world.standIn.store.events.length >= all, `${all} events`, 60_000).catch(
        () => undefined,
      );
      const got = new Map<string, string[]>();
      for (const { connectionId, memo } of world.standIn.store.events)
        got.set(connectionId, [...(got.get(connectionId) ?? []), memo['slack_envelope_id'] ?? '']);
      const typeOf = new Map(sent.map(({ entry }) => [entry.attempts[0]?.envelopeId ?? '', entry.type]));
      const sorted = (map: Map<string, string[]>): unknown =>
        Object.fromEntries(
          [...map].sort().map(([id, ids]) => [id, ids.map((each) => `${each} ${typeOf.get(each)}`).sort()]),
        );
      expect(sorted(got)).toEqual(sorted(expected));
    },
  );

  it('Events do not reach a connection that only claims to belong to the installation', async () => {
    const world = await startWorld();
    const { slack, server } = world;
    const victim = addInstallation(world);
    const own = addInstallation(world);
    const mine = await connect(world, victim.installation, victim.appToken);
    const { workspace } = victim.installation;
    const claim = {
      install_ids: `${victim.app.id}//${workspace?.id}`,
      app_id: victim.app.id,
      team_id: workspace?.id ?? '',
      auth_type: 'socketMode',
      socket_mode_saved_at: '2099-01-01T00:00:00Z',
    };
    const thief = await server.createUser();
    const invented = await createConnection(world, { owner: thief });
    await setVariables(invented, {
      ...claim,
      socket_mode_app_token: `xapp-1-${victim.app.id}-1-invented`,
      private_bot_token: 'xoxb-1-invented',
    });
    const borrowed = await createConnection(world, { owner: thief });
    await setVariables(borrowed, {
      ...claim,
      socket_mode_app_token: `xapp-1-${victim.app.id}-1-invented`,
      private_bot_token: own.installation.botToken,
    });
    await untilStatus(world, invented.id, 'error', /invalid_auth/);
    await untilStatus(world, borrowed.id, 'error', /bot token belongs to app/);
    for (const frame of [message(), slashCommand(), shortcut()]) slack.send(victim.installation, frame);
    await slack.ledger.allSettled();
    await eventually(() => eventsOf(world, mine.id).length === 3, 'three events');
    expect(eventsOf(world, invented.id)).toEqual([]);
    expect(eventsOf(world, borrowed.id)).toEqual([]);
  });

  it('A connection learns that its app was uninstalled, and gets nothing after that', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const other = await connect(world, slack.install(app, slack.addWorkspace()), appToken);
    slack.uninstall(installation);
    await untilStatus(world, connection.id, 'error', /account_inactive/);
    await slack.ledger.allSettled();
    await eventually(() => eventsOf(world, connection.id).length === 2, 'both notices');
    const again = slack.install(app, homeOf(installation));
    await slack.ledger.settled(slack.send(again, message()));
    const types = eventsOf(world, connection.id).map(({ eventType }) => eventType);
    expect(types.sort()).toEqual(['app_uninstalled', 'tokens_revoked']);
    expect(eventsOf(world, other.id)).toEqual([]);
    await untilStatus(world, other.id, 'ok', /2 sockets live/);
  });
});
