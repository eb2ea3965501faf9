import { createRequire } from 'node:module';

import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);

function versionOf(name: string, from: NodeJS.Require = require): string {
  return (from(`${name}/package.json`) as { version: string }).version;
}

// src/slack/sdk-transport.ts overrides and replaces private members. Before these pins move, read in the new version:
// - SocketModeClient: is `onWebSocketMessage` still protected, and the only place that reacts to frames? Are `authenticated` and
//   `connecting` still emitted before the WebSocket is made, `connecting` in the same turn as `SlackWebSocket.connect()`?
// - SlackWebSocket: are `websocket`, `pingHandler`, `pongHandler`, `monitorPingToSlack` and `cleanup` still there and doing the same?
//   Are there new timers or diagnostics_channel subscriptions? (sockets-rig.ts counts them after each test.)
// - Does it still take a dispatcher and a fetch, and use the former for the WebSocket?
// - undici: does WebSocket still drop what arrives after its own close(), and keep readyState OPEN until a close frame comes?
// Then run `npm run faults` and `npm run bench`, and change the pins here.
it('The SDK and its WebSocket have exactly the versions that the code is written for', () => {
  expect(versionOf('@slack/socket-mode')).toBe('3.1.0');
  expect(versionOf('@slack/web-api')).toBe('8.2.0');
  expect(versionOf('undici')).toBe('7.30.2');
});

it('The program shares one undici with the SDK: a dispatcher of another version fails every handshake', () => {
  const fromSdk = createRequire(require.resolve('@slack/socket-mode'));
  expect(fromSdk.resolve('undici')).toBe(require.resolve('undici'));
});
