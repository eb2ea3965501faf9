import { errorMessage } from '../core/errors.js';

/** Tells of work of delivery that failed in a way that nobody has foreseen; what it was about goes on. */
export function warnOfFailure(name: string, error: unknown): void {
  process.emitWarning(`${name}: ${errorMessage(error)}`, 'DeliveryFailed');
}
