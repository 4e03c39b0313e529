import { CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../lambda/deployments/measures';
import type { IAccountPipelineBranch } from '../../src';
import { Account, AccountPipelineBranch, AccountStack } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { onlyResource, synthesized, templateOf } from '../fixtures/assembly';

const cicdWithImport = () => new Cicd(quickApp(), { imported: true });

describe('an environment', () => {
  test('is an account, a branch and a pipeline of one name', () => {
    const cicd = cicdWithImport();
    const environment = cicd.environment('dev');

    const template = Template.fromStack(cicd.stack);
    template.hasResourceProperties('Custom::OrgEnvironmentsAccount', { accountName: 'shop-dev' });
    template.hasResourceProperties('Custom::OrgEnvironmentsBranch', { branchName: 'env/dev', environmentName: 'dev' });
    template.hasResourceProperties(
      'Custom::OrgEnvironmentsPipeline',
      { parameters: { PipelineName: 'dev' }, environment: { environmentName: 'dev' } },
    );
    expect(environment.environmentName).toBe('dev');
    expect(environment.pipeline.pipelineName).toBe('dev');
    expect(environment.branch.parentBranchName).toBe('main');
  });

  test('may have another name than its construct', () => {
    const cicd = cicdWithImport();
    cicd.environment('dev', { environmentName: 'development' });
    expect(onlyResource(synthesized(cicd.stack), 'Custom::OrgEnvironmentsBranch').Properties)
      .toMatchObject({ environmentName: 'development' });
  });

  test('hands its choices on to its pipeline and its branch', () => {
    const cicd = cicdWithImport();
    cicd.environment(
      'dev',
      {
        pipeline: { approval: true, enabled: false },
        branch: { source: cicd.source, branchName: 'env/dev', parentBranchName: 'env/test' },
      },
    );
    const template = synthesized(cicd.stack);
    expect(onlyResource(template, 'Custom::OrgEnvironmentsPipeline').Properties)
      .toMatchObject({ parameters: { Approval: 'manual', State: 'disabled' } });
    expect(
      onlyResource(template, 'Custom::OrgEnvironmentsBranch').Properties,
    ).toMatchObject({ parentName: 'env/test' });
  });

  test('may live in an account that exists', () => {
    const cicd = cicdWithImport();
    const account = Account.fromAccountId(cicd.stack, 'Member', '123456789012');
    expect(cicd.environment('dev', { account }).account).toBe(account);
    Template.fromStack(cicd.stack).hasResourceProperties(
      'Custom::OrgEnvironmentsAccount', { kind: 'existing', accountId: '123456789012' },
    );
  });

  test('may live in another stack than the organization', () => {
    const app = quickApp({ context: { '@aws-cdk/core:defaultCrossStackReferences': 'strong' } });
    const { organization, source } = new Cicd(app);
    const stack = new Stack(app, 'Environments', { env: { account: '222222222222', region: 'eu-west-1' } });
    const account = new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' });
    new AccountPipelineBranch(stack, 'dev', { organization, account, branch: { source, branchName: 'env/dev' } });

    const assembly = app.synth();
    expect(assembly.getStackByName('Environments').dependencies.map(({ id }) => id)).toContain('Cicd');
    const { ServiceToken } = Object.values(templateOf(assembly, 'Environments').Resources).find(
      ({ Type }) => Type === 'Custom::OrgEnvironmentsAccount',
    )?.Properties ?? {};
    expect(ServiceToken).toEqual({ 'Fn::ImportValue': expect.stringContaining('Cicd:ExportsOutput') });
  });

  test('may be vended by another app through the imported organization, with all it needs', () => {
    const cicd = cicdWithImport();
    cicd.environment('dev');
    const types = Object.values(synthesized(cicd.stack).Resources).map(({ Type }) => Type).sort();
    expect(types).toEqual([
      'AWS::IAM::Role', 'Custom::OrgEnvironmentsAccount', 'Custom::OrgEnvironmentsBranch',
      'Custom::OrgEnvironmentsPipeline',
      'Custom::OrgEnvironmentsPreconditions',
    ]);
  });
});

describe('an environment stops at synth', () => {
  test('when the app has one of its name', () => {
    const cicd = cicdWithImport();
    cicd.environment('dev');
    expect(() => cicd.environment('second', { environmentName: 'dev' })).toThrow(
      "[Cicd/second] the environment name 'dev' is already used by 'Cicd/dev': choose another environmentName");
  });

  test.each(['', '1dev', 'dev_1', 'a'.repeat(33)])('when its name is %j', environmentName => {
    const cicd = cicdWithImport();
    expect(() => cicd.environment('dev', { environmentName })).toThrow(
      '[Cicd/dev] the environment name must be 1 to 32 letters, digits and hyphens, '
        + `beginning with a letter, got '${environmentName}'`);
  });

  test('when its id cannot be its name', () => {
    expect(() => cicdWithImport().environment('dev_1')).toThrow('[Cicd/dev_1] the environment name must be');
  });

  test('but not when its name is known only at deployment', () => {
    const cicd = cicdWithImport();
    const environmentName = new CfnParameter(cicd.stack, 'Name').valueAsString;
    expect(() => cicd.environment('dev', { environmentName })).not.toThrow();
  });

  test('two apps in one process may have environments of the same name', () => {
    cicdWithImport().environment('dev');
    expect(() => cicdWithImport().environment('dev')).not.toThrow();
  });
});

describe('the metrics of an environment', () => {
  // the names that the function writes
  const written: MetricName[] = ['Deployments', 'FailedDeployments', 'LeadTime', 'TimeToRestore'];
  const metricsOf = (environment: IAccountPipelineBranch, options?: MetricOptions) => [
    environment.metricDeployments(options), environment.metricFailedDeployments(options),
    environment.metricLeadTime(options), environment.metricTimeToRestore(options),
  ];

  test('have the names that are written, the dimension of the environment, and a statistic that fits', () => {
    const metrics = metricsOf(cicdWithImport().environment('dev'));
    expect(metrics.map(({ metricName }) => metricName)).toEqual(written);
    expect(metrics.map(({ statistic }) => statistic)).toEqual(['Sum', 'Sum', 'Average', 'Average']);
    for (const metric of metrics) {
      expect(metric).toMatchObject({
        namespace: 'OrgEnvironments', dimensions: { Environment: 'dev' },
      });
    }
  });

  test('take the options of a metric', () => {
    const metrics = metricsOf(cicdWithImport().environment('dev'), { statistic: 'Maximum', period: Duration.days(1) });
    for (const metric of metrics) expect(metric).toMatchObject({ statistic: 'Maximum', period: Duration.days(1) });
  });

  test('are those of an imported environment, too', () => {
    const { stack } = cicdWithImport();
    const imported = AccountPipelineBranch.fromEnvironmentName(stack, 'Imported', 'prod');
    for (const metric of metricsOf(imported)) expect(metric).toMatchObject({ dimensions: { Environment: 'prod' } });
  });
});

test('an imported environment is rejected when its name is not one of an environment', () => {
  expect(() => AccountPipelineBranch.fromEnvironmentName(cicdWithImport().stack, 'Imported', '1prod')).toThrow(
    '[Cicd/Imported] the environment name must be 1 to 32 letters, digits and hyphens');
});

describe('an environment in one organization with an account of another', () => {
  const two = () => {
    const app = quickApp();
    const ours = new Cicd(app, { id: 'Ours' });
    const theirs = new Cicd(app, { id: 'Theirs', env: { account: '333333333333', region: 'eu-west-1' } });
    return { ours, theirs };
  };
  const message = "the account 'Theirs/dev-account' belongs to the organization 'Theirs/Organization', "
    + "but the organization here is 'Ours/Organization': use the same organization for both";

  test('is rejected', () => {
    const { ours, theirs } = two();
    const account = theirs.account('dev');
    expect(() => ours.environment('dev', { account })).toThrow(`[Ours/dev/Branch] ${message}`);
  });

  test('is rejected also for a stack in the account', () => {
    const { ours, theirs } = two();
    const account = theirs.account('dev');
    expect(
      () => new AccountStack(ours.stack, 'Tools', { organization: ours.organization, account }),
    ).toThrow(`[Ours] ${message}`);
  });

  test('is rejected when the account exists and the other organization has prepared it', () => {
    const { ours, theirs } = two();
    const account = Account.fromAccountId(theirs.stack, 'Member', '123456789012');
    theirs.environment('dev', { account });
    expect(() => ours.environment('test', { account })).toThrow(
      "[Ours/test/Branch] the account 'Theirs/Member' belongs to the organization 'Theirs/Organization'");
  });

  test('is accepted when one of them is imported, because it may be the same', () => {
    const app = quickApp();
    const defined = new Cicd(app);
    const other = new Cicd(app, { id: 'Other', imported: true });
    const account = defined.account('dev');
    expect(() => other.environment('dev', { account })).not.toThrow();
  });
});

test.each([
  ['branch', "the removal policy 'retain' cannot be applied: the commits of a branch are always kept; "
    + "use its property 'removal'"],
  [
    'pipeline',
    "the removal policy 'retain' cannot be applied: set 'keepApplication' to keep the applications; "
      + 'the pipeline is always deleted',
  ],
] as const)('the %s of an environment rejects a removal policy', (part, message) => {
  const environment = cicdWithImport().environment('dev');
  expect(() => environment[part].applyRemovalPolicy(RemovalPolicy.RETAIN)).toThrow(message);
});
