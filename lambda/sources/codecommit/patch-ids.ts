import type { CodeCommitClient, Commit, Difference } from '@aws-sdk/client-codecommit';
import { GetBlobCommand } from '@aws-sdk/client-codecommit';
import { structuredPatch } from 'diff';
import { Differences, pathOf } from './changes';

/** As in git: lines around a change that belong to it. */
const CONTEXT = 3;

/** Git takes a file for binary if one of its first bytes is 0. */
const SNIFFED_BYTES = 8000;

interface Patch {
  readonly differences: readonly Difference[];
  /** Which files are changed, and how: patches with different ones cannot be the same. */
  readonly outline: string;
  /** Computed when it is needed. */
  id?: string;
}

/** Compares the patches of commits as `git patch-id` does: without line numbers and white space. */
export class PatchIds {
  private readonly differences: Differences;
  private readonly texts = new Map<string, string | undefined>();

  public constructor(private readonly client: CodeCommitClient, private readonly repositoryName: string) {
    this.differences = new Differences(client, repositoryName);
  }

  /** The numbers of commits of each side whose patch the other side does not have. */
  public async unmatched(one: readonly Commit[], other: readonly Commit[]): Promise<readonly [number, number]> {
    if (one.length === 0 || other.length === 0) return [one.length, other.length];
    const patches = await this.patchesOf(one);
    const others = await this.patchesOf(other);
    const count = async (from: readonly Patch[], to: readonly Patch[]) => {
      let without = 0;
      for (const patch of from) {
        const candidates = to.filter(({ outline }) => outline === patch.outline);
        let isThere = false;
        for (const candidate of candidates) {
          isThere ||= (await this.idOf(candidate)) === (await this.idOf(patch));
        }
        if (!isThere) without += 1;
      }
      return without;
    };
    return [await count(patches, others), await count(others, patches)];
  }

  private async patchesOf(commits: readonly Commit[]): Promise<readonly Patch[]> {
    const patches: Patch[] = [];
    for (const { commitId = '', parents: [parent] = [] } of commits) {
      const differences = await this.differences.between(parent, commitId);
      const outline = differences.map(difference => `${difference.changeType} ${pathOf(difference)}`).sort().join('\n');
      patches.push({ differences, outline });
    }
    return patches;
  }

  private async idOf(patch: Patch): Promise<string> {
    if (patch.id === undefined) {
      const parts = await Promise.all(patch.differences.map(difference => this.partOf(difference)));
      patch.id = parts.sort().join('\n');
    }
    return patch.id;
  }

  private async partOf(difference: Difference): Promise<string> {
    const { beforeBlob, afterBlob } = difference;
    const [before, after] = [await this.textOf(beforeBlob?.blobId), await this.textOf(afterBlob?.blobId)];
    const title = `${pathOf(difference)} ${difference.changeType} ${beforeBlob ? '' : afterBlob?.mode ?? ''}`;
    if (before === undefined || after === undefined) return `${title} ${beforeBlob?.blobId} ${afterBlob?.blobId}`;
    const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context: CONTEXT });
    const lines = hunks.flatMap(hunk => hunk.lines).filter(line => !line.startsWith('\\'));
    return `${title} ${lines.join('').replace(/\s/g, '')}`;
  }

  /** Undefined: a binary file. */
  private async textOf(blobId: string | undefined): Promise<string | undefined> {
    if (blobId === undefined) return '';
    if (!this.texts.has(blobId)) {
      const { content } = await this.client.send(new GetBlobCommand({ repositoryName: this.repositoryName, blobId }));
      const bytes = Buffer.from(content ?? []);
      const isBinary = bytes.subarray(0, SNIFFED_BYTES).includes(0);
      this.texts.set(blobId, isBinary ? undefined : bytes.toString('utf8'));
    }
    return this.texts.get(blobId);
  }
}
