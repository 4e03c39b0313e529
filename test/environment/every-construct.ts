import type { App, Environment } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import {
  Account, AccountPipelineBranch, AccountStack, AddressSpace, BlueGreenEnvironment, Branch, BuildSecret, Endpoint,
  EnvironmentsDashboard, HealthCheck, NotificationFormat, Pipeline, PipelineDefinition, PipelineEvent,
  PipelineNotifications, SharedDatabase, Singleton, Source, Traffic, TransitHub,
} from '../../src';
import type { IAccount, OrganizationAccess } from '../../src';
import { PipelineResources } from '../../src/pipeline/pipeline-resources';
import { CODECOMMIT_READING } from '../../src/sources/codecommit-host';
import { Cicd } from '../fixtures/app';
import { DatabaseNetwork } from '../fixtures/database-network';
import { networkOf } from '../fixtures/networks';

/** A CICD stack in which every construct is used in every way. */
export function everyConstruct(app: App, access: OrganizationAccess, env: Environment) {
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

/** The stack of a pipeline in a member account, with all options. */
export function pipelineStack(app: App): Stack {
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
  return stack;
}
