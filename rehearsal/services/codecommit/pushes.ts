import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitBranchEvent } from './branches';
import type { Repository } from './repository';
import type { Events } from '../events/service';

/** Path to which the hook of a repository posts pushed references. */
export const PUSH_PATH = '/rehearsal/codecommit/';

const NOTHING = /^0+$/;
const HEADS = 'refs/heads/';

/** Hook that git runs after a push. The user sees its output. */
const REPORT_PUSH = `
const chunks = [];
process.stdin.on('data', chunk => chunks.push(chunk)).on('end', () => {
  fetch(process.argv[1], { method: 'POST', body: Buffer.concat(chunks), signal: AbortSignal.timeout(10000) }).then(
    ({ ok, status }) => ok || console.error('the rehearsal rejected the push: status ' + status),
    error => console.error('the rehearsal does not respond, so no pipeline starts: ' + error.message),
  );
});
`;

/** Installs the hook that reports every push. */
export function installHook(path: string, repositoryId: string, endpoint: string): void {
  const shellArguments = [process.execPath, '-e', REPORT_PUSH, `${endpoint}${PUSH_PATH}${repositoryId}`].map(
    argument => `'${argument.replaceAll("'", "'\\''")}'`,
  );
  const hook = join(path, 'hooks', 'post-receive');
  mkdirSync(join(path, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\nexec ${shellArguments.join(' ')}\n`);
  chmodSync(hook, 0o755);
}

/**
 * Emits the events of a push. Each line has the old commit, the new commit and the reference, the format of git hooks.
 */
export function emitPushEvents(events: Events, repository: Repository, lines: string): void {
  for (const line of lines.split('\n')) {
    const [from = '', to = '', reference = ''] = line.split(' ');
    if (!reference.startsWith(HEADS)) continue;
    emitBranchEvent(events, repository, reference.slice(HEADS.length), {
      from: NOTHING.test(from) ? undefined : from,
      to: NOTHING.test(to) ? undefined : to,
      callerArn: `${repository.arn.split(':').slice(0, 2).join(':')}:iam::${repository.accountId}:user/developer`,
    });
  }
}
