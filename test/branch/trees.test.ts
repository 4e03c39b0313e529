import * as fc from 'fast-check';
import { change, finishDelete, make, ownerOf, request, world } from './lifecycle-world';
import type { BranchRequest } from '../../src/branch/contract';
import { Killed } from '../shared/fate';

const letter = fc.constantFrom('a', 'b', 'c');
const step = fc.record({
  environment: fc.integer({ min: 0, max: 4 }),
  action: fc.constantFrom('change', 'change', 'remove', 'push', 'hand' as const),
  letter,
  parent: fc.integer({ min: 0, max: 9 }),
  removal: fc.constantFrom('keep' as const, 'archive' as const),
  death: fc.option(fc.record({
    n: fc.integer({ min: 1, max: 20 }), when: fc.constantFrom('before' as const, 'after' as const),
  })),
  pushesLate: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Tree {
  public readonly world = world();
  private readonly live = new Map<string, BranchRequest>();

  public async take(one: Step): Promise<void> {
    const { repositories } = this.world;
    const { names } = repositories;
    if (one.action === 'push') {
      repositories.push(names[one.parent % names.length], {}, 'pushed');
      return;
    }
    const environmentName = `e${one.environment}`;
    const before = this.live.get(environmentName);
    const wanted: BranchRequest = {
      ...request,
      environmentName,
      branchName: `env/${environmentName}-${one.letter}`,
      parentName: [...names, 'main'][one.parent % (names.length + 1)],
      removal: one.removal,
    };
    // a developer makes the branch
    if (one.action === 'hand' && !names.includes(wanted.branchName)) repositories.fork(wanted.branchName, 'main');
    // no host can delete a branch only at an expected commit, so both together would lose a commit
    let late = one.pushesLate && !one.death;
    repositories.beforeDeletion = () => {
      const [name] = repositories.names.filter(other => other.startsWith('env/'));
      if (late && name !== undefined) repositories.push(name, {}, 'late');
      late = false;
    };
    // without a death, an earlier one that was not reached is forgotten
    this.world.fate.dieAt(one.death?.n ?? Infinity, one.death?.when ?? 'before');
    if (one.action === 'remove' && before) await this.remove(environmentName, before);
    else await this.change(environmentName, wanted, before);
  }

  /** As CloudFormation does: a change that fails is rolled back. */
  private async change(name: string, wanted: BranchRequest, before: BranchRequest | undefined): Promise<void> {
    const { lifecycle } = this.world;
    const of = ownerOf(name);
    try {
      await this.again(async () => before ? change(lifecycle, wanted, before, of) : make(lifecycle, wanted, of));
      this.live.set(name, wanted);
    } catch {
      if (before) await this.again(async () => change(lifecycle, before, wanted, of)).catch(() => {});
      else await this.remove(name, wanted);
    }
  }

  private async remove(name: string, before: BranchRequest): Promise<void> {
    const { lifecycle } = this.world;
    const of = ownerOf(name);
    await this.again(async () => {
      await lifecycle.requestDelete(of, before);
      await finishDelete(lifecycle, before, of);
    }).then(() => this.live.delete(name), () => {});
  }

  private async again(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Killed) || !this.world.fate.revive()) throw error;
      await act();
    }
  }
}

test('no commit is lost when branches are changed, renamed, removed, pushed to, and functions die', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
    const tree = new Tree();
    for (const one of steps) {
      await tree.take(one);
      expect(tree.world.repositories.lost()).toEqual([]);
    }
  });
  // a failure prints its seed
  await fc.assert(property, { numRuns: 150 });
}, 60_000);
