import type { CodeCommitClient, Commit } from '@aws-sdk/client-codecommit';
import { BatchGetCommitsCommand } from '@aws-sdk/client-codecommit';
import { PatchIds } from './patch-ids';
import type { Comparison } from '../source';

/** Commits of one call. https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchGetCommits.html */
const BATCH = 100;

/** Commits of one comparison: beyond them, the numbers are minimums. */
const MAX_COMMITS = 1000;

/** Common commits that are visited further, because the clocks of those who commit differ. */
const SLOP = 30;

interface Visited {
  readonly commit: Commit;
  isInHead: boolean;
  isInOther: boolean;
}

/** Counts the commits of a branch that another one lacks, by their patches as `git cherry` does. */
export class CommitComparison {
  private readonly visited = new Map<string, Visited>();
  private readonly fetched = new Map<string, Commit>();

  public constructor(private readonly client: CodeCommitClient, private readonly repositoryName: string) {}

  public async compare(head: string, other: string): Promise<Comparison> {
    if (head === other) return { ahead: 0, behind: 0 };
    const isComplete = await this.visit(head, other);
    const all = [...this.visited.values()].filter(({ commit }) => (commit.parents ?? []).length < 2);
    const ahead = all.filter(({ isInHead, isInOther }) => isInHead && !isInOther).map(({ commit }) => commit);
    const behind = all.filter(({ isInHead, isInOther }) => isInOther && !isInHead).map(({ commit }) => commit);
    const ids = new PatchIds(this.client, this.repositoryName);
    const [withoutMatch, otherWithoutMatch] = await ids.unmatched(ahead, behind);
    return { ahead: withoutMatch, behind: otherWithoutMatch, ...!isComplete && { isMinimum: true } };
  }

  /** Visits the commits of both sides, the newest first, until only common ones are left. */
  private async visit(head: string, other: string): Promise<boolean> {
    const queue = new Map<string, { isInHead: boolean; isInOther: boolean }>([
      [head, { isInHead: true, isInOther: false }], [other, { isInHead: false, isInOther: true }],
    ]);
    let slop = SLOP;
    while (queue.size > 0 && slop > 0) {
      if (this.fetched.size > MAX_COMMITS) return false;
      await this.fetch([...queue.keys()]);
      const [id = '', flags = { isInHead: false, isInOther: false }] = [...queue].reduce(
        (newest, next) => (this.timeOf(next[0]) > this.timeOf(newest[0]) ? next : newest),
      );
      queue.delete(id);
      const commit = this.fetched.get(id) ?? {};
      const known = this.visited.get(id);
      const isInHead = flags.isInHead || known?.isInHead === true;
      const isInOther = flags.isInOther || known?.isInOther === true;
      if (known?.isInHead === isInHead && known.isInOther === isInOther) continue;
      this.visited.set(id, { commit, isInHead, isInOther });
      for (const parent of commit.parents ?? []) {
        const before = queue.get(parent);
        queue.set(parent, {
          isInHead: isInHead || before?.isInHead === true, isInOther: isInOther || before?.isInOther === true,
        });
      }
      const isCommon = [...queue.values()].every(one => one.isInHead && one.isInOther);
      slop = isCommon ? slop - 1 : SLOP;
    }
    return true;
  }

  private timeOf(id: string): number {
    return Number(this.fetched.get(id)?.committer?.date?.split(' ')[0] ?? 0);
  }

  private async fetch(ids: readonly string[]): Promise<void> {
    const missing = ids.filter(id => !this.fetched.has(id));
    for (let start = 0; start < missing.length; start += BATCH) {
      const { commits = [] } = await this.client.send(new BatchGetCommitsCommand({
        repositoryName: this.repositoryName, commitIds: missing.slice(start, start + BATCH),
      }));
      for (const commit of commits) if (commit.commitId !== undefined) this.fetched.set(commit.commitId, commit);
    }
  }
}
