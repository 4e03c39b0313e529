import { spawnSync } from 'node:child_process';
import { CfnParameter } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import type { BranchProps } from '../../src';
import { Branch, Source } from '../../src';
import { Cicd, quickApp, SERVICE_TOKEN } from '../fixtures/app';
import { onlyResource, synthesized } from '../fixtures/assembly';

const BRANCH = 'Custom::OrgEnvironmentsBranch';

class Branches extends Cicd {
  private readonly member = this.account('member', { email: `${this.stack.stackName}@example.com` });

  public branch(id: string, props: Partial<BranchProps> = {}): Branch {
    return new Branch(this.stack, id, {
      organization: this.organization,
      account: this.member,
      source: this.source,
      branchName: `env/${id}`,
      environmentName: id,
      ...props,
    });
  }
}

const branches = () => new Branches(quickApp(), { imported: true });

describe('a branch', () => {
  test("is requested with the parent branch 'main' and the content of environment.json", () => {
    const cicd = branches();
    const branch = cicd.branch('dev');

    Template.fromStack(cicd.stack).hasResourceProperties(BRANCH, {
      ServiceToken: SERVICE_TOKEN,
      host: 'codecommit',
      repositoryName: 'shop',
      branchName: 'env/dev',
      parentName: 'main',
      environmentName: 'dev',
      region: 'eu-west-1',
      accountId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^member'), 'accountId'] },
    });
    expect(branch.parentBranchName).toBe('main');
    expect(cicd.stack.resolve([branch.branchName, branch.branchCommitId])).toEqual([
      {
        'Fn::GetAtt': [expect.stringMatching(/^dev/), 'branchName'],
      }, { 'Fn::GetAtt': [expect.stringMatching(/^dev/), 'commitId'] },
    ]);
  });

  test('comes from another branch', () => {
    const cicd = branches();
    cicd.branch('dev', { parentBranchName: 'release/2' });
    expect(onlyResource(synthesized(cicd.stack), BRANCH).Properties)
      .toMatchObject({ branchName: 'env/dev', parentName: 'release/2' });
  });

  test('that exists is used as it is', () => {
    const { stack, source } = branches();
    const branch = Branch.fromBranchAttributes(stack, 'Existing', { source, branchName: 'main' });
    expect(branch).toMatchObject({ branchName: 'main', source });
    Template.fromStack(stack).resourceCountIs(BRANCH, 0);
  });

  test('is created after its parent, in whatever order they are defined', () => {
    const cicd = branches();
    cicd.branch('dev', { parentBranchName: 'env/test' });
    cicd.branch('prod');
    cicd.branch('test', { parentBranchName: 'env/prod' });

    const { Resources } = synthesized(cicd.stack);
    const idOf = (name: string) => Object.keys(Resources).find(
      id => Resources[id].Properties.branchName === name,
    ) ?? '';
    const parentsOf = (name: string) => (Resources[idOf(name)].DependsOn ?? []).filter(
      id => Resources[id].Type === BRANCH,
    );
    expect(parentsOf('env/prod')).toEqual([]);
    expect(parentsOf('env/test')).toEqual([idOf('env/prod')]);
    expect(parentsOf('env/dev')).toEqual([idOf('env/test')]);
  });

  test('is created after its parent in another stack', () => {
    const app = quickApp();
    new Branches(app, { imported: true }).branch('prod');
    new Branches(app, { id: 'Other', imported: true }).branch('dev', { parentBranchName: 'env/prod' });
    expect(app.synth().getStackByName('Other').dependencies.map(({ id }) => id)).toContain('Cicd');
  });

  test('may have the name of a branch of another repository', () => {
    const cicd = branches();
    cicd.branch('dev');
    const source = Source.codeCommit(Repository.fromRepositoryName(cicd.stack, 'Second', 'warehouse'));
    expect(() => cicd.branch('second', { source, branchName: 'env/dev' })).not.toThrow();
  });
});

describe('a branch stops at synth', () => {
  const characters = "have no spaces, no control characters and none of '~^:?*[\\'";
  const malformed: readonly (readonly [string, string])[] = [
    ['', 'have 1 to 256 characters'],
    ['a'.repeat(257), 'have 1 to 256 characters'],
    ...[' ', 'env dev', 'dev~1', 'dev^', 'dev:x', 'dev?', 'dev*', 'dev[1]', 'dev\\x', 'dev\n', 'dev\x7f'].map(
      name => [name, characters] as const,
    ),
    ['/dev', "have no slash at its ends, and no '//'"],
    ['dev/', "have no slash at its ends, and no '//'"],
    ['env//dev', "have no slash at its ends, and no '//'"],
    ['env/.dev', "have no part that begins with '.'"],
    ['env/..', "have no part that begins with '.'"],
    ['dev.lock', "have no part that ends with '.lock'"],
    ['a.lock/b', "have no part that ends with '.lock'"],
    ['a..b', "have no '..', no '@{' and no '.' at its end"],
    ['dev.', "have no '..', no '@{' and no '.' at its end"],
    ['dev@{1}', "have no '..', no '@{' and no '.' at its end"],
    ['-dev', "not begin with '-'"],
    ['@', "not be '@' or 'HEAD', which git resolves itself"],
    ['HEAD', "not be '@' or 'HEAD', which git resolves itself"],
    ['0123456789abcdef0123456789abcdef01234567', 'not look like a commit id, which are 40 hexadecimal digits'],
    ['env/#{x.y}', "not have '#{', which begins a variable in CodePipeline"],
  ];

  test.each(malformed)('when its name is %j', (branchName, rule) => {
    expect(() => branches().branch('dev', { branchName })).toThrow(
      `[Cicd/dev] the branch name must ${rule}, got '${branchName}'`,
    );
  });

  test.each(malformed)('when it comes from %j', (from, rule) => {
    expect(() => branches().branch('dev', { parentBranchName: from })).toThrow(
      `[Cicd/dev] the branch name must ${rule}, got '${from}'`,
    );
  });

  const fine = [
    'a', 'env/test1', 'feature/JIRA-12_x', 'release/1.2.3', 'a'.repeat(256), 'v1+2', 'locks/a.locked', 'döv', '$(dev)',
    "env/o'dev", 'env/"dev"', 'env/🚀', 'a'.repeat(200), '0123456789abcdef0123456789abcdef0123456', 'env/`x`;&|<>',
  ];
  test.each(fine)('but not when its name is %j', branchName => {
    expect(() => branches().branch('dev', { branchName })).not.toThrow();
  });

  test('exactly when git refuses the name', () => {
    // the limit of 256 characters, commit ids and variables are rules of AWS;
    // git takes '@' for the current branch, and does not reject it
    const ofAws = ['@', 'a'.repeat(257), '0123456789abcdef0123456789abcdef01234567', 'env/#{x.y}'];
    const accepts = (name: string) => spawnSync('git', ['check-ref-format', '--branch', name]).status === 0;
    expect(malformed.map(([name]) => name).filter(accepts).sort()).toEqual(ofAws.sort());
    expect(fine.filter(name => !accepts(name))).toEqual([]);
  });

  test('when its start point is no name of a commit, tag or branch', () => {
    expect(() => branches().branch('dev', { startPoint: 'v 1' })).toThrow(
      `[Cicd/dev] the start point must ${characters}, got 'v 1'`,
    );
    const commitId = '0123456789abcdef0123456789abcdef01234567';
    expect(() => branches().branch('dev', { startPoint: commitId })).not.toThrow();
    expect(() => branches().branch('test', { startPoint: 'refs/tags/v1' })).not.toThrow();
  });

  test.each(['', '1dev', 'dev_1', 'dev/1', 'a'.repeat(33), 'dev\n'])('when its environment is %j', environmentName => {
    expect(() => branches().branch('dev', { environmentName })).toThrow(
      '[Cicd/dev] the environment name must be 1 to 32 letters, digits and hyphens, '
        + `beginning with a letter, got '${environmentName}'`);
  });

  test('when the app has the branch already', () => {
    const cicd = branches();
    cicd.branch('dev');
    expect(() => cicd.branch('second', { branchName: 'env/dev' })).toThrow(
      "[Cicd/second] the branch 'env/dev' of repository 'shop'"
      + " is already used by 'Cicd/dev': every environment needs its own "
        + 'branch; choose another branchName');
  });

  test('when it comes from itself', () => {
    expect(() => branches().branch('dev', { parentBranchName: 'env/dev' })).toThrow(
      '[Cicd/dev] the parent branches form a circle: env/dev from env/dev; set the parentBranchName of one of them '
        + "to a branch like 'main'");
  });

  test('when branches come from one another', () => {
    const cicd = branches();
    cicd.branch('a', { parentBranchName: 'env/c' });
    cicd.branch('b', { parentBranchName: 'env/a' });
    expect(() => cicd.branch('c', { parentBranchName: 'env/b' })).toThrow(
      '[Cicd/c] the parent branches form a circle: env/c from env/b from env/a from env/c; set the parentBranchName '
        + "of one of them to a branch like 'main'");
  });

  test('but not when its names are known only at deployment', () => {
    const cicd = branches();
    const later = (id: string) => new CfnParameter(cicd.stack, id).valueAsString;
    expect(
      () => cicd.branch(
        'dev', { branchName: later('Name'), parentBranchName: later('Parent'), environmentName: later('Environment') },
      ),
    ).not.toThrow();
  });

  test('two apps in one process may have branches that are parents of each other', () => {
    branches().branch('dev', { parentBranchName: 'env/test' });
    expect(() => branches().branch('test', { parentBranchName: 'env/dev' })).not.toThrow();
  });
});
