import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Source, SourceRepository } from '../../src';
import { Cicd, CONNECTION_ARN, quickApp } from '../fixtures/app';
import { onlyResource, synthesized } from '../fixtures/assembly';

const TYPE = 'Custom::OrgEnvironmentsRepository';

function codeCommit(cicd: Cicd, name: string): Source {
  return Source.codeCommit(Repository.fromRepositoryName(cicd.stack, name, name));
}

function shopOf(cicd: Cicd, source = codeCommit(cicd, 'shop')): SourceRepository {
  return new SourceRepository(cicd.stack, 'Shop', {
    organization: cicd.organization, source, template: codeCommit(cicd, 'template'),
  });
}

test('the request has the repository and its template', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  shopOf(cicd, cicd.gitHub());
  expect(onlyResource(synthesized(cicd.stack), TYPE).Properties).toMatchObject({
    host: 'github',
    repositoryName: 'acme/shop',
    connectionArn: CONNECTION_ARN,
    template: { host: 'codecommit', repositoryName: 'template' },
  });
});

test('accounts, branches and pipelines wait for the repository', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const { source } = shopOf(cicd);
  cicd.environment('dev', { branch: { source, branchName: 'env/dev' } });
  const { Resources } = synthesized(cicd.stack);
  const [id] = Object.keys(Resources).filter(name => Resources[name].Type === TYPE);
  for (const type of ['Account', 'Branch', 'Pipeline']) {
    const found = Object.values(Resources).filter(({ Type }) => Type === `Custom::OrgEnvironments${type}`);
    expect(found.map(({ DependsOn }) => DependsOn)).toEqual([expect.arrayContaining([id])]);
  }
});

test('branches are not checked before the repository exists', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev', { branch: { source: shopOf(cicd).source, branchName: 'env/dev' } });
  const { Properties } = onlyResource(synthesized(cicd.stack), 'Custom::OrgEnvironmentsPreconditions');
  expect(Properties.newBranches).toEqual([]);
});

test('the connection of a new repository is checked before accounts are created', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev', { branch: { source: shopOf(cicd, cicd.gitHub()).source, branchName: 'env/dev' } });
  const { Properties } = onlyResource(synthesized(cicd.stack), 'Custom::OrgEnvironmentsPreconditions');
  expect(Properties.newBranches).toMatchObject([
    { host: 'github', repositoryName: 'acme/shop', connectionArn: CONNECTION_ARN, check: 'connection' },
  ]);
});

test('an account of another stack does not wait, because its stack may be deployed first', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const { account: id, region } = cicd.stack;
  const other = new Cicd(cicd.stack.node.root as Stack, { id: 'Other', imported: true, env: { account: id, region } });
  cicd.environment('dev', {
    account: other.account('dev'), branch: { source: shopOf(cicd).source, branchName: 'env/dev' },
  });
  expect(onlyResource(synthesized(other.stack), 'Custom::OrgEnvironmentsAccount').DependsOn ?? []).not.toContainEqual(
    expect.stringMatching(/^Shop/),
  );
});

test('a repository cannot be its own template', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  expect(() => shopOf(cicd, codeCommit(cicd, 'template2'))).not.toThrow();
  const template = codeCommit(cicd, 'other');
  const { organization } = cicd;
  expect(() => new SourceRepository(cicd.stack, 'Same', { organization, source: template, template })).toThrow(
    "[Cicd/Same] the template must be another repository, got 'other' twice",
  );
});

test('two constructs cannot create the same repository', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const [source, template] = [codeCommit(cicd, 'shop'), codeCommit(cicd, 'template')];
  new SourceRepository(cicd.stack, 'One', { organization: cicd.organization, source, template });
  expect(() => new SourceRepository(cicd.stack, 'Two', { organization: cicd.organization, source, template })).toThrow(
    "[Cicd/Two] the repository 'shop' is already used by 'Cicd/One': create it once, and use its source for all "
      + 'environments',
  );
});

test('a removal policy is rejected', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  expect(() => shopOf(cicd).applyRemovalPolicy(RemovalPolicy.DESTROY)).toThrow(
    "[Cicd/Shop] the removal policy 'destroy' cannot be applied: repositories are always kept",
  );
});
