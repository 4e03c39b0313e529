import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { EnvironmentsDashboard } from '../../src';
import { Cicd } from '../fixtures/app';
import { onlyResource, synthesized } from '../fixtures/assembly';
import { identityStatements } from '../fixtures/policies';

function dashboard(environments: readonly string[]) {
  const cicd = new Cicd(undefined, { imported: true });
  for (const name of environments) cicd.environment(name);
  new EnvironmentsDashboard(
    cicd.stack, 'Dashboard', { organization: cicd.organization, dashboardName: 'environments' },
  );
  return synthesized(cicd.stack);
}

describe('the dashboard', () => {
  const template = dashboard([]);
  const body = JSON.stringify(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);

  test('shows the table of a function, and each metric of all environments', () => {
    expect(body).toContain('\\"type\\":\\"custom\\"');
    for (const name of ['Deployments', 'FailedDeployments', 'LeadTime', 'TimeToRestore']) {
      expect(body).toContain(`SEARCH('{OrgEnvironments,Environment} MetricName=\\\\\\"${name}\\\\\\"`);
    }
  });

  test('is the same however many environments there are', () => {
    expect(
      JSON.stringify(onlyResource(dashboard(['dev', 'prod']), 'AWS::CloudWatch::Dashboard').Properties.DashboardBody),
    ).toBe(body);
  });

  test('has a function that reads records of environments, and cannot write', () => {
    expect(identityStatements(template)).toEqual([
      expect.objectContaining({ Sid: 'Logs' }),
      expect.objectContaining({
        Action: 'dynamodb:GetItem',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['halt#*', 'deployment#*', 'release#*'] } },
      }),
      expect.objectContaining({
        Action: 'dynamodb:Query',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['environment', 'drift'] } },
      }),
    ]);
  });
});

test('the dashboard grants what its console page needs, and nothing else', () => {
  const { stack, organization } = new Cicd(undefined, { imported: true });
  const viewer = new Role(stack, 'Viewer', { assumedBy: new AccountRootPrincipal() });
  const shown = new EnvironmentsDashboard(stack, 'Dashboard', { organization });

  shown.grantView(viewer);

  const { Properties } = onlyResource(synthesized(stack), 'AWS::IAM::Policy');
  const statements: { Action: unknown; Resource: unknown }[] = Properties.PolicyDocument.Statement;
  const functionArn = stack.resolve(shown.tableFunction.functionArn);
  expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    ['lambda:InvokeFunction', [{ 'Fn::Join': ['', [functionArn, ':$LATEST']] }, functionArn]],
    ['cloudwatch:GetDashboard', stack.resolve(shown.dashboard.dashboardArn)],
    [['cloudwatch:GetMetricData', 'cloudwatch:ListDashboards'], '*'],
  ]);
});
