import type { AccountRequest } from '../../src/account/contract';
import type { AccountStackRequest } from '../../src/account-stack/contract';
import type { BranchRequest } from '../../src/branch/contract';
import type { Wire } from '../../src/private/contract';
import { NAMES } from '../../src/private/contract';

/** Compiles only if T survives CloudFormation. */
function wire<T>(value: Wire<T>): Wire<T> {
  return value;
}

interface Fine {
  readonly choice: 'adopt' | 'fail';
  readonly text?: string;
  readonly list: readonly string[];
  readonly map: { readonly [key: string]: string };
  readonly nested?: { readonly text: string };
}

test('text, lists and maps of text survive CloudFormation', () => {
  expect(wire<Fine>({ choice: 'adopt', list: ['a'], map: { a: 'b' }, nested: { text: 'a' } })).toBeDefined();
});

test('what would arrive as text does not compile', () => {
  // @ts-expect-error a boolean arrives as 'true'
  wire<{ readonly adopt: boolean }>({ adopt: true });
  // @ts-expect-error a number arrives as '5'
  wire<{ readonly count: number }>({ count: 5 });
  // @ts-expect-error also when it may be absent
  wire<{ readonly count?: number }>({ count: 5 });
  // @ts-expect-error also deep inside
  wire<{ readonly nested: { readonly adopt: boolean } }>({ nested: { adopt: true } });
  // @ts-expect-error also in a list
  wire<{ readonly counts: readonly number[] }>({ counts: [5] });
  expect.assertions(0);
});

test('every contract is made of what survives', () => {
  const branch = wire<BranchRequest>({ repositoryName: '', branchName: '', parentName: '', environmentName: '', accountId: '', region: '' });
  const stack: keyof Wire<AccountStackRequest> = 'templateKey';
  const account: keyof Wire<AccountRequest> = 'templates';
  expect([Object.keys(branch).length, stack, account]).toEqual([6, 'templateKey', 'templates']);
});

test('the roles of pipelines begin with the prefix by which policies know them', () => {
  for (const name of [NAMES.pipelineRole, NAMES.startRole, NAMES.operateRole]) {
    expect(name.startsWith(NAMES.pipelineRolePrefix)).toBe(true);
    expect(name.length).toBeLessThanOrEqual(64);
  }
});
