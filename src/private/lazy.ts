import { Lazy } from 'aws-cdk-lib';

/** A value that is computed at synth, typed as the result. */
export function lazy<T>(produce: () => T): T {
  return Lazy.uncachedAny({ produce }) as unknown as T;
}
