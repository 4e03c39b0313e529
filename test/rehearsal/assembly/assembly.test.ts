import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import {
  App, CfnOutput, CfnParameter, CfnResource, CfnRule, Fn, NestedStack, RemovalPolicy, Stack, Stage, Tags,
} from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { deployAssembly, destroyAssembly, managementAccountOf, readAssembly, Simulation } from '../../../rehearsal';

const [MANAGEMENT, WORK] = ['999999999999', '111122223333'];
const env = { account: WORK, region: 'eu-west-1' };

describe('deployAssembly', () => {
  let simulation: Simulation;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'assembly-'));
    simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 600 });
  });

  afterAll(async () => {
    await simulation.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function synthesize(build: (app: App) => void): string {
    const outdir = path.join(folder, String(++count));
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    build(app);
    app.synth();
    return outdir;
  }

  test('deploys each stack after its dependencies, also across stages', async () => {
    const assembly = synthesize(app => {
      const later = new Stack(app, 'Later', { env });
      const stage = new Stage(app, 'Stage', { env });
      const [second, first] = [new Stack(stage, 'Second'), new Stack(stage, 'First')];
      const topic = new CfnResource(first, 'Topic', { type: 'AWS::SNS::Topic' });
      new StringParameter(second, 'Parameter', { parameterName: '/topic', stringValue: topic.ref });
      new StringParameter(later, 'Parameter', { parameterName: '/later', stringValue: Stack.of(later).account });
    });
    const { succeeded, stacks } = await deployAssembly(simulation, assembly);
    expect(succeeded).toBe(true);
    expect(stacks.map(({ name }) => name)).toEqual(['Stage-First', 'Stage-Second', 'Later']);
    expect(simulation.ssm.value(WORK, 'eu-west-1', '/topic')).toMatch(/^arn:aws:sns:eu-west-1:111122223333:/);
    expect((await destroyAssembly(simulation, assembly)).stacks.map(({ name }) => name)).toEqual([
      'Later',
      'Stage-Second',
      'Stage-First',
    ]);
  });

  test('adds the accounts of the app to the organization and bootstraps them', async () => {
    await deployAssembly(simulation, synthesize(app => {
      const stack = new Stack(app, 'Custom', {
        env: { account: '444455556666', region: 'eu-north-1' },
        synthesizer: undefined,
      });
      new Bucket(stack, 'Bucket');
    }));
    expect(simulation.organizations.account('444455556666')).toMatchObject({ joined: 'INVITED' });
    expect(
      Number(simulation.ssm.value('444455556666', 'eu-north-1', '/cdk-bootstrap/hnb659fds/version')),
    ).toBeGreaterThanOrEqual(33);
    expect(simulation.s3.bucket('cdk-hnb659fds-assets-444455556666-eu-north-1')).toBeDefined();
  });

  test('fails if a resource that was removed from a stack cannot be deleted', async () => {
    const withBucket = (app: App): void => {
      const stack = new Stack(app, 'Kept', { env });
      new Bucket(stack, 'Full', { bucketName: 'full', removalPolicy: RemovalPolicy.DESTROY });
      new Bucket(stack, 'Empty', { bucketName: 'empty', removalPolicy: RemovalPolicy.DESTROY });
    };
    await deployAssembly(simulation, synthesize(withBucket));
    simulation.s3.write('full', 'key', Buffer.from('content'));
    const { succeeded, stacks, failures } = await deployAssembly(simulation, synthesize(app => {
      new CfnResource(new Stack(app, 'Kept', { env }), 'Topic', { type: 'AWS::SNS::Topic' });
    }));
    expect({ succeeded, statuses: stacks.map(({ status }) => status), failures }).toMatchObject({
      succeeded: false,
      statuses: ['UPDATE_COMPLETE'],
      failures: [{ stackName: 'Kept', reason: expect.stringContaining('The bucket you tried to delete is not empty') }],
    });
  });

  test('lets an app update the bootstrap stack of its account', async () => {
    const assembly = synthesize(app => {
      new CfnResource(new Stack(app, 'Seeded', { env: { account: '777788889999', region: 'eu-west-1' } }), 'Topic', {
        type: 'AWS::SNS::Topic',
      });
    });
    await deployAssembly(simulation, assembly);
    const toolkit = simulation.cloudformation.find('777788889999', 'eu-west-1', 'CDKToolkit');
    expect(toolkit).toMatchObject({ status: 'CREATE_COMPLETE', isSeed: true });
    expect(toolkit?.output('BucketName')).toBe('cdk-hnb659fds-assets-777788889999-eu-west-1');
    const updated = await simulation.cloudformation.update({
      accountId: '777788889999',
      region: 'eu-west-1',
      name: 'CDKToolkit',
      body: toolkit?.target.body ?? '',
      parameters: {
        TrustedAccounts: WORK,
        CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY',
      },
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    const role = simulation.iam.role('arn:aws:iam::777788889999:role/cdk-hnb659fds-deploy-role-777788889999-eu-west-1');
    expect(JSON.stringify(role?.trust)).toContain(WORK);
  });

  test('uses a configured account and the role that exists in it', async () => {
    const world = await Simulation.start({
      managementAccountId: MANAGEMENT,
      accounts: [{ accountId: WORK, roleName: 'entry' }, { accountId: '444455556666' }],
    });
    expect(world.organizations.account(WORK)).toMatchObject({ joined: 'INVITED', state: 'ACTIVE' });
    expect(world.iam.rolesOf(WORK).map(({ roleName }) => roleName)).toEqual(['entry']);
    expect(world.iam.rolesOf('444455556666')).toEqual([]);
    await world.stop();
  });

  test('publishes file assets, and runs functions from their folder', async () => {
    const code = path.join(folder, 'code');
    mkdirSync(code);
    writeFileSync(path.join(code, 'index.js'), 'exports.handler = async () => ({ text: require(\'./text\').text });');
    writeFileSync(path.join(code, 'text.js'), 'exports.text = \'from the asset\';');
    const result = await deployAssembly(simulation, synthesize(app => {
      const stack = new Stack(app, 'Assets', { env });
      const lambda = new LambdaFunction(stack, 'Function', {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromAsset(code),
      });
      const file = new Asset(stack, 'File', { path: path.join(code, 'text.js') });
      new CfnOutput(stack, 'Arn', { value: lambda.functionArn });
      new CfnOutput(stack, 'Bucket', { value: file.s3BucketName });
      new CfnOutput(stack, 'Key', { value: file.s3ObjectKey });
    }));
    const { Arn, Bucket: bucket, Key } = result.stacks[0].outputs;
    expect(await simulation.lambda.invoke(Arn, {})).toEqual({ failed: false, payload: '{"text":"from the asset"}' });
    expect(simulation.s3.read(bucket, Key)?.toString()).toContain('from the asset');
  });

  test('passes parameters to nested stacks and reads their outputs', async () => {
    const result = await deployAssembly(simulation, synthesize(app => {
      const stack = new Stack(app, 'Outer', { env });
      const given = new CfnResource(stack, 'Given', { type: 'AWS::SNS::Topic', properties: { TopicName: 'given' } });
      const nested = new NestedStack(stack, 'Inner');
      const parameter = new StringParameter(nested, 'Parameter', { parameterName: '/nested', stringValue: given.ref });
      new CfnOutput(stack, 'Name', { value: parameter.parameterName });
    }));
    expect(result.failures).toEqual([]);
    expect(simulation.ssm.value(WORK, 'eu-west-1', '/nested')).toBe('arn:aws:sns:eu-west-1:111122223333:given');
    expect(result.stacks[0].outputs.Name).toBe('/nested');
  });

  test('deletes and recreates a stack whose creation failed, and stops after the first failure', async () => {
    const build = (name: string) => (app: App) => {
      const broken = new Stack(app, 'Broken', { env });
      new StringParameter(broken, 'One', { parameterName: '/one', stringValue: '1' });
      new StringParameter(broken, 'Two', { parameterName: name, stringValue: '2' });
      const after = new Stack(app, 'After', { env });
      after.addStackDependency(broken);
      new CfnResource(after, 'Topic', { type: 'AWS::SNS::Topic' });
    };
    const failed = await deployAssembly(simulation, synthesize(build('/one')));
    expect(failed.stacks).toMatchObject([
      { name: 'Broken', status: 'ROLLBACK_COMPLETE', reason: expect.stringContaining('failed to create') },
    ]);
    expect(failed.failures[0].path).toMatch(/^Broken\/(One|Two)\/Resource$/);
    expect(simulation.ssm.value(WORK, 'eu-west-1', '/one')).toBeUndefined();
    const retried = await deployAssembly(simulation, synthesize(build('/two')));
    expect(retried.stacks.map(({ status }) => status)).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  });

  test('keeps the previous values of omitted parameters, and sets the tags of the stacks', async () => {
    const assembly = synthesize(app => {
      const stack = new Stack(app, 'Tagged', { env });
      Tags.of(stack).add('team', 'shop');
      const parameter = new CfnParameter(stack, 'Size', { default: '3' });
      new CfnOutput(stack, 'Got', { value: parameter.valueAsString });
      new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
    });
    const result = await deployAssembly(simulation, assembly);
    expect(result.stacks[0].outputs.Got).toBe('3');
    expect(simulation.cloudformation.find(WORK, 'eu-west-1', 'Tagged')?.target.tags).toEqual({ team: 'shop' });
    expect(await deployAssembly(simulation, assembly)).toMatchObject({ changed: 0, succeeded: true });
  });

  test('rejects an invalid template before it creates any resource', async () => {
    const { failures, changed } = await deployAssembly(simulation, synthesize(app => {
      const stack = new Stack(app, 'Long', { env });
      stack.templateOptions.metadata = { long: 'x'.repeat(1_000_000) };
      new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
    }));
    expect(failures).toMatchObject([{ stackName: 'Long', reason: 'Template may not exceed 1000000 bytes in size.' }]);
    expect(changed).toBe(0);
  });

  test('rejects parameters that violate a rule before it creates any resource', async () => {
    const { failures, changed } = await deployAssembly(simulation, synthesize(app => {
      const stack = new Stack(app, 'Ruled', { env });
      const size = new CfnParameter(stack, 'Size', { default: 'huge' });
      new CfnRule(stack, 'Sizes', {
        assertions: [
          {
            assert: Fn.conditionContains(['small', 'large'], size.valueAsString),
            assertDescription: 'Choose a size that exists.',
          },
        ],
      });
      new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
    }));
    expect(failures).toMatchObject([
      {
        stackName: 'Ruled',
        reason: "Template error: rule Sizes does not hold as Size is 'huge': Choose a size that exists.",
      },
    ]);
    expect(changed).toBe(0);
  });

  test('changes the termination protection of a stack that is otherwise unchanged', async () => {
    const assembly = (terminationProtection: boolean): string => synthesize(app => {
      new CfnResource(new Stack(app, 'Kept', { env, terminationProtection }), 'Topic', { type: 'AWS::SNS::Topic' });
    });
    await deployAssembly(simulation, assembly(false));
    expect(await deployAssembly(simulation, assembly(true))).toMatchObject({ succeeded: true, changed: 0 });
    const { failures } = await destroyAssembly(simulation, assembly(true));
    expect(failures[0].reason).toBe('Stack [Kept] cannot be deleted while TerminationProtection is enabled');
    await deployAssembly(simulation, assembly(false));
    expect((await destroyAssembly(simulation, assembly(false))).stacks).toMatchObject([{ status: 'DELETE_COMPLETE' }]);
  });

  test('derives the management account from the template that grants the creation of accounts', () => {
    const assembly = synthesize(app => {
      new CfnResource(new Stack(app, 'Work', { env }), 'Topic', { type: 'AWS::SNS::Topic' });
      new CfnResource(new Stack(app, 'Root', { env: { account: MANAGEMENT, region: 'us-east-1' } }), 'Policy', {
        type: 'AWS::IAM::Policy',
        properties: {
          PolicyDocument: { Statement: [{ Action: 'organizations:CreateAccount', Effect: 'Allow', Resource: '*' }] },
        },
      });
    });
    expect(managementAccountOf(readAssembly(assembly))).toEqual({ accountId: MANAGEMENT, isAssumed: false });
  });

  test('rejects an account id that does not have twelve digits', () => {
    const outdir = synthesize(app => {
      new CfnResource(new Stack(app, 'Net', { env: { ...env, account: '55555555555' } }), 'Topic', {
        type: 'AWS::SNS::Topic',
      });
    });
    expect(() => readAssembly(outdir)).toThrow("the account of stack 'Net' must have twelve digits, got '55555555555'");
  });

  test(
    'publishes the same placeholder for an image asset in every run, and lists the image in the result',
    async () => {
      const source = path.join(folder, 'image');
      mkdirSync(source, { recursive: true });
      writeFileSync(path.join(source, 'Dockerfile'), 'FROM scratch\n');
      const assembly = (): string =>
        synthesize(app => {
          const stack = new Stack(app, 'Images', { env });
          const { imageUri } = new DockerImageAsset(stack, 'Image', { directory: source });
          new CfnOutput(stack, 'Address', { value: imageUri });
          new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
        });
      const {
        images,
        stacks: [{ outputs }],
      } = await deployAssembly(simulation, assembly());
      expect(images).toEqual(['Image']);
      expect(simulation.ecr.lacks(outputs.Address)).toBe(false);
      const name = `cdk-hnb659fds-container-assets-${env.account}-${env.region}`;
      const repository = simulation.ecr.repository(env.account, env.region, name);
      const before = [...(repository?.images.keys() ?? [])];
      await deployAssembly(simulation, assembly());
      expect([...(repository?.images.keys() ?? [])]).toEqual(before);
      expect(repository?.layers.size).toBe(2);
    },
  );

  test('rejects an image asset whose repository does not exist', async () => {
    const outdir = synthesize(app => {
      new CfnResource(new Stack(app, 'Image', { env }), 'Topic', { type: 'AWS::SNS::Topic' });
    });
    const destinations = { here: { repositoryName: 'nowhere', imageTag: 'abc' } };
    const dockerImages = { abc: { source: { directory: '.' }, destinations } };
    writeFileSync(path.join(outdir, 'Image.assets.json'), JSON.stringify({ version: '1', files: {}, dockerImages }));
    await expect(deployAssembly(simulation, outdir)).rejects.toThrow("stack 'Image' publishes to repository 'nowhere', "
      + 'which does not exist: is the account bootstrapped with this qualifier?');
  });
});
