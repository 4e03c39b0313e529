/** Options of all SDK clients: they retry throttled calls. */
export function clientDefaults(): { retryMode: 'adaptive'; maxAttempts: number } {
  return { retryMode: 'adaptive', maxAttempts: 6 };
}
