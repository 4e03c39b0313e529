import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Environment } from 'aws-cdk-lib';
import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { furtherConstructs } from './further-constructs';
import * as library from '../../src';
import {
  Account, AccountPipelineBranch, AccountStack, AddressSpace, BlueGreenEnvironment, Branch, BuildSecret, Endpoint,
  EnvironmentsDashboard, NotificationFormat,
  HealthCheck, Organization, OrganizationAccess,
  OrganizationAccessRole, OrganizationFeature, Pipeline, PipelineDefinition, PipelineEvent, PipelineNotifications,
  SharedDatabase, Singleton, Source, Traffic, TransitHub,
} from '../../src';
import type { IAccount } from '../../src';
import { PIPELINE_PARAMETERS, PipelineResources } from '../../src/pipeline/pipeline-resources';
import { CODECOMMIT_READING } from '../../src/sources/codecommit-host';
import {
  ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION,
} from '../fixtures/app';
import { DatabaseNetwork } from '../fixtures/database-network';
import { networkOf } from '../fixtures/networks';

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly object[];
    readonly suppressedViolations?: readonly object[];
  }[];
}

/** The context of an app that was made by `cdk init`. */
const recommended = JSON.parse(
  readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
) as Record<string, unknown>;

/** Synthesizes with all checks; answers what they found. */
function findings(
  define: (app: App) => void,
  context: Record<string, unknown> = { '@aws-cdk/core:defaultCrossStackReferences': 'weak' },
) {
  const outdir = mkdtempSync(join(tmpdir(), 'checks-'));
  const printed = jest.spyOn(console, 'error').mockImplementation();
  try {
    const app = quickApp({ outdir, context, builtinCloudFormationValidation: true });
    define(app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks());
    const messages = app.synth().stacks.flatMap(
      stack => stack.messages.map(({ id, entry }) => `${id}: ${String(entry.data)}`),
    );
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return {
      messages,
      printed: printed.mock.calls.flat(),
      violations: pluginReports.flatMap(({ violations }) => violations),
      explained: pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations).length,
    };
  } finally {
    printed.mockRestore();
    rmSync(outdir, { recursive: true });
  }
}

const none = { messages: [], printed: [], violations: [] };

/** A CICD stack in which every construct is used in every way. */
function everything(app: App, access: OrganizationAccess, env: Environment) {
  const cicd = new Cicd(app, { access, env });
  const { stack, organization, source } = cicd;
  const { branch } = cicd.environment('prod', { pipeline: { approval: true, enabled: false } });
  cicd.environment('dev', { branch: { source, branchName: 'env/dev', parentBranchName: branch.parentBranchName } });

  const made = Source.codeCommit(new Repository(stack, 'New', { repositoryName: 'warehouse' }));
  const member = Account.fromAccountId(stack, 'Member', '123456789012');
  new AccountPipelineBranch(
    stack, 'second', { organization, account: member, branch: { source: made, branchName: 'env/second' } },
  );

  const invited = Account.fromAccountAttributes(
    stack, 'Invited', { accountId: '210987654321', accessRoleName: 'InvitedAccess' },
  );
  const main = Branch.fromBranchAttributes(stack, 'Main', { source: made, branchName: 'main' });
  new Pipeline(stack, 'Pipeline', { organization, account: invited, branch: main, environmentName: 'integration' });

  new PipelineNotifications(stack, 'Notifications', { organization });
  new PipelineNotifications(
    stack, 'Chat', { organization, environmentNames: ['prod'], messageFormat: NotificationFormat.CHAT },
  );
  organization.onPipelineEvent('OnRollback', { events: [PipelineEvent.ROLLED_BACK] });
  new EnvironmentsDashboard(stack, 'Dashboard', { organization });

  blueGreen(cicd);
  sharedServices(cicd, member);

  const hub = new TransitHub(stack, 'Hub', { organization, account: member });
  hub.addSegment('shop');
  hub.attach(networkOf(cicd, 'shop', '10.1.0.0/20', { natGateways: 1, interfaceEndpoints: ['logs'] }), {
    segment: 'shop',
  });

  const network = new AccountStack(stack, 'Network', { organization, account: member });
  new CfnTopic(network, 'Topic', { kmsMasterKeyId: 'alias/aws/sns' });
  new CfnOutput(network, 'Name', { value: 'network' });
  new CfnOutput(stack, 'NetworkName', { value: network.outputValue('Name') });
}

/** Address spaces in both places, and databases of both kinds. */
function sharedServices({ stack, organization }: Cicd, account: IAccount) {
  const space = AddressSpace.table(stack, 'Addresses', { organization, account, cidr: '10.0.0.0/12' });
  space.addRange(stack, 'Range', { prefixLength: 20 });
  AddressSpace.table(stack, 'OwnAddresses', { organization, cidr: '10.16.0.0/12' });
  const pool = AddressSpace.ipam(stack, 'Pool', { organization, pool: 'ipam-pool-0123456789abcdef0' });
  pool.addRange(stack, 'PoolRange', { prefixLength: 20 });
  const network = new DatabaseNetwork(stack, 'DatabaseNetwork', account);
  const clients = [{ account, cidr: '10.1.0.0/20', roleNames: ['shop-service'] }];
  const props = { organization, network, clients };
  SharedDatabase.auroraPostgres(stack, 'Aurora', { ...props, databaseIdentifier: 'aurora' });
  SharedDatabase.postgres(stack, 'Postgres', { ...props, databaseIdentifier: 'postgres', multiAz: false });
}

/** A blue/green environment with a record in a hosted zone, and all that it can read and change. */
function blueGreen(cicd: Cicd) {
  const { stack, organization, source } = cicd;
  const zone = { hostedZoneId: 'Z1', zoneName: 'example.com' };
  new BlueGreenEnvironment(stack, 'live', {
    organization,
    source,
    blue: { account: cicd.account('blue') },
    green: { account: cicd.account('green') },
    traffic: Traffic.route53({
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', zone),
      recordName: 'shop.example.com',
      endpoint: Endpoint.output('shop', 'Dns'),
    }),
    healthChecks: [HealthCheck.http({ endpoint: Endpoint.output('shop', 'Dns') })],
    alarmNames: ['errors'],
    singletons: [Singleton.schedule('nightly')],
  });
}

const places: [string, Environment][] = [
  ['a known place', { account: CICD_ACCOUNT, region: REGION }], ['any place', {}],
];

describe.each(places)('in %s, CDK warns of nothing and cdk-nag has no unacknowledged finding in', (_, env) => {
  test('a CICD account that reaches the management account through a role', () => {
    const { explained, ...found } = findings(app => everything(app, OrganizationAccess.role(ACCESS_ROLE_ARN), env));
    expect(found).toEqual(none);
    expect(explained).toBeGreaterThan(0);
  });

  test('a CICD account with pools, baselines, customers, backports and alarms', () => {
    expect(findings(app => furtherConstructs(app, env))).toMatchObject(none);
  });

  test('an app with all feature flags that CDK recommends', () => {
    expect(
      findings(app => everything(app, OrganizationAccess.role(ACCESS_ROLE_ARN), env), recommended),
    ).toMatchObject(none);
    expect(findings(app => everything(app, OrganizationAccess.sameAccount(), env), recommended)).toMatchObject(none);
  });

  test('a CICD account that is the management account', () => {
    expect(findings(app => everything(app, OrganizationAccess.sameAccount(), env))).toMatchObject(none);
  });

  test('the access role of the management account', () => {
    const management = env.account ? { ...env, account: MANAGEMENT_ACCOUNT } : env;
    expect(findings(app => {
      new OrganizationAccessRole(
        new Stack(app, 'Management', { env: management }),
        'Access',
        {
          cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID, features: Object.values(OrganizationFeature),
        },
      );
    })).toMatchObject(none);
  });

  test('an app that imports the organization', () => {
    expect(findings(app => {
      const stack = new Stack(app, 'Other', { env });
      const organization = Organization.fromParameterName(stack, 'Organization');
      const source = Source.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'shop'));
      const account = new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' });
      new AccountPipelineBranch(stack, 'dev', { organization, account, branch: { source, branchName: 'env/dev' } });
    })).toMatchObject(none);
  });
});

test('cdk-nag and CDK check the resources of a pipeline like a stack of the app', () => {
  const { explained, ...found } = findings(app => {
    const stack = new Stack(app, 'Pipeline');
    new PipelineResources(stack, 'Resources', PipelineDefinition.cdk({
      smokeTestCommands: ['npm run smoke-test'],
      alarmNames: ['errors'],
      guardRules: ['rules.guard'],
      secrets: { TOKEN: BuildSecret.secretsManager('token'), KEY: BuildSecret.parameter('/key') },
      cachePaths: ['/root/.npm/**/*'],
      network: {
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0'],
        securityGroupIds: ['sg-0123456789abcdef0'],
      },
    }).plan(), CODECOMMIT_READING, undefined);
    expect(stack.node.findAll().map(({ node }) => node.id)).toEqual(
      expect.arrayContaining(Object.values(PIPELINE_PARAMETERS).filter(name => name !== 'ConnectionArn')),
    );
  });
  expect(found).toEqual(none);
  expect(explained).toBeGreaterThan(0);
});

test('every construct of the library is in an app that is checked', () => {
  const env = { account: CICD_ACCOUNT, region: REGION };
  const apps = [quickApp(), quickApp()];
  everything(apps[0], OrganizationAccess.role(ACCESS_ROLE_ARN), env);
  furtherConstructs(apps[1], env);
  const constructs = apps.flatMap(app => app.node.findAll());
  const unchecked = Object.entries(library).filter(([, value]) =>
    typeof value === 'function' && value.prototype instanceof Construct
      && !constructs.some(construct => construct instanceof value));
  // it has a test of its own
  expect(unchecked.map(([name]) => name)).toEqual(['OrganizationAccessRole']);
});

test('the checks do find what is wrong', () => {
  expect(() => findings(app => {
    new CfnTopic(new Stack(app, 'Stack'), 'Topic');
  })).toThrow('The SNS Topic does not require publishers to use SSL');
});
