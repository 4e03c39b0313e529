import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CustomResource, Stack } from 'aws-cdk-lib';
import { Code, Repository } from 'aws-cdk-lib/aws-codecommit';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { Code as FunctionCode, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { rehearse, WORK } from './world';
import { zipFolder } from '../../../rehearsal/services/s3/zip-folder';

const env = { account: WORK, region: 'eu-west-1' };
const runtime = Runtime.NODEJS_24_X;
const INLINE = { runtime, handler: 'index.handler', code: FunctionCode.fromInline('exports.handler = async () => 1;') };

test('logRetention makes the log groups of its functions, and keeps them for as long as it says', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    new LambdaFunction(stack, 'Week', { ...INLINE, functionName: 'week', logRetention: RetentionDays.ONE_WEEK });
    new LambdaFunction(stack, 'Year', { ...INLINE, functionName: 'year', logRetention: RetentionDays.ONE_YEAR });
    new LogGroup(stack, 'Group', { logGroupName: '/shop', retention: RetentionDays.ONE_DAY });
  }, ({ failures, succeeded }, { cloudformation: { inventory } }) => {
    expect([succeeded, failures]).toEqual([true, []]);
    const names = inventory.list('AWS::Logs::LogGroup', { accountId: WORK, region: 'eu-west-1' }).map(({ id }) => id);
    expect(names).toEqual(expect.arrayContaining(['/aws/lambda/week', '/aws/lambda/year', '/shop']));
  });
});

test('a call of a service that is not simulated is the reason of its resource at once', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const handler = new LambdaFunction(stack, 'Handler', {
      ...INLINE,
      code: FunctionCode.fromInline(`
        const { ListWebACLsCommand, WAFV2Client } = require('@aws-sdk/client-wafv2');
        exports.handler = async () => new WAFV2Client({}).send(new ListWebACLsCommand({ Scope: 'REGIONAL' }));
      `),
    });
    new CustomResource(stack, 'Resource', { serviceToken: handler.functionArn });
  }, ({ succeeded, failures: [{ reason }], stacks: [{ status }], seconds }) => {
    expect([succeeded, status]).toEqual([false, 'ROLLBACK_COMPLETE']);
    expect(reason).toBe(
      "the rehearsal does not support the service wafv2: exclude 'Resource' from the rehearsal, for example by a "
      + 'context value',
    );
    expect(seconds).toBeLessThan(120);
  });
});

test.each([
  ['Connect', 'listUsers', 'connect:ListUsers'],
  ['KMS', 'replicateKey', 'kms:ReplicateKey'],
])('AwsCustomResource says that the rehearsal does not support a call of %s', async (service, action, call) => {
  await rehearse(app => {
    new AwsCustomResource(new Stack(app, 'Stack', { env }), 'Call', {
      onCreate: { service, action, physicalResourceId: PhysicalResourceId.of('call') },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
      installLatestAwsSdk: false,
    });
  }, ({ failures }) => {
    expect(failures.map(failure => failure.reason.replace(/'Call\w*'/, "'Call'"))).toEqual([
      `the rehearsal does not support ${call}: exclude 'Call' from the rehearsal, for example by a context value`,
    ]);
  });
});

/** Writes a folder with the files of a repository, and an archive of it. */
async function writeCode(folder: string): Promise<void> {
  mkdirSync(path.join(folder, 'code', 'bin'), { recursive: true });
  writeFileSync(path.join(folder, 'code', 'README.md'), '# shop');
  writeFileSync(path.join(folder, 'code', 'bin', 'app.ts'), '// app');
  writeFileSync(path.join(folder, 'code.zip'), await zipFolder(path.join(folder, 'code')));
}

test.each([
  ['a directory', (_stack: Stack, folder: string) => Code.fromDirectory(path.join(folder, 'code'), 'trunk')],
  ['a zip file', (_stack: Stack, folder: string) => Code.fromZipFile(path.join(folder, 'code.zip'), 'trunk')],
  ['an asset', (stack: Stack, folder: string) =>
    Code.fromAsset(new Asset(stack, 'Code', { path: path.join(folder, 'code') }), 'trunk')],
])('a repository has the files of its Code, which is %s', async (_what, codeIn) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-'));
  await writeCode(folder);
  try {
    await rehearse(app => {
      const stack = new Stack(app, 'Stack', { env });
      new Repository(stack, 'Repository', { repositoryName: 'code', code: codeIn(stack, folder) });
    }, async ({ failures, succeeded }, { codecommit }) => {
      expect([succeeded, failures]).toEqual([true, []]);
      expect(await codecommit.branches(WORK, 'eu-west-1', 'code')).toMatchObject([{ name: 'trunk' }]);
      const files = ['README.md', 'bin/app.ts'].map(async file =>
        codecommit.file(WORK, 'eu-west-1', 'code', 'trunk', file));
      expect(await Promise.all(files)).toEqual(['# shop', '// app']);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a repository that the rehearsal is given keeps its files instead of its Code', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-'));
  await writeCode(folder);
  mkdirSync(path.join(folder, 'given'));
  writeFileSync(path.join(folder, 'given', 'README.md'), '# given');
  try {
    await rehearse(app => {
      new Repository(new Stack(app, 'Stack', { env }), 'Repository', {
        repositoryName: 'code', code: Code.fromDirectory(path.join(folder, 'code')),
      });
    }, async ({ failures }, { codecommit }) => {
      expect(failures).toEqual([]);
      expect(await codecommit.file(WORK, 'eu-west-1', 'code', 'main', 'README.md')).toBe('# given');
    }, {}, { repositories: { code: path.join(folder, 'given') } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['an account', '444455556666', undefined],
  ['everyone in an organization', '*', { type: 'StringEquals', key: 'aws:PrincipalOrgID', value: 'o-1234567890' }],
])('the classic form of an event bus policy admits %s', async (_who, principal, condition) => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    new CfnEventBusPolicy(stack, 'Policy', { action: 'events:PutEvents', statementId: 'Allow', principal, condition });
  }, ({ failures, succeeded }, { events }) => {
    expect([succeeded, failures]).toEqual([true, []]);
    const policy = events.resourcePolicy(`arn:aws:events:eu-west-1:${WORK}:event-bus/default`);
    expect(policy?.policy?.Statement).toEqual([{
      Sid: 'Allow',
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: `arn:aws:events:eu-west-1:${WORK}:event-bus/default`,
      Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
      ...condition && { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } },
    }]);
  });
});

/** Answers a request of CloudFormation with members of another type. */
const answering = (wrong: string): string => `
const https = require('https');
exports.handler = async ({ ResponseURL, StackId, RequestId, LogicalResourceId }) => {
  const right = { Status: 'SUCCESS', PhysicalResourceId: 'id', StackId, RequestId, LogicalResourceId };
  const body = JSON.stringify({ ...right, ${wrong} });
  const { hostname, pathname, search } = new URL(ResponseURL);
  await new Promise((resolve, reject) => {
    https.request({ hostname, path: pathname + search, method: 'PUT' }, resolve).on('error', reject).end(body);
  });
};`;

test.each([
  ['PhysicalResourceId', 'PhysicalResourceId: 1', 'Expected string but received 1'],
  ['Reason', 'Reason: { code: 1 }', 'Expected string but received Object'],
  ['Data', "Data: 'text'", 'Expected Object but received "text"'],
  ['RequestId', 'RequestId: 7', 'Expected string but received 7'],
])('a response with a wrong %s is rejected with its name', async (member, wrong, why) => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const code = FunctionCode.fromInline(answering(wrong));
    const handler = new LambdaFunction(stack, 'Handler', { ...INLINE, code });
    new CustomResource(stack, 'Resource', { serviceToken: handler.functionArn });
  }, ({ failures: [failure] }) => {
    expect(failure.reason).toBe(`Invalid response object: ${member}: Invalid type: ${why}`);
  });
});

test('a VPC whose default security group is restricted has no rules in it', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    stack.node.setContext('@aws-cdk/aws-ec2:restrictDefaultSecurityGroup', true);
    new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
  }, ({ failures, succeeded }, { ec2 }) => {
    expect([succeeded, failures]).toEqual([true, []]);
    const groups = [...ec2.networks.securityGroups.values()].filter(
      ({ name, accountId, rules }) => name === 'default' && accountId === WORK && rules.size === 0,
    );
    expect(groups).toHaveLength(1);
  });
});
