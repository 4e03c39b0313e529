import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './attempt';
import { ATTEMPTS } from './attempts';
import { DATABASE_READER, targetApp, UNITS } from './target-app';
import type { Caller, Permission } from '../../rehearsal/core/service';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import { Harness, reasons, REPOSITORY } from '../vending/harness';

const UNRELATED = '555555555555';
const OUTSIDE = '666666666666';
const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }] };

/** Roles that an administrator creates or changes, so that they look like those that others trust. */
const ROLES = [
  '/Administrator',
  '/org-environments-pipeline-run',
  '/org-environments-pipeline-evil',
  '/org-environments-pipeline-operate',
  '/org-environments-account-provider',
  '/org-environments-pipeline-provider',
  '/org-environments-trigger',
  '/org-environments-operations',
  '/org-environments-transit-provider',
  '/org-environments-address-provider',
  '/org-environments-cleaner',
  '/org-environments-backport',
  '/org-environments-release-evil',
  '/org-environments-release/evil',
  '/org-environments-clean-eu-west-1',
  '/network-org-environments-evil',
  `/${DATABASE_READER}`,
];

let harness: Harness;
let target: Target;
let dev: string;

beforeAll(async () => {
  harness = await Harness.start({ organizationalUnits: UNITS });
  const { organizations } = harness.simulation;
  organizations.addAccount({ accountId: UNRELATED, name: 'unrelated', email: 'un@example.com', joined: 'INVITED' });
  expect(reasons(await harness.deploy(targetApp))).toBe('');
  dev = harness.vended['shop-dev'];
  target = targetOf(harness.vended['shop-prod']);
});
afterAll(() => harness.stop());

function targetOf(accountId: string): Target {
  const { iam, cloudformation } = harness.simulation;
  const resources = [...(cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [])];
  const ids = (type: string) => resources.filter(resource => resource.type === type).map(({ id = '' }) => id);
  const here = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${CICD_ACCOUNT}:${resource}`;
  const roles = iam.rolesOf(CICD_ACCOUNT).map(({ arn }) => arn);
  const [topicArn] = ids('AWS::SNS::Topic').filter(arn => arn.includes('Approvals'));
  return {
    accountId,
    sourceRoleArn: sourceRoleOf(accountId),
    repositoryArn: here('codecommit', REPOSITORY),
    keyArn: here('kms', `key/${ids('AWS::KMS::Key')[0]}`),
    topicArn,
    registryArn: here('dynamodb', `table/${ids('AWS::DynamoDB::Table')[0]}`),
    parameterArn: here('ssm', 'parameter/org-environments/organization'),
    functionArns: ids('AWS::Lambda::Function').map(name => here('lambda', `function:${name}`)),
    stateMachineArns: ids('AWS::StepFunctions::StateMachine'),
    queueArn: here('sqs', 'any'),
    providerRoleArns: roles.filter(arn => !arn.includes('/org-environments-source/') && !arn.includes('/cdk-')),
    ...sharedIn(accountId),
    sideAccountIds: [harness.vended['shop-blue'], harness.vended['shop-green']],
  };
}

/** What the account of `prod` has for others. */
function sharedIn(accountId: string) {
  const { iam, cloudformation } = harness.simulation;
  const all = cloudformation.inventory.all({ accountId, region: REGION });
  const arnOf = (part: string): string => all.find(({ arn = '' }) => arn.includes(part))?.arn ?? '';
  return {
    networkRoleArns: iam.rolesOf(accountId).map(({ arn }) => arn).filter(arn => arn.includes('/network-org-')),
    addressTableArn: arnOf('OrgEnvironmentsAddresses'),
    databaseSecretArn: arnOf(':secret:'),
    databaseKeyArn: arnOf(':key/'),
  };
}

function sourceRoleOf(accountId: string): string {
  const isOf = ({ arn }: { readonly arn: string }) => arn.includes(`/org-environments-source/${accountId}/`);
  return harness.simulation.iam.rolesOf(CICD_ACCOUNT).find(isOf)?.arn ?? '';
}

/** Sessions of roles with all permissions in their account, whatever their names are; and the root of the account. */
function callersIn(accountId: string): Caller[] {
  const { iam } = harness.simulation;
  const paths = [...ROLES, `/org-environments-source/${target.accountId}/Source`];
  return [
    { accountId, arn: `arn:aws:iam::${accountId}:root` },
    ...paths.map(path => {
      const arn = `arn:aws:iam::${accountId}:role${path}`;
      const roleName = path.slice(path.lastIndexOf('/') + 1);
      const trust = { Version: '2012-10-17', Statement: [] };
      iam.putRole({
        arn,
        roleName,
        roleId: `AROA${roleName}`,
        accountId,
        trust,
        policies: { all: ADMINISTRATOR },
        managedPolicyArns: [],
        tags: { 'org-environments:environment': 'prod' },
      });
      return iam.sessionOf(arn, 'attempt');
    }),
  ];
}

function isAllowed(caller: Caller, permission: Permission): boolean {
  try {
    harness.simulation.access.assertAllowed({ ...permission, caller, region: REGION });
    return true;
  } catch {
    return false;
  }
}

/** Returns what the callers may do of what an attempt needs. */
function allowedOf(callers: readonly Caller[], permissions: readonly Permission[]): string[] {
  expect(permissions.length).toBeGreaterThan(0);
  return callers.flatMap(caller => permissions
    .filter(permission => isAllowed(caller, permission))
    .map(({ action, resource }) => `${caller.arn} ${action} ${resource}`));
}

const attempts = Object.values(ATTEMPTS).flat();

describe.each(['dev', 'unrelated'])('an administrator of the account %s', name => {
  test.each(attempts)('fails to: $what', ({ needs }) => {
    const callers = callersIn(name === 'dev' ? dev : UNRELATED);
    expect(allowedOf(callers, needs(target))).toEqual([]);
  });
});

describe('the source role of dev, which its administrator can assume', () => {
  const session = () => [harness.simulation.iam.sessionOf(sourceRoleOf(dev), 'attempt')];
  const others = attempts.filter(({ what }) => !what.startsWith('Read the repository'));

  test.each(others)('fails to: $what', ({ needs }) => {
    expect(allowedOf(session(), needs(target))).toEqual([]);
  });

  test('reads all branches of the repository, because IAM has no condition for the branch', () => {
    expect(allowedOf(session(), [{ action: 'codecommit:GetBranch', resource: target.repositoryArn }])).toHaveLength(1);
  });
});

test('an account that has left the organization cannot use its own source role any more', () => {
  const { iam } = harness.simulation;
  const arn = `arn:aws:iam::${OUTSIDE}:role/org-environments-pipeline-run`;
  iam.putRole({
    ...iam.role(`arn:aws:iam::${target.accountId}:role/org-environments-pipeline-run`) ?? iam.rolesOf(dev)[0],
    arn,
    accountId: OUTSIDE,
    policies: { all: ADMINISTRATOR },
  });
  const permission = { action: 'sts:AssumeRole', resource: target.sourceRoleArn };
  expect(isAllowed(iam.sessionOf(arn, 'attempt'), permission)).toBe(false);
});

test('the pipeline of prod may do what it needs of it, so the attempts fail for their reasons', () => {
  const { iam } = harness.simulation;
  const { accountId, sourceRoleArn, keyArn, topicArn } = target;
  const run = iam.sessionOf(`arn:aws:iam::${accountId}:role/org-environments-pipeline-run`, 'pipeline');
  const source = iam.sessionOf(sourceRoleArn, 'pipeline');
  const bucket = `arn:aws:s3:::org-environments-artifacts-${accountId}-${REGION}`;
  const context = { 'kms:EncryptionContext:aws:s3:arn': bucket };
  const ofRun = [
    { action: 'sts:AssumeRole', resource: sourceRoleArn },
    { action: 's3:GetObject', resource: `${bucket}/prod/Source/abc` },
    { action: 'kms:Decrypt', resource: keyArn, context },
    { action: 'sns:Publish', resource: topicArn },
  ];
  expect(allowedOf([run], ofRun)).toHaveLength(ofRun.length);
  const ofSource = [
    { action: 'codecommit:UploadArchive', resource: target.repositoryArn },
    { action: 's3:PutObject', resource: `${bucket}/prod/Source/abc` },
    { action: 'kms:GenerateDataKey', resource: keyArn, context },
  ];
  expect(allowedOf([source], ofSource)).toHaveLength(ofSource.length);
});

test('those who need the roles and tables of the attempts may use them, so the attempts fail for their reasons', () => {
  const { iam } = harness.simulation;
  const { accountId, networkRoleArns, addressTableArn, databaseSecretArn, sideAccountIds: [blue] } = target;
  const arnIn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
  const mayAssume = (name: string, ...roleArns: readonly string[]) => roleArns.map(resource =>
    [`org-environments-${name}`, { action: 'sts:AssumeRole', resource }] as const);
  const needed = [
    ...mayAssume('cleaner', arnIn(accountId, `org-environments-clean-${REGION}`)),
    ...mayAssume('transit-provider', ...networkRoleArns),
    ...mayAssume('release-', arnIn(blue, 'org-environments-pipeline-release')),
    ...['dynamodb:GetItem', 'dynamodb:UpdateItem'].map(action =>
      ['org-environments-address-provider', { action, resource: addressTableArn }] as const),
  ];
  // a role of the network, and that of the hub
  expect(networkRoleArns).toHaveLength(2);
  const denied = needed.filter(([name, permission]) => {
    const role = iam.rolesOf(CICD_ACCOUNT).find(({ roleName }) => roleName.startsWith(name));
    return !role || !isAllowed(iam.sessionOf(role.arn, 'attempt'), permission);
  });
  expect(denied).toEqual([]);
  const services = harness.vended['shop-services'];
  callersIn(services);
  const reader = iam.sessionOf(arnIn(services, DATABASE_READER), 'attempt');
  expect(isAllowed(reader, { action: 'secretsmanager:GetSecretValue', resource: databaseSecretArn })).toBe(true);
});

describe('events of a pipeline named prod', () => {
  const bus = `arn:aws:events:${REGION}:${CICD_ACCOUNT}:event-bus/org-environments`;
  const approval = {
    'source': 'aws.codepipeline',
    'detail-type': 'CodePipeline Action Execution State Change',
    'resources': [],
    'detail': {
      'pipeline': 'prod',
      'execution-id': 'forged',
      'state': 'STARTED',
      'stage': 'Approve',
      'action': 'Approve',
      'type': { category: 'Approval' },
    },
  };
  async function messagesAfter(accountId: string): Promise<string[]> {
    const { events, clock } = harness.simulation;
    const before = events.published.length;
    events.emit(accountId, REGION, approval, bus);
    await clock.sleep(600);
    // without those of the executions that the deployment has started
    return events.published.slice(before).map(({ message }) => String(message))
      .filter(message => message.includes('/executions/forged/'));
  }

  test('of the account of prod are reported once by each construct', async () => {
    expect(await messagesAfter(target.accountId)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining(`Environment prod (account ${target.accountId})`)),
    );
  });

  test.each(['dev', 'unrelated'])('of the account %s cause no message', async name => {
    expect(await messagesAfter(name === 'dev' ? dev : UNRELATED)).toEqual([]);
  });
});

test('the tables in docs/security.md list exactly these attempts', () => {
  const text = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');
  const tables = Object.entries(ATTEMPTS).map(([heading, list]) => [
    `### ${heading}\n\n| attempt | why it fails |\n|---|---|`,
    ...list.map(({ what, why }) => `| ${what} | ${why} |`),
  ].join('\n'));
  const found = text.split(/^(?=### )/m).filter(part => part.includes('| attempt |')).map(part => part
    .split('\n\n').slice(0, 2).join('\n\n').trimEnd());
  expect(found).toEqual(tables);
  expect(text).toContain(`${attempts.length} attempts`);
});
