import type { Subscription } from '../../rehearsal/services/sns/topics';

/** Returns an endpoint without what can be a secret: the address of a webhook contains it. */
export function publicEndpoint({ protocol, endpoint }: Pick<Subscription, 'protocol' | 'endpoint'>): string {
  if (protocol !== 'http' && protocol !== 'https') return endpoint;
  return URL.canParse(endpoint) ? `${protocol}://${new URL(endpoint).host}` : protocol;
}
