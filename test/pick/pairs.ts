import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { environment, git } from './git';
import { fastImport, randomHistory } from './histories';
import { Random } from './random';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import { MergeConflictError } from '../../lambda/sources/source';
import { CICD, REGION, World } from '../rehearsal/services/world';

const TEMPORARY = 'org-environments/temporary';

/** What a pick ends with: the tree of the new commit, that of the branch if there is no change, or conflicts. */
export type Outcome =
  | { readonly tree: string; readonly author: string; readonly isEmpty: boolean }
  | { readonly conflicts: readonly string[] };

/** Picks by the API of a simulated CodeCommit, and by git. */
export class Pairs {
  public static async start(): Promise<Pairs> {
    const world = await World.start();
    return new Pairs(world, new CodeCommitHost(new CodeCommitClient(world.as(CICD))));
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'pick-'));

  private constructor(private readonly world: World, private readonly host: CodeCommitHost) {}

  public async stop(): Promise<void> {
    await this.world.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Returns the outcomes of both, and the branches that the API has left. */
  public async run(seed: number): Promise<{ readonly git: Outcome; readonly api: Outcome; readonly left: string[] }> {
    const random = new Random(seed);
    const history = randomHistory(random);
    const path = join(this.folder, `seed${seed}`);
    git(this.folder, ['init', '-q', '-b', 'none', path]);
    git(path, ['fast-import', '--quiet', '--force', '--date-format=raw'], fastImport(history));
    // any commit with a parent, from the other branch or from the history of both
    const source = random.chance(0.9) ? 'env/test' : 'env/prod';
    const commitsOf = (branch: string): string => git(path, ['rev-list', '--min-parents=1', branch]);
    const from = (commitsOf(source) || commitsOf('env/test')).split('\n');
    const [commitId, target] = [random.pick(from), random.pick(['env/prod', 'env/prod', 'main'])];
    const expected = byGit(path, commitId, target);
    const repositoryName = `seed${seed}`;
    await this.world.codecommit.seed(CICD, REGION, repositoryName, path);
    const bare = this.world.codecommit.path(CICD, REGION, repositoryName) ?? '';
    const before = branchesOf(bare);
    const actual = await this.byApi(repositoryName, bare, commitId, target);
    const left = branchesOf(bare).filter(name => !before.includes(name));
    rmSync(path, { recursive: true });
    return { git: expected, api: actual, left };
  }

  private async byApi(repositoryName: string, bare: string, commitId: string, target: string): Promise<Outcome> {
    const commit = await this.host.commit(repositoryName, commitId);
    if (!commit) throw new Error(`there is no commit ${commitId}`);
    const parentCommitId = git(bare, ['rev-parse', target]);
    try {
      const picked = await this.host.pick({
        repositoryName,
        branchName: target,
        parentCommitId,
        commit,
        message: commit.message,
        temporaryBranch: TEMPORARY,
      });
      return outcomeOf(bare, picked ?? parentCommitId, picked === undefined);
    } catch (error) {
      if (error instanceof MergeConflictError) return { conflicts: [...error.files].sort() };
      throw error;
    }
  }
}

function byGit(path: string, commitId: string, target: string): Outcome {
  git(path, ['checkout', '-q', '--detach', target]);
  const { status, stderr } = spawnSync('git', ['cherry-pick', commitId], { cwd: path, env: environment() });
  if (status === 0) return outcomeOf(path, 'HEAD', false);
  const unmerged = git(path, ['diff', '--name-only', '--diff-filter=U', '-z']).split('\0').filter(name => name !== '');
  // a file in whose place the other side has a folder gets the name of its side
  const conflicts = unmerged.map(name => name.replace(/~(HEAD|[0-9a-f]+ \([^)]*\))(_\d+)?$/, ''));
  if (conflicts.length > 0) return { conflicts: [...new Set(conflicts)].sort() };
  const isClean = git(path, ['status', '--porcelain']) === '';
  if (!isClean) throw new Error(`git cherry-pick has failed: ${String(stderr)}`);
  return outcomeOf(path, 'HEAD', true);
}

function outcomeOf(path: string, commit: string, isEmpty: boolean): Outcome {
  const [tree = '', author = ''] = git(path, ['show', '-s', '--format=%T%n%an <%ae>', commit]).split('\n');
  return { tree, author: isEmpty ? '' : author, isEmpty };
}

function branchesOf(path: string): string[] {
  return git(path, ['for-each-ref', '--format=%(refname)', 'refs/heads']).split('\n');
}
