import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { belongsTo, installationOf, type Installation } from '../../../src/events/installation.js';
import { runSeed } from './arbitrary.js';
import { frameOf } from './frames.js';
import type { EnvelopeKind } from '../../../src/slack/envelope.js';

const seed = runSeed('installation');

function eventOf(payload: JsonObject, kind: EnvelopeKind = 'events_api'): Installation | undefined {
  return installationOf({ kind, appId: 'A1', payload });
}

describe('the installation of an event', () => {
  it('The installation of an event is the first authorization’s, not the workspace that a shared channel is seen from', () => {
    const payload = {
      team_id: 'TOTHER',
      context_team_id: 'TCONTEXT',
      authorizations: [
        { team_id: 'T1', enterprise_id: 'E1', is_enterprise_install: false },
        { team_id: 'T2' },
      ],
    };
    expect(eventOf(payload)).toEqual({ appId: 'A1', enterpriseId: 'E1', teamId: 'T1' });
  });

  it('The installation of an event is the context’s and then the payload’s where nothing is authorized', () => {
    expect(eventOf({ team_id: 'T1', context_team_id: 'T2', context_enterprise_id: null })).toEqual({
      appId: 'A1',
      enterpriseId: '',
      teamId: 'T2',
    });
    expect(eventOf({ team_id: 'T1', authorizations: [] })?.teamId).toBe('T1');
  });

  it('The installation of an event is the whole organisation where the authorization says so', () => {
    const whole = { appId: 'A1', enterpriseId: 'E1', teamId: '' };
    const authorization = { enterprise_id: 'E1', team_id: null, is_enterprise_install: true };
    expect(eventOf({ team_id: 'T1', authorizations: [authorization] })).toEqual(whole);
    expect(eventOf({ authorizations: [{ ...authorization, team_id: 'T1' }] })).toEqual(whole);
    expect(eventOf({ team_id: 'E1' })).toEqual(whole);
  });

  it.each([
    ['nothing', {}],
    ['other types', { team_id: 7, authorizations: 'T1', context_team_id: ['T1'] }],
  ])('The installation of an event is undefined where the payload names %s', (_, payload) => {
    expect(eventOf(payload)).toBeUndefined();
  });

  it('The installation of an event needs the socket’s app', () => {
    expect(installationOf({ kind: 'events_api', appId: '', payload: { team_id: 'T1' } })).toBeUndefined();
  });
});

describe('the installation of an interaction', () => {
  it('The installation of an interaction is found in every kind of payload, though some name no app', () => {
    for (const kind of ['shortcut', 'message_action', 'interactive_message', 'block_actions.view']) {
      const frame = frameOf(`interactive.${kind}.json`);
      expect(installationOf(frame)).toEqual({ appId: 'A07SYNTH01', enterpriseId: '', teamId: 'T07SYNTH01' });
    }
  });

  it('The installation of an interaction is where a view’s app is installed, not its user’s workspace', () => {
    const payload = { team: { id: 'TUSER' }, view: { app_installed_team_id: 'T1', team_id: 'TUSER' } };
    expect(eventOf(payload, 'interactive')?.teamId).toBe('T1');
  });

  it('The installation of an interaction in an organisation-wide install, which has no team, is the organisation', () => {
    const payload = {
      is_enterprise_install: true,
      enterprise: { id: 'E1' },
      team: null,
      user: { team_id: 'T1' },
    };
    expect(eventOf(payload, 'interactive')).toEqual({ appId: 'A1', enterpriseId: 'E1', teamId: '' });
    const slash = { is_enterprise_install: 'true', enterprise_id: 'E1', team_id: 'T1' };
    expect(eventOf(slash, 'slash_commands')).toEqual({ appId: 'A1', enterpriseId: 'E1', teamId: '' });
  });

  it('The installation of an interaction is the user’s workspace where nothing else is named', () => {
    expect(eventOf({ team: null, user: { team_id: 'T1' } }, 'interactive')?.teamId).toBe('T1');
  });
});

describe('belongsTo', () => {
  const inWorkspace = { appId: 'A1', enterpriseId: 'E1', teamId: 'T1' };

  it.each([
    ['A1/E1/T1', true],
    ['A1//T1', true],
    ['A1/E1/', true],
    ['A1/E1/E1', true],
    ['A1/E1/T2', false],
    ['A1/E2/T1', false],
    ['A1/E2/', false],
    ['A2/E1/T1', false],
    ['A2/E1/', false],
    ['A1//', false],
    ['A1', false],
    ['', false],
    ['//', false],
    ['/E1/T1', false],
    ['A1/E1/T1/more', false],
  ])(
    'The check whether %s owns an event of a workspace in an organisation returns %s',
    (installIds, expected) => {
      expect(belongsTo(installIds, inWorkspace)).toBe(expected);
    },
  );

  it('Events for the organisation do not reach the connections of single workspaces', () => {
    expect(belongsTo('A1/E1/T1', { appId: 'A1', enterpriseId: 'E1', teamId: '' })).toBe(false);
    expect(belongsTo('A1//T1', { appId: 'A1', enterpriseId: 'E1', teamId: '' })).toBe(false);
  });

  /** A place where an app is installed: an independent workspace, one of an organisation, or an organisation. */
  const places = [
    ...['T1', 'T2', 'T3'].map((team) => ({ enterprise: '', team })),
    ...['T4', 'T5'].map((team) => ({ enterprise: 'E1', team })),
    ...['T6', 'T7'].map((team) => ({ enterprise: 'E2', team })),
    { enterprise: 'E1', team: '' },
    { enterprise: 'E2', team: '' },
  ];
  const place = fc.constantFrom(...places);
  const app = fc.constantFrom('A1', 'A2', 'A3');
  type Place = (typeof places)[number];

  /** What Slack sends for an installation, in each form. */
  const payloadOf = ({ enterprise, team }: Place, elsewhere: Place): [EnvelopeKind, JsonObject][] => {
    const whole = team === '';
    const authorization = {
      enterprise_id: enterprise || null,
      team_id: team || null,
      is_enterprise_install: whole,
    };
    return [
      ['events_api', { team_id: elsewhere.team, authorizations: [authorization] }],
      [
        'interactive',
        {
          type: 'block_actions',
          team: whole ? null : { id: team, enterprise_id: enterprise },
          enterprise: enterprise === '' ? null : { id: enterprise },
          is_enterprise_install: whole,
          user: { team_id: elsewhere.team },
        },
      ],
      [
        'slash_commands',
        {
          team_id: whole ? elsewhere.team : team,
          enterprise_id: enterprise,
          is_enterprise_install: String(whole),
        },
      ],
    ];
  };

  it('An event of one installation never reaches a connection of another installation', () => {
    fc.assert(
      fc.property(app, place, place, app, place, (eventApp, at, elsewhere, ownApp, own) => {
        const installIds = `${ownApp}/${own.enterprise}/${own.team}`;
        const same = own.team === at.team && own.enterprise === at.enterprise;
        const ofWholeOrganisation = own.team === '' && own.enterprise === at.enterprise;
        for (const [kind, payload] of payloadOf(at, elsewhere)) {
          const installation = installationOf({ kind, appId: eventApp, payload });
          expect(installation).toBeDefined();
          expect(installation !== undefined && belongsTo(installIds, installation)).toBe(
            eventApp === ownApp && (same || ofWholeOrganisation),
          );
        }
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it("An event never reaches a connection of another app, whatever the connection's variable holds", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', '1', '/', 'T', 'E', '') }),
        fc.record({
          appId: fc.constantFrom('A1', 'A2'),
          enterpriseId: fc.constantFrom('', 'E1'),
          teamId: fc.constantFrom('', 'T1'),
        }),
        (installIds, installation) => {
          if (belongsTo(installIds, installation)) {
            expect(installIds.startsWith(`${installation.appId}/`)).toBe(true);
          }
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });
});
