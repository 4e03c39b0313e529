import { App, Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { AwsSolutionsChecks } from 'cdk-nag';
import { environments, settings } from './settings';
import {
  Account, AccountPipelineBranch, Organization, OrganizationAccess, OrganizationAccessRole, PipelineDefinition, Source,
} from 'cdk-org-environments';

const app = new App();
const { organizationId, managementAccountId, cicdAccountId, region, repositoryName, mailbox } = settings;

// 1. Deploy this stack once into the management account. `-c units=ou-…,ou-…` confines it to these units.
const units: string | undefined = app.node.tryGetContext('units');
const management = new Stack(app, 'Management', { env: { account: managementAccountId, region } });
new OrganizationAccessRole(management, 'Access', {
  cicdAccountId, organizationId, organizationalUnitIds: units?.split(','),
});

// 2. Deploy this stack into the CICD account to add, change or remove environments. Deleting it would delete all
// environments with their applications, so it is protected from termination.
const cicd = new Stack(app, 'Cicd', { env: { account: cicdAccountId, region }, terminationProtection: true });
cicd.addStackDependency(management);
const organization = new Organization(cicd, 'Organization', {
  organizationId,
  access: OrganizationAccess.role(`arn:aws:iam::${managementAccountId}:role/org-environments-access`),
});
// environments with the same definition share a pipeline template
const definition = PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test --if-present'] });
const source = Source.codeCommit(Repository.fromRepositoryName(cicd, 'Repository', repositoryName));

for (const { name, parentBranchName, organizationalUnit, approval } of environments(app)) {
  new AccountPipelineBranch(cicd, name, {
    organization,
    account: new Account(cicd, `${name}-account`, {
      organization,
      accountName: `${repositoryName}-${name}`,
      email: mailbox.replace('@', `+${repositoryName}-${name}@`),
      organizationalUnit,
    }),
    branch: { source, branchName: `env/${name}`, parentBranchName },
    pipeline: { approval, definition },
  });
}

Validations.of(app).addPlugins(new AwsSolutionsChecks());
