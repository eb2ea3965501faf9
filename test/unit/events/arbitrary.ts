import fc from 'fast-check';

/** The seed of this run: SEED in the environment, or a new one; printed, so that a failure can be repeated. */
export function runSeed(suite: string): number {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${suite}: SEED=${seed}`);
  return seed;
}

/** Keys that the mapping knows, that AutoKitteh refuses, and that JavaScript stumbles over. */
const KEYS = [
  ...[
    'type',
    'user',
    'channel',
    'message',
    'previous_message',
    'root',
    'edited',
    'blocks',
    'actions',
    'view',
  ],
  ...['state', 'values', 'team', 'enterprise', 'container', 'item', 'reactions', 'response_urls', 'latest'],
  ...[
    'shared_team_ids',
    'previous_name',
    'previous_names',
    'is_moved',
    'created',
    'priority',
    'authorizations',
  ],
  ...['body', 'token', 'slack_envelope', 'event', 'user_id', 'inviter', 'response_ur_ls', 'title', 'text'],
  ...[
    '',
    ' ',
    '-',
    'a-b',
    '1',
    '1a',
    'é',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
  ],
  ...['\ud800', '\udfff', '\u0000', '\ufffd', 'x'.repeat(700)],
];

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud83d', '😀', 'true', 'T1', '__proto__', 'a\u0000b', '9'.repeat(40)),
);

const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double(),
  fc.constantFrom(2 ** 53, -(2 ** 63), 1e308, -0, 0, 1, 0.5, 1760000000123),
);

/** Any JSON, rich in what Slack's payloads have. */
export const anyJson = fc.letrec<{ node: unknown; object: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 3, arbitrary: tie('object') },
    { weight: 1, arbitrary: fc.array(tie('node'), { maxLength: 5 }) },
  ),
  object: fc
    .array(fc.tuple(key, tie('node')), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries) as unknown),
}));

export const EVENT_TYPES = [
  ...[
    'message',
    'app_mention',
    'reaction_added',
    'channel_created',
    'member_joined_channel',
    'channel_archive',
  ],
  ...['app_home_opened', 'tokens_revoked', 'user_change', 'file_shared', 'x-y z'],
];
