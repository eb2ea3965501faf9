import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { exchangeKey, type Faults } from './faults.js';
import { sleep, type Clock } from '../../core/clock.js';

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
