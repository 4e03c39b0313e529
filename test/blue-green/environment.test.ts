import { Duration, Stack } from 'aws-cdk-lib';
import { Project } from 'aws-cdk-lib/aws-codebuild';
import { Role } from 'aws-cdk-lib/aws-iam';
import { custom, environment, functionIn } from './environment';
import { BlueGreenEnvironment, Endpoint, HealthCheck, ReleaseHook, Shift, Side, Singleton } from '../../src';
import type { BlueGreenEnvironmentProps, Source } from '../../src';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import { Cicd, quickApp } from '../fixtures/app';
import { onlyResource, pipelineTemplateOf, resourcesOf, templateOf } from '../fixtures/assembly';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { identityStatements, list, textOf } from '../fixtures/policies';

const OPERATOR = 'operator';

function sizeOf(define: (cicd: Cicd) => void): number {
  const app = quickApp();
  define(new Cicd(app));
  return Object.keys(templateOf(app.synth()).Resources).length;
}

function countsOf({ Resources }: SynthesizedTemplate, ...types: string[]): number[] {
  return types.map(type => Object.values(Resources).filter(({ Type }) => Type === type).length);
}

describe('the resources of a blue/green environment', () => {
  test('are those of two environments and two more; the first one also has the release machine', () => {
    const plain = sizeOf(cicd => ['a', 'b', 'c', 'd', 'e', 'f'].forEach(name => cicd.environment(name)));
    const one = sizeOf(cicd => environment(cicd, 'one'));
    const [two, three] = [['one', 'two'], ['one', 'two', 'three']].map(
      names => sizeOf(cicd => names.forEach(name => environment(cicd, name))),
    );
    expect(three - two).toBe(2 * 4 + 2);
    expect(three - plain - 3 * 2).toBe(one - sizeOf(cicd => ['a', 'b'].forEach(name => cicd.environment(name))) - 2);
  });

  test('of three environments have one release machine', () => {
    const app = quickApp();
    const cicd = new Cicd(app);
    for (const name of ['one', 'two', 'three']) environment(cicd, name);
    const template = templateOf(app.synth());
    const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine').filter(
      ({ Properties }) => String(Properties.StateMachineName).startsWith('org-environments-release'),
    );
    expect(machines).toHaveLength(1);
    expect(countsOf(template, 'Custom::OrgEnvironmentsBlueGreen', 'Custom::OrgEnvironmentsBranch')).toEqual([3, 6]);
  });

  test('let only the function that checks pipelines ask the function of the releases about the traffic', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true });
    for (const name of ['one', 'two']) environment(cicd, name);
    const permissions = resourcesOf(templateOf(app.synth()), 'AWS::Lambda::Permission');
    expect(permissions.map(({ Properties }) => [Properties.Action, textOf(Properties.Principal)])).toEqual([
      ['lambda:InvokeFunction', expect.stringMatching(/:role\/org-environments-pipeline-provider$/)],
    ]);
  });
});

interface Synthesized {
  readonly template: SynthesizedTemplate;
  readonly blue: SynthesizedTemplate;
  readonly request: Record<string, unknown>;
  readonly config: ReleaseConfig;
}

function synthesizedWith(props: (cicd: Cicd) => Partial<BlueGreenEnvironmentProps>): Synthesized {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const { bluePipeline } = environment(cicd, 'prod', props(cicd));
  const assembly = app.synth();
  const template = templateOf(assembly);
  const { Properties: request } = onlyResource(template, 'Custom::OrgEnvironmentsBlueGreen');
  return { template, blue: pipelineTemplateOf(assembly, bluePipeline), request, config: configIn(request.config) };
}

interface Join { readonly 'Fn::Join': readonly [string, readonly (string | object)[]] }

/** The text is a join of parts, of which references are left out. */
function configIn(config: string | Join): ReleaseConfig {
  const text = typeof config === 'string'
    ? config
    : config['Fn::Join'][1].map(part => (typeof part === 'string' ? part : '?')).join('');
  return JSON.parse(text) as ReleaseConfig;
}

describe('a blue/green environment', () => {
  test('requests releases all at once, without checks, with the side blue first', () => {
    const { request, config } = synthesizedWith(() => ({}));
    expect(request).toMatchObject({ kind: 'blueGreen', environmentName: 'prod', firstSide: 'blue' });
    expect(config).toMatchObject({
      repository: { host: 'codecommit', repositoryName: 'shop' },
      traffic: { kind: 'parameter', parameterName: '/prod/active' },
      shift: [{ percent: 100, seconds: 0 }],
      health: [],
      alarms: [],
      singletons: [],
      bakeSeconds: 0,
      deploySeconds: 4 * 3600,
      healthSeconds: 15 * 60,
      inEffectSeconds: 60,
      holdSeconds: 60,
    });
    expect(config.approvalSeconds).toBeUndefined();
  });

  test('has a branch for each side, with the same parent branch, and pipelines with its name', () => {
    const { template } = synthesizedWith(() => ({ parentBranchName: 'release' }));
    const branches = resourcesOf(template, 'Custom::OrgEnvironmentsBranch').map(({ Properties }) => Properties);
    expect(branches.map(({ branchName, parentName }) => [branchName, parentName])).toEqual([
      ['env/prod-blue', 'release'], ['env/prod-green', 'release'],
    ]);
    const pipelines = resourcesOf(template, 'Custom::OrgEnvironmentsPipeline').map(({ Properties }) => Properties);
    expect(pipelines.map(({ environment: { environmentName, side } }) => [environmentName, side])).toEqual([
      ['prod', 'blue'], ['prod', 'green'],
    ]);
  });

  test('passes on every option of its releases', () => {
    const { request, config } = synthesizedWith(cicd => ({
      firstSide: Side.GREEN,
      shift: Shift.canary({ percent: 10, pause: Duration.minutes(5) }),
      traffic: custom(cicd),
      healthChecks: [
        HealthCheck.http({ endpoint: Endpoint.output('shop', 'Url'), path: '/health', body: 'ok', times: 2 }),
        HealthCheck.alarms(['latency']),
        HealthCheck.function(functionIn(cicd, 'healthy')),
      ],
      healthTimeout: Duration.minutes(5),
      alarmNames: ['errors'],
      deployTimeout: Duration.hours(1),
      approval: true,
      approvalTimeout: Duration.hours(2),
      beforeShift: ReleaseHook.function(functionIn(cicd, 'before')),
      afterShift: ReleaseHook.project(Project.fromProjectName(cicd.stack, 'Project', 'after')),
      singletons: [
        Singleton.rule('nightly'), Singleton.schedule('hourly'), Singleton.ecsService('cluster', 'worker', 2),
        Singleton.parameter('/jobs/state'),
      ],
    }));
    expect(request.firstSide).toBe('green');
    expect(config).toMatchObject({
      shift: [{ percent: 10, seconds: 300 }, { percent: 100, seconds: 0 }],
      health: [
        { kind: 'http', path: '/health', status: 200, body: 'ok', times: 2, intervalSeconds: 5 },
        { kind: 'alarms', names: ['latency'] },
        { kind: 'function', functionArn: expect.stringContaining(':function:healthy') },
      ],
      alarms: ['errors'],
      bakeSeconds: 600,
      deploySeconds: 3600,
      healthSeconds: 300,
      approvalSeconds: 7200,
      before: { kind: 'function', functionArn: expect.stringContaining(':function:before') },
      after: { kind: 'project', projectName: 'after' },
      singletons: [
        { kind: 'rule', name: 'nightly' },
        { kind: 'schedule', name: 'hourly', group: 'default' },
        { kind: 'service', cluster: 'cluster', service: 'worker', desiredCount: 2 },
        { kind: 'parameter', name: '/jobs/state' },
      ],
      inEffectSeconds: 5,
      holdSeconds: 120,
    });
  });

  test('shifts in equal steps until the side has all traffic', () => {
    const { config } = synthesizedWith(cicd => ({
      shift: Shift.linear({ percent: 40, every: Duration.minutes(1) }),
      traffic: custom(cicd),
    }));
    expect(config.shift).toEqual([
      { percent: 40, seconds: 60 }, { percent: 80, seconds: 60 }, { percent: 100, seconds: 0 },
    ]);
  });
});

interface Statement { readonly Sid?: string; readonly Action: string | readonly string[] }

/** Actions by sid of the inline policies of a role. */
function actionsOf(template: SynthesizedTemplate, isWanted: (text: string) => boolean): Record<string, string[]> {
  const roles = resourcesOf(template, 'AWS::IAM::Role').filter(
    ({ Properties }) => isWanted(JSON.stringify(Properties)),
  );
  const statements = roles.flatMap(({ Properties: { Policies = [] } }) => Policies).flatMap(
    ({ PolicyDocument: { Statement } }) => Statement,
  );
  return Object.fromEntries(statements.map(({ Sid: sid = '-', Action: action }: Statement) => [sid, [action].flat()]));
}

describe('the permissions of releases', () => {
  test('in the CICD account are those of the traffic, the functions and the projects', () => {
    const { template } = synthesizedWith(cicd => ({
      healthChecks: [HealthCheck.function(functionIn(cicd, 'healthy'))],
      afterShift: ReleaseHook.project(Project.fromProjectName(cicd.stack, 'Project', 'after')),
    }));
    expect(actionsOf(template, text => text.includes('Releases of environment prod'))).toEqual({
      'WriteParameter': ['ssm:GetParameter', 'ssm:PutParameter'],
      'CheckHealth': ['lambda:InvokeFunction'],
      '-': ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
    });
  });

  test('are used by the role of the release function only', () => {
    const { template } = synthesizedWith(() => ({}));
    const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(
      ({ Properties }) => Properties.Description === 'Releases of environment prod',
    );
    const [{ Action: action, Principal: principal }] = role.Properties.AssumeRolePolicyDocument.Statement;
    expect(action).toBe('sts:AssumeRole');
    expect(JSON.stringify(principal)).toMatch(/OrgEnvironmentsReleases/);
  });

  test('in the account of a side name each stack, parameter and singleton', () => {
    const { blue } = synthesizedWith(() => ({
      healthChecks: [
        HealthCheck.http({ endpoint: Endpoint.output('shop', 'Url') }),
        HealthCheck.http({ endpoint: Endpoint.parameter('/shop/url') }),
      ],
      alarmNames: ['errors'],
      singletons: [
        Singleton.rule('nightly'), Singleton.schedule('hourly'), Singleton.ecsService('cluster', 'worker', 2),
        Singleton.parameter('/jobs/state'),
      ],
    }));
    const text = JSON.stringify(blue.Resources);
    expect(actionsOf(blue, role => role.includes('ReadOutputs'))).toEqual({
      ReadOutputs: ['cloudformation:DescribeStacks'],
      ReadEndpoints: ['ssm:GetParameter'],
      WatchAlarms: ['cloudwatch:DescribeAlarms'],
      SwitchRules: ['events:DescribeRule', 'events:DisableRule', 'events:EnableRule'],
      SwitchSchedules: ['scheduler:GetSchedule', 'scheduler:UpdateSchedule'],
      PassScheduleRole: ['iam:PassRole'],
      SwitchServices: ['ecs:DescribeServices', 'ecs:UpdateService'],
      SwitchParameters: ['ssm:GetParameter', 'ssm:PutParameter'],
    });
    for (const resource of [
      ':stack/shop/*', ':parameter/shop/url', ':rule/nightly', ':schedule/default/hourly',
      ':service/cluster/worker', ':parameter/jobs/state',
    ]) expect(text).toContain(`${resource}"`);
  });

  test('grantRelease lets a role invoke the operations function', () => {
    const app = quickApp();
    const cicd = new Cicd(app);
    const role = Role.fromRoleName(cicd.stack, 'Operator', OPERATOR);
    environment(cicd).grantRelease(role);
    const policies = resourcesOf(templateOf(app.synth()), 'AWS::IAM::Policy');
    const granted = policies.filter(({ Properties }) => Properties.Roles?.includes(OPERATOR));
    expect(granted.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [expect.objectContaining({ Action: 'lambda:InvokeFunction' })],
    ]);
  });
});

test('an imported environment can be granted, and has the metric of its name', () => {
  const app = quickApp();
  const { stack, organization } = new Cicd(app, { imported: true });
  const imported = BlueGreenEnvironment.fromBlueGreenEnvironmentAttributes(stack, 'Imported', {
    environmentName: 'prod', organization,
  });
  const role = new Role(stack, 'Role', { assumedBy: Role.fromRoleName(stack, 'Other', 'other').grantPrincipal });
  imported.grantRelease(role);
  expect(imported.metricDeployments().dimensions).toEqual({ Environment: 'prod' });
  expect(JSON.stringify(onlyResource(templateOf(app.synth()), 'AWS::IAM::Policy'))).toContain('lambda:InvokeFunction');
});

test('a stack without an account and a region can have one', () => {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true, env: {} });
  environment(cicd);
  expect(Stack.of(cicd.stack)).toBe(cicd.stack);
  expect(() => app.synth()).not.toThrow();
});

describe('a blue/green environment with a repository outside of AWS', () => {
  const withSource = (sourceOf: (cicd: Cicd) => Source, props: Partial<BlueGreenEnvironmentProps> = {}) => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true });
    const source = sourceOf(cicd);
    for (const name of ['prod', 'demo']) environment(cicd, name, { source, ...props });
    return app;
  };

  test('lets its releases read the credentials of GitHub, and nothing else of Secrets Manager', () => {
    const statements = identityStatements(templateOf(withSource(cicd => cicd.gitHub()).synth()));
    const read = statements.filter(({ Action }) => list(Action).includes('secretsmanager:GetSecretValue'));
    expect(read.map(({ Resource }) => textOf(Resource))).toEqual([
      expect.stringMatching(/:secret:shop-credentials-\?\?\?\?\?\?$/),
    ]);
  });

  test('cannot release pushes, because the host does not report them', () => {
    expect(() => withSource(cicd => cicd.gitHub(), { autoRelease: true })).toThrow(
      "[Cicd/prod] 'autoRelease' needs a repository of CodeCommit, because other hosts do not report pushes, got "
        + "'https://github.com/acme/shop': omit it, and release with a command: org-environments release prod --to "
        + '<branch>',
    );
  });

  test('cannot use GitLab, which merges merge requests only', () => {
    expect(() => withSource(cicd => cicd.gitLab())).toThrow(
      '[Cicd/prod] releases merge commits into branches, which this host does only for requests of people: use a '
        + "repository of CodeCommit or GitHub, got 'https://gitlab.com/acme/web/shop'",
    );
  });
});
