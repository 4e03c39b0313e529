import type {
  CodeCommitClient, DeleteFileEntry, Difference, FileModeTypeEnum, PutFileEntry,
} from '@aws-sdk/client-codecommit';
import { GetBlobCommand, GetDifferencesCommand } from '@aws-sdk/client-codecommit';
import { isNamed } from '../../shared/errors';

/** Author of the commits of this library. */
export const COMMITTER = { authorName: 'org-environments', email: 'org-environments@noreply.invalid' };

/** https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html */
const MAX_FILES = 100;
/** 7 MB, the names included. */
const MAX_BYTES = 6_500_000;

const MODES: Readonly<Record<string, FileModeTypeEnum>> = {
  100644: 'NORMAL', 100755: 'EXECUTABLE', 120000: 'SYMLINK',
};

/** Files of one commit. */
export interface Changes {
  readonly putFiles: readonly PutFileEntry[];
  readonly deleteFiles: readonly DeleteFileEntry[];
}

/** Reads what differs between commits, as changes that commits can contain. */
export class Differences {
  public constructor(private readonly client: CodeCommitClient, private readonly repositoryName: string) {}

  /** The files that differ between two commits. @param before undefined: no file */
  public async between(before: string | undefined, after: string): Promise<readonly Difference[]> {
    if (before === after) return [];
    const all: Difference[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new GetDifferencesCommand({
        repositoryName: this.repositoryName,
        ...before !== undefined && { beforeCommitSpecifier: before },
        afterCommitSpecifier: after,
        ...NextToken !== undefined && { NextToken },
      }));
      all.push(...page.differences ?? []);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return all;
  }

  /**
   * Splits differences into changes that a commit can contain each, deletions first, because a folder may take the
   * place of a file.
   *
   * @returns the paths that no commit can contain, besides
   */
  public async changes(
    differences: readonly Difference[],
  ): Promise<{ readonly commits: readonly Changes[]; readonly impossible: readonly string[] }> {
    const deleted = differences.flatMap(({ beforeBlob, afterBlob }) => afterBlob ? [] : [pathOf({ beforeBlob })]);
    const commits: Changes[] = [];
    for (let start = 0; start < deleted.length; start += MAX_FILES) {
      const deleteFiles = deleted.slice(start, start + MAX_FILES).map(filePath => ({ filePath }));
      commits.push({ putFiles: [], deleteFiles });
    }
    const impossible: string[] = [];
    let putFiles: PutFileEntry[] = [];
    let bytes = 0;
    for (const difference of differences.filter(({ afterBlob }) => afterBlob)) {
      const file = await this.fileOf(difference);
      if (!file) {
        impossible.push(pathOf(difference));
        continue;
      }
      const size = (file.fileContent?.length ?? 0) + (file.filePath?.length ?? 0);
      if (putFiles.length === MAX_FILES || (bytes + size > MAX_BYTES && putFiles.length > 0)) {
        commits.push({ putFiles, deleteFiles: [] });
        putFiles = [];
        bytes = 0;
      }
      putFiles.push(file);
      bytes += size;
    }
    if (putFiles.length > 0) commits.push({ putFiles, deleteFiles: [] });
    return { commits, impossible };
  }

  /** Undefined: the API writes no empty files, no submodules and no large files. */
  private async fileOf({ afterBlob }: Difference): Promise<PutFileEntry | undefined> {
    const { path: filePath, blobId, mode = '' } = afterBlob ?? {};
    const fileMode = MODES[mode];
    if (!fileMode) return undefined;
    try {
      const { content } = await this.client.send(new GetBlobCommand({ repositoryName: this.repositoryName, blobId }));
      if (!content || content.length === 0 || content.length > MAX_BYTES) return undefined;
      return { filePath, fileContent: content, fileMode };
    } catch (error) {
      if (isNamed(error, 'FileTooLargeException')) return undefined;
      throw error;
    }
  }
}

/** The path of a file that differs; without detection of renames, it is the same in both commits. */
export function pathOf({ beforeBlob, afterBlob }: Difference): string {
  return afterBlob?.path ?? beforeBlob?.path ?? '';
}
