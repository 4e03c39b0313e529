import { CfnParameter, Stack } from 'aws-cdk-lib';
import { CfnRepository, Repository } from 'aws-cdk-lib/aws-codecommit';
import { CfnOrganizationalUnit } from 'aws-cdk-lib/aws-organizations';
import { Account, AccountPipelineBranch, Source } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized, templateOf } from '../fixtures/assembly';

const PRECONDITIONS = 'Custom::OrgEnvironmentsPreconditions';
const shop = (branchName: string, parentName = 'main') => ({
  host: 'codecommit',
  repositoryName: 'shop',
  branchName,
  parentName,
});

function imported(): Cicd {
  return new Cicd(quickApp(), { imported: true });
}

function preconditionsOf(stack: Stack) {
  return onlyResource(synthesized(stack), PRECONDITIONS).Properties;
}

describe('the preconditions of a stack', () => {
  test('name what its accounts and branches need', () => {
    const cicd = imported();
    cicd.environment('prod', { account: cicd.account('prod', { organizationalUnit: 'Workloads/Prod' }) });
    cicd.environment('test', {
      account: cicd.account('test', { organizationalUnit: 'Workloads/Test' }),
      branch: { source: cicd.source, branchName: 'env/test', parentBranchName: 'env/prod' },
    });
    cicd.environment('dev', {
      account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }),
      branch: { source: cicd.source, branchName: 'env/dev', parentBranchName: 'develop' },
    });

    expect(preconditionsOf(cicd.stack)).toEqual({
      ServiceToken: expect.anything(),
      ServiceTimeout: '3600',
      kind: 'preconditions',
      region: 'eu-west-1',
      emails: ['prod', 'test', 'dev'].map(name => `aws+shop-${name}@example.com`),
      organizationalUnits: ['Workloads/Prod', 'Workloads/Test'],
      newBranches: [shop('env/prod'), shop('env/dev', 'develop')],
      definedBranches: [{ repositoryName: 'shop', branchName: 'env/test' }],
    });
  });

  test('come before all of its accounts, and are one resource', () => {
    const cicd = imported();
    for (const name of ['a', 'b', 'c']) cicd.environment(name);
    const template = synthesized(cicd.stack);
    const ids = Object.keys(template.Resources).filter(id => template.Resources[id].Type === PRECONDITIONS);
    expect(ids).toEqual([expect.stringMatching(/^OrgEnvironmentsPreconditions/)]);
    const accounts = resourcesOf(template, 'Custom::OrgEnvironmentsAccount');
    expect(accounts).toHaveLength(3);
    for (const { DependsOn } of accounts) expect(DependsOn).toEqual(ids);
  });

  test('are not there where no account is vended', () => {
    const cicd = imported();
    cicd.environment('dev', { account: Account.fromAccountId(cicd.stack, 'Member', '123456789012') });
    expect(resourcesOf(synthesized(cicd.stack), PRECONDITIONS)).toEqual([]);
  });

  test('of two stacks are those of each', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true });
    cicd.environment('prod');
    const other = new Cicd(app, { id: 'Other', imported: true });
    other.environment('dev', { branch: { source: other.source, branchName: 'env/dev', parentBranchName: 'env/prod' } });

    const assembly = app.synth();
    const of = (name: string) => onlyResource(templateOf(assembly, name), PRECONDITIONS).Properties;
    expect(of('Cicd')).toMatchObject({ emails: ['aws+shop-prod@example.com'], newBranches: [shop('env/prod')] });
    expect(of('Other')).toMatchObject({ emails: ['aws+shop-dev@example.com'], newBranches: [] });
  });

  test('leave out what is known only at deployment', () => {
    const cicd = imported();
    const later = (id: string) => new CfnParameter(cicd.stack, id).valueAsString;
    const repository = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Later', later('Name')));
    const account = (name: string) =>
      cicd.account(name, { email: later(`${name}-email`), organizationalUnit: later(`${name}-unit`) });
    const first = cicd.environment('a', { account: account('a'), branch: { source: repository, branchName: 'env/a' } });
    cicd.environment('b', { account: account('b'), branch: { source: cicd.source, branchName: later('Branch') } });
    // a parent that is a token would let the preconditions wait for the branch, which waits for its account
    cicd.environment('c', {
      account: account('c'),
      branch: { source: cicd.source, branchName: 'env/c', parentBranchName: first.branch.branchName },
    });
    expect(preconditionsOf(cicd.stack)).toMatchObject({ emails: [], organizationalUnits: [], newBranches: [] });
    expect(preconditionsOf(cicd.stack)).not.toHaveProperty('definedBranches');
  });

  test.each<[string, (cicd: Cicd) => Source]>([
    [
      'by the construct that is used',
      ({ stack }) => Source.codeCommit(new Repository(stack, 'New', { repositoryName: 'shop' })),
    ],
    [
      'by its name',
      ({ stack, source }) => {
        new CfnRepository(stack, 'New', { repositoryName: 'shop' });
        return source;
      },
    ],
  ])('leave out a repository that the app makes itself (%s)', (_, sourceOf) => {
    const cicd = imported();
    const source = sourceOf(cicd);
    cicd.environment('dev', { branch: { source, branchName: 'env/dev' } });
    expect(preconditionsOf(cicd.stack).newBranches).toEqual([]);
  });

  test('leave out units where the stack makes some itself', () => {
    const cicd = imported();
    new CfnOrganizationalUnit(cicd.stack, 'Unit', { name: 'Workloads', parentId: 'r-ab12' });
    cicd.account('dev', { organizationalUnit: 'Workloads' });
    expect(preconditionsOf(cicd.stack).organizationalUnits).toEqual([]);
  });

  test('also know an environment that was defined before the first account', () => {
    const cicd = imported();
    cicd.environment('first', { account: Account.fromAccountId(cicd.stack, 'Member', '123456789012') });
    const account = cicd.account('second');
    new AccountPipelineBranch(cicd.stack, 'second', {
      organization: cicd.organization,
      account,
      branch: { source: cicd.source, branchName: 'env/second' },
    });
    expect(preconditionsOf(cicd.stack).newBranches).toEqual([shop('env/first'), shop('env/second')]);
  });
});
