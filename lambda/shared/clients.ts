/** What all SDK clients share: patience with throttling. */
export function clientDefaults(): { retryMode: 'adaptive'; maxAttempts: number } {
  return { retryMode: 'adaptive', maxAttempts: 6 };
}
