import { isNamed } from '../shared/errors';

/** Retries a change of a record when a concurrent operator has changed it. */
export async function retryOnConflict<Result>(change: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await change();
    } catch (error) {
      if (attempts === 5 || !isNamed(error, 'RecordChangedError')) throw error;
    }
  }
}
