import { Construct, RootConstruct } from 'constructs';
import * as fc from 'fast-check';
import { BranchTree } from '../../src/private/branch-tree';

interface Planned { readonly name: string; readonly parent: string }

/** Each branch comes from `main` or from an earlier one; then they are shuffled. */
const shuffledTree = fc.array(fc.nat(), { minLength: 1, maxLength: 12 }).chain(choices => {
  const planned = choices.map((choice, index): Planned => {
    const parent = choice % (index + 1);
    return { name: `b${index}`, parent: parent === index ? 'main' : `b${parent}` };
  });
  return fc.shuffledSubarray(planned, { minLength: planned.length });
});

test('every branch depends on its parent alone, in whatever order a tree is defined', () => {
  fc.assert(fc.property(shuffledTree, planned => {
    const root = new RootConstruct();
    for (const { name, parent } of planned) BranchTree.of(root).add(new Construct(root, name), 'shop', name, parent);
    for (const { name, parent } of planned) {
      expect(
        root.node.findChild(name).node.dependencies.map(({ node }) => node.id),
      ).toEqual(parent === 'main' ? [] : [parent]);
    }
  }));
});

test('a circle is found by the branch that closes it, wherever in a tree it is', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(7), (length, first) => {
    const root = new RootConstruct();
    const names = Array.from({ length }, (_, index) => `b${index}`);
    const define = (index: number) => {
      const name = names[(index + first) % length];
      BranchTree.of(root).add(new Construct(root, name), 'shop', name, names[(index + first + 1) % length]);
    };
    for (let index = 0; index < length - 1; index++) define(index);
    expect(() => define(length - 1)).toThrow('the parent branches form a circle');
  }));
});

test('branches of one name in two repositories have nothing to do with each other', () => {
  const root = new RootConstruct();
  BranchTree.of(root).add(new Construct(root, 'One'), 'shop', 'a', 'b');
  expect(() => BranchTree.of(root).add(new Construct(root, 'Two'), 'warehouse', 'b', 'a')).not.toThrow();
  expect(root.node.findChild('One').node.dependencies).toEqual([]);
});

test.each([
  ['env/prod', 'env/prod/hotfix', 'main'],
  ['env/prod/hotfix', 'env/prod', 'main'],
  ['env/test', 'main/hotfix', 'main'],
  ['main/fix', 'env/test', 'main'],
])('rejects branch %s beside branch %s from %s, because git cannot have both', (first, second, parent) => {
  const root = new RootConstruct();
  BranchTree.of(root).add(new Construct(root, 'First'), 'shop', first, 'develop');
  expect(() => BranchTree.of(root).add(new Construct(root, 'Second'), 'shop', second, parent)).toThrow(
    /^\[Second\] a repository cannot have the branches '.*' and '.*' at the same time/,
  );
});

test('accepts branches whose names only begin alike, and nested names in two repositories', () => {
  const root = new RootConstruct();
  BranchTree.of(root).add(new Construct(root, 'One'), 'shop', 'env/prod', 'main');
  BranchTree.of(root).add(new Construct(root, 'Two'), 'shop', 'env/prod-eu', 'main');
  BranchTree.of(root).add(new Construct(root, 'Three'), 'warehouse', 'env/prod/hotfix', 'main');
  expect(root.node.children).toHaveLength(3);
});
