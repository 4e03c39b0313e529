import { CodeCommitHost, movedInCodeCommit } from './codecommit';
import type { Hosts } from './hosts';
import type { HostEvent, MovedBranch } from './source';

/** The branch that an event reports as updated; undefined: it reports none. */
export function movedBranch(event: HostEvent): MovedBranch | undefined {
  return movedInCodeCommit(event);
}

/**
 * Connects to the host that reports pushes. The pipelines of the others have triggers of their own, so the function of
 * pushes is bundled without their clients.
 */
export function reportingHosts(): Hosts<'head'> {
  const codeCommit = new CodeCommitHost();
  return () => codeCommit;
}
