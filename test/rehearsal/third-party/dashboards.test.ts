import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnDashboard, Dashboard, GraphWidget, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { rehearse, WORK } from './world';

const env = { account: WORK, region: 'eu-west-1' };

test('a dashboard has the widgets of the app, and its name as Ref', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const dashboard = new Dashboard(stack, 'Dashboard', {
      widgets: [[
        new TextWidget({ markdown: '# Shop' }),
        new GraphWidget({ left: [new Metric({ namespace: 'Shop', metricName: 'Orders' })] }),
      ]],
    });
    new CfnOutput(stack, 'Name', { value: dashboard.dashboardName });
  }, async ({ failures, stacks: [{ outputs: { Name: name } }] }, { cloudformation, server, iam }) => {
    expect([failures, name]).toEqual([[], expect.stringMatching(/^Stack-Dashboard[\w-]+$/)]);
    expect(cloudformation.placeholderTypes).toEqual([]);
    const { accessKeyId } = iam.issue({ accountId: WORK, arn: `arn:aws:iam::${WORK}:root` });
    const call = { service: 'monitoring', region: 'eu-west-1', accessKeyId };
    const found = await server.call({ ...call, operation: 'GetDashboard', input: { DashboardName: name } });
    const { DashboardArn: arn, DashboardBody: body } = found as { DashboardArn: string; DashboardBody: string };
    expect(arn).toBe(`arn:aws:cloudwatch::${WORK}:dashboard/${name}`);
    const { widgets }: { widgets: { type: string }[] } = JSON.parse(body);
    expect(widgets.map(({ type }) => type)).toEqual(['text', 'metric']);
    await cloudformation.remove(WORK, 'eu-west-1', 'Stack');
    await expect(server.call({ ...call, operation: 'GetDashboard', input: { DashboardName: name } })).rejects.toThrow(
      `Dashboard ${name} does not exist`,
    );
  });
});

const errors = (...list: [dataPath: string, message: string][]): string =>
  `The dashboard body is invalid, there are ${list.length} validation errors:\n`
  + JSON.stringify(list.map(([dataPath, message]) => ({ dataPath, message })), undefined, 2);

test.each([
  ['is no JSON', '{', 'The field DashboardBody must be a valid JSON object'],
  ['is a list', '[]', 'The field DashboardBody must be a valid JSON object'],
  ['has no widgets', '{}', errors(['', "Should have required property 'widgets'"])],
  ['has widgets that are no list', '{"widgets":{}}', errors(['/widgets', 'Should be array'])],
  ['has a widget without type and properties', '{"widgets":[{"type":"text","properties":{}},{}]}', errors(
    ['/widgets/1', "Should have required property 'type'"],
    ['/widgets/1', "Should have required property 'properties'"],
  )],
  ['has a widget that is a text', '{"widgets":["text"]}', errors(['/widgets/0', 'Should be object'])],
])('a dashboard is rejected if its body %s', async (_what, dashboardBody, message) => {
  await rehearse(app => {
    new CfnDashboard(new Stack(app, 'Stack', { env }), 'Dashboard', { dashboardBody });
  }, ({ failures: [{ type, reason }] }) => {
    expect([type, reason]).toEqual(['AWS::CloudWatch::Dashboard', message]);
  });
});

test('two dashboards with one name in an account are rejected', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const body = { dashboardName: 'shop', dashboardBody: '{"widgets":[]}' };
    const [first, second] = ['First', 'Second'].map(id => new CfnDashboard(stack, id, body));
    second.node.addDependency(first);
  }, ({ failures: [{ reason }] }) => {
    expect(reason).toBe("Resource of type 'AWS::CloudWatch::Dashboard' with identifier 'shop' already exists.");
  });
});
