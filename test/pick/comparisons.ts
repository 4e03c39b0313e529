import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, git } from './git';
import { Random } from './random';
import type { Comparison } from '../../lambda/sources/source';
import type { HostName } from '../sources/host-world';
import { HostWorld } from '../sources/host-world';

const BRANCHES = ['main', 'env/a', 'env/b'];

/** Compares branches by the API of a simulated host. */
export class Comparisons {
  public static async start(name: HostName): Promise<Comparisons> {
    return new Comparisons(await HostWorld.start(name));
  }

  private constructor(private readonly world: HostWorld) {}

  public async stop(): Promise<void> {
    await this.world.stop();
  }

  public async run({ seed, path, pairs }: ComparedHistory): Promise<Comparison[]> {
    const repositoryName = await this.world.addRepository(`seed${seed}`, path);
    const compared: Comparison[] = [];
    for (const [one, other] of pairs) compared.push(await this.world.host.compare(repositoryName, one, other));
    return compared;
  }
}

/** A random history, and what `git cherry` finds. It is for all hosts, because git takes most of the time. */
export class ComparedHistory {
  /** The heads of each pair of branches. */
  public readonly pairs: readonly (readonly [string, string])[];
  public readonly expected: readonly Comparison[];
  public readonly path: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'compare-'));

  public constructor(public readonly seed: number) {
    this.path = join(this.folder, 'repository');
    this.grow(this.path, new Random(seed));
    const heads = BRANCHES.map(branch => git(this.path, ['rev-parse', branch]));
    const others = (index: number) => heads.filter((_, at) => at !== index);
    this.pairs = heads.flatMap((one, index) => others(index).map(other => [one, other] as const));
    const missing = new Map(this.pairs.map(([one, other]) => [`${one} ${other}`, cherry(this.path, other, one)]));
    this.expected = this.pairs.map(([one, other]) => (
      { ahead: missing.get(`${one} ${other}`) ?? 0, behind: missing.get(`${other} ${one}`) ?? 0 }
    ));
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
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
    const file = join(path, name);
    const old = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [''];
    old.splice(at, random.below(2), `changed in ${step} by ${random.below(1000)}`);
    writeFileSync(file, old.join('\n'));
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
    if (status === 0) return;
    spawnSync('git', [kind, '--abort'], { cwd: path, env: environment() });
    spawnSync('git', ['reset', '-q', '--hard'], { cwd: path, env: environment() });
  }
}

/** The commits of a branch whose patch the upstream does not have. */
function cherry(path: string, upstream: string, branch: string): number {
  return git(path, ['cherry', upstream, branch]).split('\n').filter(line => line.startsWith('+')).length;
}
