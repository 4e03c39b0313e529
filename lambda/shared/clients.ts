import { CALL_LOG } from './call-log';

/** Options of all SDK clients: they retry throttled calls, and log what they have changed. */
export function clientDefaults(): { retryMode: 'adaptive'; maxAttempts: number; logger: typeof CALL_LOG } {
  return { retryMode: 'adaptive', maxAttempts: 6, logger: CALL_LOG };
}
