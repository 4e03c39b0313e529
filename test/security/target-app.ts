import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  Account, AccountBaseline, AccountPool, AddressSpace, Backports, BlueGreenEnvironment, PipelineEvent,
  PipelineNotifications, SharedDatabase, Traffic, TransitHub,
} from '../../src';
import type { Cicd } from '../fixtures/app';
import { DatabaseNetwork } from '../fixtures/database-network';
import { networkOf } from '../fixtures/networks';

/** Units of the accounts that wait in the pool. */
export const UNITS = ['Pool/Waiting', 'Pool/Quarantine'];
/** The parameter that the blue/green environment divides its traffic with. */
export const TRAFFIC_PARAMETER = '/shop/active';
/** The only role that may read the secret of the database, in the account `services`. */
export const DATABASE_READER = 'shop-service';

/**
 * Environments `dev` and `prod`, a blue/green environment, and everything that one can share with others: the account
 * of `prod` is of a pool and has a hub, a table of an address space, and a database.
 */
export function targetApp(cicd: Cicd): void {
  const { organization, stack } = cicd;
  const approvalTopic = new Topic(stack, 'Approvals');
  const pool = new AccountPool(stack, 'Pool', {
    organization,
    poolName: 'shop',
    maximum: 1,
    email: 'aws+shop-pool-{n}@example.com',
    waitingUnit: UNITS[0],
    quarantineUnit: UNITS[1],
    accountBaseline: new AccountBaseline(stack, 'PoolBaseline', {}),
  });
  const account = new Account(stack, 'prod-account', { organization, pool, accountName: 'shop-prod' });
  const dev = cicd.account('dev');
  cicd.environment('dev', { account: dev });
  cicd.environment('prod', { account, pipeline: { approval: true, approvalTopic } });
  shared(cicd, account, dev);
  new BlueGreenEnvironment(stack, 'Web', {
    organization,
    environmentName: 'web',
    source: cicd.source,
    blue: { account: cicd.account('blue') },
    green: { account: cicd.account('green') },
    traffic: Traffic.parameter({ parameterName: TRAFFIC_PARAMETER }),
    alarmNames: ['errors'],
  });
  new Backports(stack, 'Backports', { organization });
  new PipelineNotifications(stack, 'Notifications', { organization });
  new PipelineNotifications(stack, 'OfProd', {
    organization, environmentNames: ['prod'], events: [PipelineEvent.APPROVAL_NEEDED],
  });
}

/** What is in the account of `prod` for others. */
function shared(cicd: Cicd, account: Account, dev: Account): void {
  const { organization, stack } = cicd;
  AddressSpace.table(stack, 'Addresses', { organization, account, cidr: '10.0.0.0/12' });
  const hub = new TransitHub(stack, 'Hub', { organization, account });
  hub.addSegment('prod');
  hub.addSegment('dev');
  hub.attach(networkOf(cicd, 'prod', '10.32.0.0/20', { account }), { segment: 'prod' });
  hub.attach(networkOf(cicd, 'dev', '10.32.16.0/20', { account: dev }), { segment: 'dev' });
  SharedDatabase.auroraPostgres(stack, 'Database', {
    organization,
    network: new DatabaseNetwork(stack, 'DatabaseNetwork', account),
    databaseIdentifier: 'shop',
    clients: [{ account: cicd.account('services'), cidr: '10.32.32.0/20', roleNames: [DATABASE_READER] }],
  });
}
