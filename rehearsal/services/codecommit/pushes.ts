import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tellBranch } from './branches';
import type { Repository } from './repository';
import type { Events } from '../events/service';

/** Where the hook of a repository tells what was pushed. */
export const PUSH_PATH = '/rehearsal/codecommit/';

const NOTHING = /^0+$/;
const HEADS = 'refs/heads/';

/** Git runs this after a push; what it prints is shown to whoever pushes. */
const TELL = `
const chunks = [];
process.stdin.on('data', chunk => chunks.push(chunk)).on('end', () => {
  fetch(process.argv[1], { method: 'POST', body: Buffer.concat(chunks), signal: AbortSignal.timeout(10000) }).then(
    ({ ok, status }) => ok || console.error('the rehearsal did not take the push: status ' + status),
    error => console.error('the rehearsal does not answer, so that no pipeline starts: ' + error.message),
  );
});
`;

/** Lets a bare repository tell the rehearsal of every push. */
export function installHook(path: string, repositoryId: string, endpoint: string): void {
  const words = [process.execPath, '-e', TELL, `${endpoint}${PUSH_PATH}${repositoryId}`].map(word => `'${word.replaceAll("'", "'\\''")}'`);
  const hook = join(path, 'hooks', 'post-receive');
  mkdirSync(join(path, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\nexec ${words.join(' ')}\n`);
  chmodSync(hook, 0o755);
}

/** Tells EventBridge what a push has moved: on each line the old commit, the new one and the reference, as git hands it to its hook. */
export function tellPush(events: Events, repository: Repository, lines: string): void {
  for (const line of lines.split('\n')) {
    const [from = '', to = '', reference = ''] = line.split(' ');
    if (!reference.startsWith(HEADS)) continue;
    tellBranch(events, repository, reference.slice(HEADS.length), {
      from: NOTHING.test(from) ? undefined : from,
      to: NOTHING.test(to) ? undefined : to,
      callerArn: `${repository.arn.split(':').slice(0, 2).join(':')}:iam::${repository.accountId}:user/developer`,
    });
  }
}
