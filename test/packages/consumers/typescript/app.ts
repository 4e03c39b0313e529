import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { PipelinePlan } from 'cdk-org-environments';
import {
  Account, AccountPipelineBranch, AccountStack, EnvironmentsDashboard, Organization, OrganizationAccess,
  OrganizationAccessRole, PipelineDefinition, PipelineNotifications, Source,
} from 'cdk-org-environments';

const REGION = 'eu-west-1';

/** Runs a script instead of deploying a CDK app. */
class Script extends PipelineDefinition {
  public plan(): PipelinePlan {
    const step = { name: 'Deploy', description: 'Runs the script of the commit', commands: ['sh deploy.sh'] };
    return { stages: [{ name: 'Deploy', steps: [step] }] };
  }
}

const app = new App();
const management = new Stack(app, 'Management', { env: { account: '999999999999', region: REGION } });
new OrganizationAccessRole(management, 'Access', {
  cicdAccountId: '222222222222', organizationId: 'o-exampleorgid',
});

const cicd = new Stack(app, 'Cicd', { env: { account: '222222222222', region: REGION } });
cicd.addStackDependency(management);
const organization = new Organization(cicd, 'Organization', {
  organizationId: 'o-exampleorgid',
  access: OrganizationAccess.role('arn:aws:iam::999999999999:role/org-environments-access'),
});
const source = Source.codeCommit(Repository.fromRepositoryName(cicd, 'Repository', 'shop'));
const vend = (name: string) => new Account(cicd, `${name}-account`, {
  organization,
  accountName: `shop-${name}`,
  email: `aws+shop-${name}@example.com`,
  organizationalUnit: 'Workloads/Test',
});

const prod = vend('prod');
new AccountPipelineBranch(cicd, 'prod', {
  organization,
  account: prod,
  branch: { source, branchName: 'env/prod' },
  pipeline: { approval: true },
});
new AccountPipelineBranch(cicd, 'test', {
  organization,
  account: vend('test'),
  branch: { source, branchName: 'env/test', parentBranchName: 'env/prod' },
  pipeline: { definition: PipelineDefinition.cdk({ smokeTestCommands: ['npm run smoke-test'] }) },
});
new AccountPipelineBranch(cicd, 'existing', {
  organization,
  account: Account.fromAccountId(cicd, 'existing-account', '123456789012'),
  branch: { source, branchName: 'env/existing', parentBranchName: 'env/test' },
  pipeline: { definition: new Script() },
});

const alarms = new AccountStack(cicd, 'Alarms', { organization, account: prod });
new Topic(alarms, 'Topic', { topicName: 'alarms', enforceSSL: true });

const notifications = new PipelineNotifications(cicd, 'Notifications', { organization, environmentNames: ['prod'] });
notifications.topic.addSubscription(new EmailSubscription('oncall@example.com'));
new EnvironmentsDashboard(cicd, 'Dashboard', { organization, dashboardName: 'environments' });

app.synth();
