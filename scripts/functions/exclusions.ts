/** Methods of Slack's SDK that workflows do not get as functions, by name or beginning, each with the reason. */
export const EXCLUSIONS: readonly { readonly methods: RegExp; readonly reason: string }[] = [
  { methods: /^admin\./, reason: 'needs the token of an Enterprise organisation’s administrator' },
  {
    methods: /^apps\.(?:connections\.open|event\.authorizations\.list)$/,
    reason: 'needs an app-level token; the sockets are this program’s',
  },
  { methods: /^(?:apps\.manifest|tooling\.tokens)\./, reason: 'needs an app configuration token' },
  { methods: /^(?:apps\.uninstall|auth\.revoke)$/, reason: 'would end the connection itself' },
  { methods: /^(?:oauth|openid)\./, reason: 'belongs to signing in, not to a bot that is signed in' },
  { methods: /^rtm\./, reason: 'opens another socket, which no workflow could read' },
  {
    methods: /^(?:search|stars|reminders)\./,
    reason: 'needs a user token',
  },
  {
    methods: /^users\.(?:identity|deletePhoto|setPhoto|profile\.set)$/,
    reason: 'needs a user token',
  },
  { methods: /^dnd\.(?:endDnd|endSnooze|setSnooze)$/, reason: 'needs a user token' },
  {
    methods: /^files\.(?:comments\.delete|revokePublicURL|sharedPublicURL)$/,
    reason: 'needs a user token',
  },
  {
    methods: /^team\.(?:accessLogs|billableInfo|integrationLogs)$/,
    reason: 'needs the token of an administrator',
  },
  {
    methods: /^files\.uploadV2$/,
    reason: 'no method of Slack’s but a helper of the SDK; files_upload_v2 is this program’s own',
  },
];

/** Why `method` is no function, or undefined if it is one. */
export function exclusionReason(method: string): string | undefined {
  return EXCLUSIONS.find(({ methods }) => methods.test(method))?.reason;
}
