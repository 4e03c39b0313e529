import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { App } from 'aws-cdk-lib';
import { CfnOutput, CustomResource, Fn, NestedStack, ReferenceStrength, Stack, Stage } from 'aws-cdk-lib';
import { Connections, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnDBInstance } from 'aws-cdk-lib/aws-rds';
import { Secret, SecretRotation, SecretRotationApplication } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { OTHER, rehearse, WORK } from './world';
import { deployAssembly, destroyAssembly } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };
const TOPIC = new RegExp(`^arn:aws:sns:eu-west-1:${WORK}:`);

/** A stack that writes the value that it reads into a parameter. */
function reader(
  scope: App | Stage,
  id: string,
  value: string,
  props: { account?: string; region?: string } = {},
): Stack {
  const stack = new Stack(scope, id, { env: { ...env, ...props }, crossRegionReferences: true });
  new StringParameter(stack, 'Parameter', { parameterName: `/read/${id}`, stringValue: value });
  return stack;
}

test('stacks read outputs by export, by parameter, and across accounts and regions', async () => {
  await rehearse(app => {
    const producer = new Stack(app, 'Producer', { env, crossRegionReferences: true });
    const topic = new CfnTopic(producer, 'Topic');
    new StringParameter(producer, 'Shared', { parameterName: '/shared', stringValue: topic.ref });
    const byParameter = new Stack(app, 'ByParameter', { env });
    byParameter.addStackDependency(producer);
    new StringParameter(byParameter, 'Parameter', {
      parameterName: '/read/ByParameter', stringValue: StringParameter.valueForStringParameter(byParameter, '/shared'),
    });
    reader(app, 'ByExport', topic.ref);
    reader(app, 'ByOutput', Stack.consumeReference(topic.ref, ReferenceStrength.WEAK));
    reader(app, 'OtherAccount', topic.ref, { account: OTHER });
    reader(app, 'OtherRegion', topic.ref, { region: 'eu-central-1' });
  }, ({ failures }, { ssm }) => {
    expect(failures).toEqual([]);
    for (const id of ['ByExport', 'ByParameter', 'ByOutput']) {
      expect(ssm.value(WORK, 'eu-west-1', `/read/${id}`)).toMatch(TOPIC);
    }
    expect(ssm.value(OTHER, 'eu-west-1', '/read/OtherAccount')).toMatch(TOPIC);
    expect(ssm.value(WORK, 'eu-central-1', '/read/OtherRegion')).toMatch(TOPIC);
  });
});

test('a stack whose output has no value fails with the reason', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Outputs', { env });
    new CfnTopic(stack, 'Topic');
    new CfnOutput(stack, 'Out', { value: Fn.importValue('missing-export') });
  }, ({ failures, succeeded }) => {
    expect(succeeded).toBe(false);
    expect(failures).toMatchObject([
      {
        stackName: 'Outputs',
        type: 'AWS::CloudFormation::Stack',
        reason: expect.stringContaining('No export named missing-export found.'),
      },
    ]);
  });
});

test('a stack cannot be deleted while others import its export, and can while they read its output', async () => {
  await rehearse(app => {
    const topic = new CfnTopic(new Stack(app, 'Producer', { env }), 'Topic');
    reader(app, 'ByExport', topic.ref);
    reader(app, 'ByOutput', Stack.consumeReference(topic.ref, ReferenceStrength.WEAK));
  }, async (_, { cloudformation }) => {
    expect(await cloudformation.remove(WORK, 'eu-west-1', 'Producer')).toMatchObject({
      status: 'DELETE_FAILED',
      failure: expect.stringContaining('in use by ByExport'),
    });
    await cloudformation.remove(WORK, 'eu-west-1', 'ByExport');
    expect(await cloudformation.remove(WORK, 'eu-west-1', 'Producer')).toMatchObject({ status: 'DELETE_COMPLETE' });
  });
});

test.each([
  ['a stack that is not there', 'Absent', 'Name', "stack 'Absent' does not exist in account 111122223333 (eu-west-1)"],
  [
    'an output that is not there',
    'Producer',
    'Absent',
    "stack 'Producer' of account 111122223333 (eu-west-1) has no output 'Absent'",
  ],
])('%s is not read', async (_, stackName, outputName, message) => {
  await rehearse(
    app => {
      const producer = new Stack(app, 'Producer', { env });
      new CfnOutput(producer, 'Name', { value: new CfnTopic(producer, 'Topic').attrTopicName });
      reader(app, 'Reader', Fn.getStackOutput(stackName, outputName)).addStackDependency(producer);
    },
    ({ failures }) =>
      expect(failures.map(({ reason }) => reason)).toEqual([`Template error: Fn::GetStackOutput: ${message}`]),
  );
});

test('an output of another account is readable only through a role that trusts the reader', async () => {
  await rehearse(
    app => {
      const producer = new Stack(app, 'Producer', { env });
      new CfnOutput(producer, 'Name', { value: new CfnTopic(producer, 'Topic').attrTopicName });
      const roleArn = `arn:aws:iam::${WORK}:role/cdk-hnb659fds-cfn-exec-role-${WORK}-eu-west-1`;
      reader(app, 'Reader', Fn.getStackOutput('Producer', 'Name', 'eu-west-1', roleArn), {
        account: OTHER,
      }).addStackDependency(producer);
    },
    ({ failures }) =>
      expect(failures[0].reason).toMatch(
        /not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role\/cdk-hnb659fds-cfn-exec/,
      ),
  );
});

test(
  'stages of nested stacks with functions as assets and custom resources are deployed, updated and destroyed',
  async () => {
    const code = mkdtempSync(path.join(tmpdir(), 'foreign-code-'));
    mkdirSync(path.join(code, 'lib'));
    writeFileSync(
      path.join(code, 'index.js'),
      'exports.handler = async ({ RequestType }) => ({ Data: { words: '
        + "require('./lib/words').words + RequestType } });\n",
    );
    writeFileSync(path.join(code, 'lib/words.js'), "exports.words = 'said on ';\n");
    await rehearse(
      app => {
        for (const [name, region] of [
          ['Test', 'eu-west-1'],
          ['Live', 'eu-central-1'],
        ] as const) {
          const stage = new Stage(app, name, { env: { ...env, region } });
          const outer = new Stack(stage, 'Outer');
          const topic = new CfnTopic(outer, 'Topic');
          const inner = new NestedStack(new NestedStack(outer, 'Inner'), 'Innermost', { parameters: {} });
          const handler = new LambdaFunction(inner, 'Handler', {
            runtime: Runtime.NODEJS_24_X,
            handler: 'index.handler',
            code: Code.fromAsset(code),
          });
          const said = new CustomResource(inner, 'Said', {
            serviceToken: new Provider(inner, 'Provider', { onEventHandler: handler }).serviceToken,
            properties: { topic: topic.ref },
          });
          reader(stage, `${name}Reader`, said.getAttString('words'), { region });
        }
      },
      async ({ failures, stacks }, simulation, outdir) => {
        expect(failures).toEqual([]);
        expect(stacks.map(({ name }) => name)).toEqual([
          'Test-Outer',
          'Test-TestReader',
          'Live-Outer',
          'Live-LiveReader',
        ]);
        expect(simulation.ssm.value(WORK, 'eu-central-1', '/read/LiveReader')).toBe('said on Create');
        expect(await deployAssembly(simulation, outdir)).toMatchObject({ succeeded: true, changed: 0 });
        expect(await destroyAssembly(simulation, outdir)).toMatchObject({ succeeded: true });
        expect(simulation.cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed)).toEqual([]);
      },
    );
    rmSync(code, { recursive: true });
  },
);

test('a custom resource whose function cannot run fails immediately with the reason', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Site', { env });
    const { functionArn } = new LambdaFunction(stack, 'Python', {
      runtime: Runtime.PYTHON_3_13,
      handler: 'index.handler',
      code: Code.fromInline('def handler(event, context): pass'),
    });
    new CustomResource(stack, 'Deployment', { serviceToken: functionArn });
  }, ({ failures, stacks }, { lambda, cloudformation }) => {
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /^the rehearsal runs only functions of Node.js, and '.*' uses 'python3.*': exclude 'Deployment.*' from the/,
      ),
    ]);
    expect(stacks[0].status).toBe('ROLLBACK_COMPLETE');
    const times = cloudformation.all.find(({ name }) => name === 'Site')?.events.map(({ at }) => at) ?? [];
    expect(times[times.length - 1] - times[0]).toBeLessThan(600_000);
    expect(lambda.log.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^'Deployment.*' is deleted without a request: the rehearsal runs only functions/),
    ]);
  });
});

/** A database whose password is a secret of the same stack, and other users of the password. */
function database(app: App, use: (stack: Stack, password: string) => void = () => undefined): void {
  const stack = new Stack(app, 'Database', { env });
  const password = new Secret(stack, 'Secret').secretValue.unsafeUnwrap();
  new CfnDBInstance(stack, 'Instance', { engine: 'postgres', masterUserPassword: password });
  use(stack, password);
}

test('a parameter whose name is computed is readable', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Reader', { env });
    const written = new StringParameter(stack, 'Written', { stringValue: 'value' });
    const { stringValue } = StringParameter.fromStringParameterAttributes(stack, 'Imported', {
      parameterName: written.parameterName,
      simpleName: true,
      forceDynamicReference: true,
    });
    new StringParameter(stack, 'Read', { parameterName: '/read', stringValue });
  }, ({ failures }, { ssm }) => {
    expect(failures).toEqual([]);
    expect(ssm.value(WORK, 'eu-west-1', '/read')).toBe('value');
  });
});

test('a placeholder keeps the reference to a secret', async () => {
  await rehearse(app => database(app), ({ failures }, { cloudformation }) => {
    expect(failures).toEqual([]);
    const resources = [...cloudformation.find(WORK, 'eu-west-1', 'Database')?.resources.values() ?? []];
    expect(resources.find(({ type }) => type === 'AWS::RDS::DBInstance')?.properties).toMatchObject({
      MasterUserPassword: expect.stringMatching(
        /^\{\{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret.*:SecretString:::\}\}$/,
      ),
    });
  });
});

test('a simulated resource with a reference to a secret is rejected', async () => {
  await rehearse(
    app => database(app, (stack, password) => new StringParameter(stack, 'Leak', { stringValue: password })),
    ({ failures }) => {
      expect(failures.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(
          /got '\{\{resolve:secretsmanager:arn:.*\}\}' in a resource of type 'AWS::SSM::Parameter': set a plain/,
        ),
      ]);
    },
  );
});

test.each<[string, object, string]>([
  [
    'macros',
    {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: { Hello: { Type: 'AWS::Serverless::Function', Properties: { Handler: 'index.handler' } } },
    },
    'the rehearsal does not support macros: the template uses "AWS::Serverless-2016-10-31" for \'Hello\' '
      + '(AWS::Serverless::Function); omit what needs it from the app that you rehearse',
  ],
  [
    'loops',
    { Resources: { 'Fn::ForEach::Topics': ['Name', ['a', 'b'], { 'Topic${Name}': { Type: 'AWS::SNS::Topic' } }] } },
    "the rehearsal does not support macros: 'Fn::ForEach::Topics' in Resources",
  ],
  [
    'unknown functions',
    {
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::Unknown': ['a', 1] } } } },
    },
    'the rehearsal does not support the function Fn::Unknown',
  ],
  [
    'secrets',
    {
      Resources: {
        Parameter: {
          Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '{{resolve:secretsmanager:name}}' },
        },
      },
    },
    "the rehearsal resolves dynamic references to 'ssm' only",
  ],
])('a template with %s is rejected', async (_, template, message) => {
  await rehearse(
    app => {
      new CfnTopic(new Stack(app, 'Strange', { env }), 'Topic');
    },
    async (__, simulation, outdir) => {
      writeFileSync(
        path.join(outdir, 'Strange.template.json'),
        JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } }, ...template }),
      );
      const { failures, succeeded } = await deployAssembly(simulation, outdir);
      expect(succeeded).toBe(false);
      expect(failures[0].reason).toContain(message);
    },
  );
});

test('the rotation of a secret, which is a serverless application, is placed', async () => {
  await rehearse(
    app => {
      const stack = new Stack(app, 'Work', { env: { account: WORK, region: 'eu-west-1' } });
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
      const securityGroups = [new SecurityGroup(stack, 'Group', { vpc })];
      new SecretRotation(stack, 'Rotation', {
        application: SecretRotationApplication.MYSQL_ROTATION_SINGLE_USER,
        secret: new Secret(stack, 'Secret'),
        target: { connections: new Connections({ securityGroups, defaultPort: Port.tcp(3306) }) },
        vpc,
        vpcSubnets: { subnetType: SubnetType.PUBLIC },
      });
    },
    async (result, simulation) => {
      expect(result).toMatchObject({ succeeded: true, failures: [] });
      const resources = simulation.cloudformation.all.flatMap(stack => [...stack.resources.values()]);
      const schedule = resources.find(({ type }) => type === 'AWS::SecretsManager::RotationSchedule');
      expect(schedule?.properties.RotationLambdaARN).toMatch(/^arn:aws:lambda:eu-west-1:111122223333:function:\S+$/);
    },
  );
});
