import { isDenied } from './words';

/** A role that was made a moment ago is not known everywhere yet; who is refused for longer than that has to do with an account that was closed. */
const PROPAGATION = 60_000;

/** The same error, but one that passes as long as what was asked for is so young that its roles may be, too. */
export function passingWhileYoung(error: unknown, milliseconds: number): unknown {
  return isDenied(error) && milliseconds < PROPAGATION ? Object.assign(new Error(error.message), { $retryable: {} }) : error;
}
