import type { App, Environment } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import {
  Account, AccountPool, Backports, BranchProtection, CloudFrontRouter, CustomerOrganization, Endpoint,
  EnvironmentOrganization, OrganizationAccess, OrganizationAlarms, OrganizationalUnit,
  Source, SourceRepository, Traffic,
} from '../../src';
import { ACCESS_ROLE_ARN, Cicd } from '../fixtures/app';

/** A CICD stack with the constructs of pools, baselines, repositories, customers and backports, and alarms. */
export function furtherConstructs(app: App, env: Environment): void {
  const access = OrganizationAccess.role(ACCESS_ROLE_ARN);
  const cicd = new Cicd(app, { access, env, baseline: { requireImdsv2: true } });
  const { stack, organization } = cicd;
  new OrganizationalUnit(stack, 'Unit', { organization, unitName: 'Workloads' });
  const pool = new AccountPool(stack, 'Accounts', {
    organization,
    poolName: 'sandbox',
    maximum: 2,
    email: 'aws+sandbox-{n}@example.com',
    waitingUnit: 'Pool/Waiting',
    quarantineUnit: 'Pool/Quarantine',
  });
  const account = new Account(stack, 'Leased', { organization, pool });
  const { branch } = cicd.environment('leased', { account });
  new BranchProtection(stack, 'Protection', { branches: [branch] });
  new Backports(stack, 'Backports', { organization });
  new OrganizationAlarms(stack, 'Alarms', { organization });
  const copy = Source.codeCommit(Repository.fromRepositoryName(stack, 'Copy', 'copy'));
  new SourceRepository(stack, 'CopyOfShop', { organization, source: copy, template: cicd.source });
  customer(cicd);
}

function customer({ stack, organization, source }: Cicd): void {
  const router = new CloudFrontRouter(stack, 'Router');
  new EnvironmentOrganization(stack, 'shop', {
    customer: new CustomerOrganization(stack, 'acme', {
      organization, email: 'aws+{account}@example.com', cidr: '10.16.0.0/12',
    }),
    source,
    workAccounts: ['dev', 'test', 'uat'].map(name => ({ name })),
    deployment: { traffic: Traffic.cloudFront({ router, endpoint: Endpoint.parameter('/shop/dns') }) },
    database: { roleNames: ['shop-service'] },
  });
}
