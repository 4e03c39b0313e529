import { isAccessDenied } from './errors';

/** How long IAM may take to propagate a new role or permission, in milliseconds. A longer denial has another cause. */
export const MAX_PROPAGATION = 60_000;

/** A denial that is transient, because the role may be new. */
export class RolePropagatingError extends Error {
  public readonly $retryable = {};

  public constructor(message: string) {
    super(message);
    this.name = 'RolePropagatingError';
  }
}

/** Makes a denial transient while the role may be too new; other errors are returned unchanged. */
export function retryWhileRolePropagates(error: unknown, milliseconds: number): unknown {
  if (!isAccessDenied(error) || milliseconds >= MAX_PROPAGATION) return error;
  return new RolePropagatingError(error.message);
}
