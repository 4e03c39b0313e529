import { App, Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  Account, CustomerOrganization, EnvironmentOrganization, Organization, OrganizationAccess, OrganizationAccessRole,
  OrganizationFeature, Source, SourceRepository, Traffic, TransitHub,
} from 'cdk-org-environments';

// Replace with your organization, two of its accounts, and a mailbox that accepts plus addresses.
const organizationId = 'o-exampleorgid';
const [managementAccountId, cicdAccountId] = ['999999999999', '222222222222'];
const region = 'eu-west-1';
const email = 'aws+{account}@example.com';

const app = new App();

// 1. Deploy this stack once into the management account.
const management = new Stack(app, 'Management', { env: { account: managementAccountId, region } });
new OrganizationAccessRole(management, 'Access', {
  cicdAccountId, organizationId, features: [OrganizationFeature.ORGANIZATIONAL_UNITS],
});

// 2. Deploy this stack into the CICD account. Deleting it would delete all environments, so it is protected.
const cicd = new Stack(app, 'Cicd', { env: { account: cicdAccountId, region }, terminationProtection: true });
cicd.addStackDependency(management);
const organization = new Organization(cicd, 'Organization', {
  organizationId,
  access: OrganizationAccess.role(`arn:aws:iam::${managementAccountId}:role/org-environments-access`),
});
const repository = (name: string): Source =>
  Source.codeCommit(Repository.fromRepositoryName(cicd, `repository-${name}`, name));
const template = repository('shop-template');

// The hub connects the networks of each customer. Customers do not reach each other through it.
const hub = new TransitHub(cicd, 'Hub', {
  organization,
  account: new Account(cicd, 'NetworkAccount', {
    organization, accountName: 'network', email: email.replace('{account}', 'network'),
  }),
});

/** A customer with its shop: seven accounts, and a repository that begins as a copy of the template. */
function customer(name: string, cidr: string): void {
  const { source } = new SourceRepository(cicd, `${name}-code`, {
    organization, source: repository(`${name}-shop`), template,
  });
  new EnvironmentOrganization(cicd, `${name}-shop`, {
    customer: new CustomerOrganization(cicd, name, { organization, email, cidr, hub }),
    organizationName: 'shop',
    source,
    workAccounts: [{ name: 'uat' }, { name: 'test' }, { name: 'dev' }],
    deployment: { traffic: Traffic.parameter({ parameterName: `/${name}/shop/active` }) },
    database: { roleNames: ['shop-service'] },
  });
}

customer('acme', '10.16.0.0/12');
// A second customer is one more line. `-c customers=2` rehearses it.
if (app.node.tryGetContext('customers') === '2') customer('globex', '10.32.0.0/12');

Validations.of(app).addPlugins(new AwsSolutionsChecks());
