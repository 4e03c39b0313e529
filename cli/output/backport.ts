import pc from 'picocolors';
import type { AbsorbedBranch, BackportStatus } from '../../src/backport/contract';

/** Formats a backport and the branches that take its commits over. */
export function formatBackport(status: BackportStatus): string[] {
  const { from, target, commits, backportId } = status;
  const what = commits.length === 0
    ? `${pc.bold(from)} is absorbed`
    : `${commits.map(id => id.slice(0, 7)).join(', ')} of ${pc.bold(from)} to ${pc.bold(target)}`;
  return [
    `${what} (${backportId})`,
    ...stateLines(status),
    ...status.branches.filter(({ state }) => state !== 'waiting').map(branchLine),
  ];
}

function stateLines(status: BackportStatus): string[] {
  const { state, pullRequestId = '', target, files = [], conflictingCommit = '', reason = '', backportId } = status;
  switch (state) {
    case 'picking':
      return ['  the commits are applied'];
    case 'opened':
      return [
        `  ${pc.green('✓')} pull request ${pullRequestId} to ${target} is open: review and merge it; then the other `
        + 'branches take the commits over',
        `  To see it: org-environments backport-status ${backportId}`,
      ];
    case 'absorbing':
      return ['  other branches take the commits over'];
    case 'absorbed':
      return [`  ${pc.green('✓')} complete`];
    case 'already there':
      return [`  ${pc.green('✓')} ${target} has these changes already`];
    case 'conflict':
      return [
        `  ${pc.red('✗')} commit ${conflictingCommit.slice(0, 7)} conflicts with ${target} in:`,
        ...files.map(file => `      ${file}`),
        `  Nothing was left behind. Resolve it by hand: git switch -c backport ${target} `
        + `&& git cherry-pick -x ${status.commits.join(' ')}`,
      ];
    case 'closed':
      return [`  ${pc.yellow('–')} pull request ${pullRequestId} was closed without a merge`];
    case 'failed':
      return [`  ${pc.red('✗')} ${reason}`];
  }
}

function branchLine({ branchName, state, pullRequestId = '', files = [], reason = '' }: AbsorbedBranch): string {
  switch (state) {
    case 'contained':
      return `  ${pc.green('✓')} ${branchName} has the commits`;
    case 'forwarded':
      return `  ${pc.green('✓')} ${branchName} was fast-forwarded`;
    case 'opened':
      return `  ${pc.green('✓')} ${branchName}: pull request ${pullRequestId} is open`;
    case 'conflict':
      return `  ${pc.red('✗')} ${branchName}: conflict in ${files.join(', ')}`;
    case 'failed':
      return `  ${pc.red('✗')} ${branchName}: ${reason}`;
    case 'waiting':
      return `  ${branchName}: waits`;
  }
}
