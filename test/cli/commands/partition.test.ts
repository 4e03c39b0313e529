import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, queue } from '../command-line';

const FAST = ['--scale', '600'];
const AssumeRolePolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

function roleWith(policyArn: string): unknown {
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument, ManagedPolicyArns: [policyArn] } };
}

test.each([
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['eu-west-1', 'aws', 'amazonaws.com'],
])('an app in %s is in the partition %s', (region, partition, suffix) => {
  const app = cli.assembly(region, {}, `aws://222222222222/${region}`);
  const file = path.join(app, 'Shop.template.json');
  const template = {
    Resources: {
      Role: roleWith(`arn:${partition}:iam::aws:policy/ReadOnlyAccess`), Bucket: { Type: 'AWS::S3::Bucket' },
    },
    Outputs: {
      Place: { Value: { 'Fn::Sub': '${AWS::Partition} ${AWS::URLSuffix}' } },
      Role: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      Domain: { Value: { 'Fn::GetAtt': ['Bucket', 'DomainName'] } },
    },
  };
  writeFileSync(file, JSON.stringify(template));
  const { status, stderr } = cli.rehearse('--app', app, '--report', 'partition.json', ...FAST);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [{ outputs }] = cli.report('partition.json').stacks;
  expect(outputs.Place).toBe(`${partition} ${suffix}`);
  expect(outputs.Role).toMatch(new RegExp(`^arn:${partition}:iam::222222222222:role/`));
  expect(outputs.Domain).toMatch(new RegExp(`\\.s3\\.${suffix.replaceAll('.', '\\.')}$`));
});

test('a literal ARN of another partition fails', () => {
  const resources = { Role: roleWith('arn:aws:iam::aws:policy/ReadOnlyAccess') };
  const app = cli.assembly('literal', resources, 'aws://222222222222/us-gov-west-1');
  const { status, stdout } = cli.rehearse('--app', app, ...FAST);
  expect(status).toBe(1);
  expect(stdout).toContain('Policy arn:aws:iam::aws:policy/ReadOnlyAccess does not exist or is not attachable.');
});

test('AWS GovCloud (US) creates no accounts', () => {
  const Properties = { AccountName: 'shop', Email: 'shop@example.com' };
  const resources = { Account: { Type: 'AWS::Organizations::Account', Properties } };
  const { status, stdout } = cli.rehearse(
    '--app', cli.assembly('account', resources, 'aws://222222222222/us-gov-west-1'), ...FAST,
  );
  expect(status).toBe(1);
  expect(stdout).toContain("This action isn't available in the current AWS Region.");
  expect(stdout).toContain(
    'hint: AWS creates no accounts in AWS GovCloud (US): create them with CreateGovCloudAccount in the commercial '
    + 'partition, invite them into the organization, and use Account.fromAccountAttributes\n',
  );
});

test('stacks in two partitions are rejected', () => {
  const one = cli.assembly('one', { A: queue('a') }, 'aws://222222222222/us-gov-west-1');
  const other = cli.assembly('other', { A: queue('a') }, 'aws://222222222222/eu-west-1');
  expect(cli.rehearse('--app', one, '--app', other)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(
      "stack 'Shop' is in partition aws-us-gov (us-gov-west-1), but stack 'Shop' in aws (eu-west-1): an organization "
      + 'is in one partition, so rehearse the stacks of each partition as an app of its own',
    ),
  });
});
