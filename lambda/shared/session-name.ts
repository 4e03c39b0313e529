import { AsyncLocalStorage } from 'node:async_hooks';

const DEFAULT = 'org-environments';
const MAX_LENGTH = 64;

const current = new AsyncLocalStorage<string>();

/**
 * Runs an action whose sessions in other accounts have the name `<subject>.<request id>`: CloudTrail shows it in each
 * account, and the history and the logs contain the request id.
 *
 * @param subject name of an environment, or of what is changed
 */
export async function withSessionName<Result>(
  subject: string,
  requestId: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const id = allowed(requestId);
  return current.run(`${allowed(subject).slice(0, Math.max(1, MAX_LENGTH - id.length - 1))}.${id}`, action);
}

/** The name of a session that is started now. */
export function sessionName(): string {
  return (current.getStore() ?? DEFAULT).slice(0, MAX_LENGTH);
}

/** The characters that STS accepts. */
function allowed(text: string): string {
  return text.replace(/[^\w+=,.@-]/g, '-');
}
