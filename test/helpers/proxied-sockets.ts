import { pino } from 'pino';

import { systemClock } from '../../src/core/clock.js';
import { createOutbound } from '../../src/core/outbound.js';
import { seededRandom } from '../../src/core/random.js';
import { proxiesOf } from '../../src/setting-parsers.js';
import { createSlackSockets } from '../../src/slack/sockets.js';

// A process of its own, because Node reads NODE_EXTRA_CA_CERTS only at its start. argv: the address of Slack's Web API, an
// app, its token. Tells its parent each status of the app; it ends when that does.
if (process.send !== undefined) {
  const [apiUrl = '', appId = '', token = ''] = process.argv.slice(2);
  const sockets = createSlackSockets({
    apiUrl,
    clock: systemClock,
    random: seededRandom(1),
    log: pino({ enabled: false }),
    outbound: createOutbound(proxiesOf(process.env)),
    onEnvelope: (envelope) => void envelope.acknowledge(),
  });
  sockets.events.subscribe((event) => {
    if (event.t === 'status_changed') process.send?.(event.status);
  });
  sockets.reconcile(new Map([[appId, [{ token, setAt: 1 }]]]));
  process.once('disconnect', () => process.exit(0));
}
