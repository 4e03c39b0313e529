import { isDenied } from './errors';

/**
 * How long a role or a right that was just made may not be known everywhere in AWS, in milliseconds; a refusal that lasts longer
 * has another reason.
 */
export const PROPAGATION = 60_000;

/** The same error, but a transient one while its role may be that new. */
export function retryWhileRolePropagates(error: unknown, milliseconds: number): unknown {
  return isDenied(error) && milliseconds < PROPAGATION ? Object.assign(new Error(error.message), { $retryable: {} }) : error;
}
