import type { MissingContext } from 'aws-cdk-lib/cloud-assembly-schema';
import { zonesOf } from '../../rehearsal/core/zones';

/** The kinds of values that the CDK looks up, and that are the same in every account. */
const PROVIDERS: Readonly<Record<string, (query: MissingContext['props']) => unknown>> = {
  'availability-zones': query => 'region' in query ? zonesOf(query.region) : undefined,
};

/**
 * Returns the values that the rehearsal knows of those that an app looks up.
 *
 * @param context what the app has been given already
 */
export function lookedUpValues(
  missing: readonly MissingContext[], context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = missing
    .filter(({ provider, key }) => Object.hasOwn(PROVIDERS, provider) && !Object.hasOwn(context, key));
  return Object.fromEntries(known.map(({ key, provider, props }) => [key, PROVIDERS[provider](props)]));
}
