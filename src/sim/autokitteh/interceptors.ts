import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Store } from './store.js';
import { exchangeKey, type Faults } from './faults.js';
import { sleep, type Clock } from '../../core/clock.js';

// Calls that come with every event are left out: benchmarks make many thousands of them.
const RECORDED = /^autokitteh\.(?:vars|connections)\.v1\.(\w+)$/;

/** Writes down which connections, projects and the like are asked about, and changed. */
export function recordingInterceptor({ asked }: Store): Interceptor {
  return (next) => async (request) => {
    const [, service] = RECORDED.exec(request.service.typeName) ?? [];
    if (service !== undefined && !request.stream) {
      const words = JSON.stringify(request.message, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      const ids = words.match(/\b(?:con|prj|trg|org)_[0-9a-z]{26}\b/g) ?? [];
      asked.push({ method: `${service}.${request.method.name}`, ids: [...new Set(ids)] });
    }
    return next(request);
  };
}

/** Plays the faults on calls. */
export function faultInterceptor(faults: Faults, clock: Clock): Interceptor {
  return (next) => async (request) => {
    const path = new URL(request.url).pathname;
    if (faults.delayMs > 0) await sleep(clock, faults.delayMs, request.signal);
    const refusal = faults.takeRefusal(path);
    if (refusal !== undefined) throw new ConnectError(refusal.words, refusal.code);
    const lost = faults.takeLoss(path);
    const response = await next(request);
    if (lost) request.contextValues.get(exchangeKey).cut();
    return response;
  };
}
