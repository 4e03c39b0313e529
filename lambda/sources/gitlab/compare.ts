import type { GitLabClient } from './repository';
import type { ComparedCommits, MissingCommits } from '../patches';
import { MAX_COMMITS } from '../patches';

const PAGE = 100;

/** Compares the commits of one project. */
export class GitLabComparison implements ComparedCommits {
  public constructor(
    private readonly client: GitLabClient,
    private readonly repositoryName: string,
  ) {}

  /** https://docs.gitlab.com/api/commits/#list-repository-commits: `ref_name` may be a range */
  public async missing(otherId: string, commitId: string): Promise<MissingCommits> {
    const commits = await this.client.commits.all(this.repositoryName, {
      refName: `${otherId}..${commitId}`, perPage: PAGE, maxPages: MAX_COMMITS / PAGE,
    });
    const commitIds = commits.filter(({ parent_ids: parents = [] }) => parents.length < 2).map(({ id }) => id);
    return { commitIds, ...commits.length >= MAX_COMMITS && { isMinimum: true } };
  }

  public async patch(commitId: string): Promise<string | undefined> {
    const files = await this.client.commits.showDiff(this.repositoryName, commitId, { perPage: PAGE });
    const texts = files.map(textOf);
    return texts.includes(undefined) ? undefined : texts.join('');
  }
}

/** A file in a difference. */
interface FileDifference {
  readonly old_path: string;
  readonly new_path: string;
  readonly a_mode?: string;
  readonly b_mode: string;
  readonly new_file: boolean;
  readonly deleted_file: boolean;
  readonly renamed_file: boolean;
  readonly diff: string;
  readonly collapsed?: unknown;
  readonly too_large?: unknown;
}

/** Undefined: GitLab shows no large changes, and nothing of binary files. */
function textOf(file: FileDifference): string | undefined {
  const { old_path: before, new_path: after, diff } = file;
  const isHidden = file.too_large === true || file.collapsed === true || /^Binary files /m.test(diff);
  if (isHidden) return undefined;
  const mode = file.new_file ? `new file mode ${file.b_mode}\n`
    : file.deleted_file ? `deleted file mode ${file.a_mode ?? ''}\n` : '';
  return `diff --git a/${before} b/${after}\n${mode}${diff}`;
}
