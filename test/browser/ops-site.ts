import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { systemClock } from '../../src/core/clock.js';
import { OpsAccess } from '../../src/ops/access.js';
import { adminRoutes } from '../../src/ops/admin.js';
import type { EventView } from '../../src/ops/event-search.js';
import type { Minute } from '../../src/ops/history.js';
import type { DeadLetter, Overview } from '../../src/ops/overview.js';

/** What the status page is told. */
export interface OpsState {
  readonly overview: Overview;
  readonly minutes: readonly Minute[];
  readonly letters: readonly DeadLetter[];
  /** What the search finds, by key. */
  readonly events: readonly EventView[];
}

/** The status page, told what a test sets. */
export interface OpsSite {
  readonly url: string;
  state: OpsState;
  /** What its buttons asked for. */
  readonly resent: number[];
  /** A link as `ak-slack open` prints it. */
  link(): string;
  stop(): Promise<void>;
}

export async function startOpsSite(state: OpsState): Promise<OpsSite> {
  const access = new OpsAccess('the-token-of-operators', systemClock, undefined);
  const resent: number[] = [];
  const routes = adminRoutes(
    {
      overview: () => Promise.resolve(site.state.overview),
      minutes: () => site.state.minutes,
      deadLetters: {
        list: (_, { after }) => Promise.resolve(site.state.letters.filter(({ id }) => id > after)),
        resend(choice) {
          const ids = 'ids' in choice ? choice.ids : site.state.letters.map(({ id }) => id);
          resent.push(...ids);
          return Promise.resolve(ids.length);
        },
        discard: () => Promise.resolve(0),
      },
      events: (id) => Promise.resolve(site.state.events.filter(({ key }) => key === id)),
      metrics: new Registry(),
    },
    access,
  );
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: routes.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(listening),
    );
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site: OpsSite = {
    ...{ url, state, resent },
    link: () => `${url}/ops/open#${access.newCode()}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
  return site;
}
