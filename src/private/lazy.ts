import { Lazy } from 'aws-cdk-lib';

/** A value that is known only when the app is synthesized, typed as what it will be. */
export function lazy<T>(produce: () => T): T {
  return Lazy.uncachedAny({ produce }) as unknown as T;
}
