import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, git } from './git';
import { Random } from './random';
import type { Comparison } from '../../lambda/sources/source';
import type { HostName } from '../sources/host-world';
import { HostWorld } from '../sources/host-world';

const BRANCHES = ['main', 'env/a', 'env/b'];

/** Compares branches by the API of a simulated host, and by `git cherry`. */
export class Comparisons {
  public static async start(name: HostName): Promise<Comparisons> {
    return new Comparisons(await HostWorld.start(name));
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'compare-'));

  private constructor(private readonly world: HostWorld) {}

  public async stop(): Promise<void> {
    await this.world.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Returns the numbers of both for each pair of branches. */
  public async run(seed: number): Promise<Readonly<Record<'git' | 'api', readonly Comparison[]>>> {
    const random = new Random(seed);
    const path = join(this.folder, `seed${seed}`);
    this.grow(path, random);
    const repositoryName = await this.world.addRepository(`seed${seed}`, path);
    const pairs = BRANCHES.flatMap(one => BRANCHES.filter(other => other !== one).map(other => [one, other] as const));
    const expected = pairs.map(([one, other]) => (
      { ahead: cherry(path, other, one), behind: cherry(path, one, other) }
    ));
    const actual: Comparison[] = [];
    for (const [one, other] of pairs) {
      actual.push(await this.world.host.compare(
        repositoryName, git(path, ['rev-parse', one]), git(path, ['rev-parse', other]),
      ));
    }
    rmSync(path, { recursive: true });
    return { git: expected, api: actual };
  }

  /** Three branches with commits of their own, picked commits and merges. */
  private grow(path: string, random: Random): void {
    git(this.folder, ['init', '-q', '-b', 'main', path]);
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(path, name), `${lines.join('\n')}\n`);
    this.commit(path, 'first');
    for (const branch of BRANCHES.slice(1)) git(path, ['branch', branch]);
    for (let step = 0; step < 8; step++) {
      const branch = random.pick(BRANCHES);
      const other = random.pick(BRANCHES.filter(name => name !== branch));
      git(path, ['checkout', '-q', branch]);
      const choice = random.below(10);
      if (choice < 6) this.edit(path, random, step);
      else if (choice < 9) this.attempt(path, ['cherry-pick', '-x', other], 'cherry-pick');
      else this.attempt(path, ['merge', '-q', '--no-edit', other], 'merge');
    }
  }

  private edit(path: string, random: Random, step: number): void {
    const name = random.pick(['a.txt', 'b.txt', `new${random.below(3)}.txt`]);
    const at = 1 + random.below(60);
    const old = spawnSync('cat', [join(path, name)]).stdout.toString().split('\n');
    old.splice(at, random.below(2), `changed in ${step} by ${random.below(1000)}`);
    writeFileSync(join(path, name), old.join('\n'));
    this.commit(path, `edit ${step}`);
  }

  private commit(path: string, message: string): void {
    git(path, ['add', '-A']);
    spawnSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', message], {
      cwd: path, env: environment(),
    });
  }

  private attempt(path: string, argument: readonly string[], kind: string): void {
    const { status } = spawnSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@example.com', ...argument], {
      cwd: path, env: environment(),
    });
    if (status !== 0) spawnSync('git', [kind, '--abort'], { cwd: path, env: environment() });
    spawnSync('git', ['reset', '-q', '--hard'], { cwd: path, env: environment() });
  }
}

/** The commits of a branch whose patch the upstream does not have. */
function cherry(path: string, upstream: string, branch: string): number {
  return git(path, ['cherry', upstream, branch]).split('\n').filter(line => line.startsWith('+')).length;
}
