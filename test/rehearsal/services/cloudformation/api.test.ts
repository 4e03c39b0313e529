import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import type { DescribeChangeSetCommandOutput } from '@aws-sdk/client-cloudformation';
import { Simulation } from '../../../../rehearsal/simulation';

const ACCOUNT = '111122223333';
const QUEUE = {
  Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'Name' } } } },
  Parameters: { Name: { Type: 'String' } },
};
const OUTPUTS = { Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Export: { Name: 'queue-arn' } } };

describe('the API of CloudFormation', () => {
  let simulation: Simulation;
  let client: CloudFormationClient;
  let wait: { client: CloudFormationClient; maxWaitTime: number; minDelay: number; maxDelay: number };

  beforeAll(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 600 });
    const credentials = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    client = new CloudFormationClient({ region: 'eu-west-1', endpoint: simulation.server.endpoint, credentials });
    wait = { client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 };
  });

  afterAll(async () => {
    client.destroy();
    await simulation.stop();
  });

  const create = (StackName: string, template: unknown, rest: object = {}): Promise<{ StackId?: string }> =>
    client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template), ...rest }));

  test('creates, updates and deletes a stack, and emits the events', async () => {
    const parameters = [{ ParameterKey: 'Name', ParameterValue: 'orders' }];
    const { StackId } = await create(
      'queues',
      { ...QUEUE, Outputs: OUTPUTS },
      { Parameters: parameters, Tags: [{ Key: 'team', Value: 'shop' }] },
    );
    await waitUntilStackCreateComplete(wait, { StackName: 'queues' });
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'queues' }));
    expect(stack).toMatchObject({
      StackId,
      StackStatus: 'CREATE_COMPLETE',
      Parameters: parameters,
      Tags: [{ Key: 'team', Value: 'shop' }],
      Outputs: [{ OutputKey: 'Arn', OutputValue: `arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`, ExportName: 'queue-arn' }],
    });
    expect(stack.CreationTime).toBeInstanceOf(Date);

    const previous = [{ ParameterKey: 'Name', UsePreviousValue: true }];
    const changed = { ...QUEUE, Resources: { ...QUEUE.Resources, Topic: { Type: 'AWS::SNS::Topic' } } };
    await client.send(
      new UpdateStackCommand({ StackName: 'queues', TemplateBody: JSON.stringify(changed), Parameters: previous }),
    );
    await waitUntilStackUpdateComplete(wait, { StackName: 'queues' });
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: 'queues' }));
    expect(
      StackResources.map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`).sort(),
    ).toEqual(['Queue CREATE_COMPLETE', 'Topic CREATE_COMPLETE']);
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: 'queues' }));
    expect(TemplateBody).toBe(JSON.stringify(changed));

    await client.send(new DeleteStackCommand({ StackName: 'queues' }));
    await waitUntilStackDeleteComplete(wait, { StackName: StackId ?? '' });
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: StackId }));
    expect(StackEvents[0]).toMatchObject({ LogicalResourceId: 'queues', ResourceStatus: 'DELETE_COMPLETE' });
    await expect(client.send(new DescribeStacksCommand({ StackName: 'queues' }))).rejects.toMatchObject({
      name: 'ValidationError', message: 'Stack with id queues does not exist',
    });
    const { StackSummaries = [] } = await client.send(
      new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }),
    );
    expect(StackSummaries.map(({ StackName }) => StackName)).toEqual(['queues']);
  });

  test('requires a capability for a template with roles', async () => {
    const role = (properties: object): object => ({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] }, ...properties } },
      },
    });
    await expect(create('role', role({}))).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_IAM]',
    });
    await expect(create('role', role({ RoleName: 'x' }), { Capabilities: ['CAPABILITY_IAM'] })).rejects.toMatchObject({
      message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    });
  });

  test('rejects a name in use, and returns the same stack for the same token', async () => {
    const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
    const first = await create('twice', template, { ClientRequestToken: 'token-1' });
    expect(await create('twice', template, { ClientRequestToken: 'token-1' })).toMatchObject({
      StackId: first.StackId,
    });
    await expect(create('twice', template)).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [twice] already exists',
    });
  });

  test('rejects an unchanged update, a template that is too long, and a bucket of another account', async () => {
    const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
    await create('same', template);
    await waitUntilStackCreateComplete(wait, { StackName: 'same' });
    await expect(
      client.send(new UpdateStackCommand({ StackName: 'same', TemplateBody: JSON.stringify(template) })),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
    });
    await expect(create('long', { ...template, Description: 'x'.repeat(51_200) })).rejects.toThrow(
      'Member must have length less than or equal to 51200',
    );
    simulation.s3.createBucket('999999999999', 'eu-west-1', 'foreign');
    simulation.s3.write('foreign', 'template.json', Buffer.from(JSON.stringify(template)));
    const TemplateURL = 'https://foreign.s3.eu-west-1.amazonaws.com/template.json';
    await expect(client.send(new CreateStackCommand({ StackName: 'foreign', TemplateURL }))).rejects.toThrow(
      'not authorized to perform: s3:GetObject',
    );
  });

  test('accepts a template of 1 MB from a bucket, and rejects a longer one', async () => {
    const padded = (bytes: number): Buffer => {
      const template = (Description: string): string =>
        JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } }, Metadata: { Description } });
      return Buffer.from(template('x'.repeat(bytes - template('').length)));
    };
    simulation.s3.createBucket(ACCOUNT, 'eu-west-1', 'templates');
    simulation.s3.write('templates', 'longest.json', padded(1_000_000));
    simulation.s3.write('templates', 'longer.json', padded(1_000_001));
    const from = (key: string) =>
      client.send(
        new CreateStackCommand({
          StackName: 'padded',
          TemplateURL: `https://templates.s3.eu-west-1.amazonaws.com/${key}`,
        }),
      );
    await expect(from('longer.json')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Template may not exceed 1000000 bytes in size.',
    });
    await from('longest.json');
    await waitUntilStackCreateComplete(wait, { StackName: 'padded' });
  });

  test('deletes a protected stack only after the termination protection is disabled', async () => {
    const protect = (EnableTerminationProtection: boolean) =>
      client.send(new UpdateTerminationProtectionCommand({ StackName: 'kept', EnableTerminationProtection }));
    await create('kept', { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
    await waitUntilStackCreateComplete(wait, { StackName: 'kept' });
    const { StackId } = await protect(true);
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'kept' }));
    expect(Stacks).toMatchObject([{ StackId, EnableTerminationProtection: true }]);
    await expect(client.send(new DeleteStackCommand({ StackName: 'kept' }))).rejects.toThrow(
      'cannot be deleted while TerminationProtection is enabled',
    );
    await protect(false);
    await client.send(new DeleteStackCommand({ StackName: 'kept' }));
    await waitUntilStackDeleteComplete(wait, { StackName: StackId ?? '' });
  });

  test('rejects the deletion of an export that another stack imports', async () => {
    await create('exporter', {
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      Outputs: { Out: { Value: { Ref: 'Topic' }, Export: { Name: 'shared' } } },
    });
    await waitUntilStackCreateComplete(wait, { StackName: 'exporter' });
    await create('importer', {
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: { 'Fn::ImportValue': 'shared' } } },
      },
    });
    await waitUntilStackCreateComplete(wait, { StackName: 'importer' });
    const removed = await simulation.cloudformation.remove(ACCOUNT, 'eu-west-1', 'exporter');
    expect(removed).toMatchObject({
      status: 'DELETE_FAILED',
      reason: 'Delete canceled. Cannot delete export shared as it is in use by importer',
    });
  });

  test('creates and updates a stack with change sets', async () => {
    const change = async (
      ChangeSetName: string,
      ChangeSetType: 'CREATE' | 'UPDATE',
      resources: object,
    ): Promise<DescribeChangeSetCommandOutput> => {
      const TemplateBody = JSON.stringify({ Resources: resources });
      await client.send(
        new CreateChangeSetCommand({ StackName: 'changed', ChangeSetName, ChangeSetType, TemplateBody }),
      );
      return client.send(new DescribeChangeSetCommand({ StackName: 'changed', ChangeSetName }));
    };
    const topic = { Type: 'AWS::SNS::Topic' };
    expect(await change('first', 'CREATE', { A: topic })).toMatchObject({
      ExecutionStatus: 'AVAILABLE',
      Changes: [{ ResourceChange: { Action: 'Add' } }],
    });
    expect(simulation.cloudformation.find(ACCOUNT, 'eu-west-1', 'changed')?.status).toBe('REVIEW_IN_PROGRESS');
    await client.send(new ExecuteChangeSetCommand({ StackName: 'changed', ChangeSetName: 'first' }));
    await waitUntilStackCreateComplete(wait, { StackName: 'changed' });

    expect(await change('same', 'UPDATE', { A: topic })).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
    const { Changes = [] } = await change('second', 'UPDATE', { B: topic });
    expect(
      Changes.map(({ ResourceChange }) => `${ResourceChange?.Action} ${ResourceChange?.LogicalResourceId}`),
    ).toEqual(['Add B', 'Remove A']);
    await client.send(new ExecuteChangeSetCommand({ StackName: 'changed', ChangeSetName: 'second' }));
    await waitUntilStackUpdateComplete(wait, { StackName: 'changed' });
    await client.send(new DeleteChangeSetCommand({ StackName: 'changed', ChangeSetName: 'second' }));
    await expect(
      client.send(new DescribeChangeSetCommand({ StackName: 'changed', ChangeSetName: 'second' })),
    ).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
  });

  test('finds the change set of an existing stack and not that of a deleted stack with the same names', async () => {
    const deploy = async (): Promise<void> => {
      const names = { StackName: 'again', ChangeSetName: 'cdk-deploy-change-set' };
      await client.send(
        new CreateChangeSetCommand({
          ...names,
          ChangeSetType: 'CREATE',
          TemplateBody: JSON.stringify({ Resources: { A: { Type: 'AWS::SNS::Topic' } } }),
        }),
      );
      await client.send(new ExecuteChangeSetCommand(names));
      await waitUntilStackCreateComplete(wait, { StackName: 'again' });
    };
    await deploy();
    await simulation.cloudformation.remove(ACCOUNT, 'eu-west-1', 'again');
    await deploy();
    expect(simulation.cloudformation.find(ACCOUNT, 'eu-west-1', 'again')?.status).toBe('CREATE_COMPLETE');
  });

  test('names the resources of a circular dependency', async () => {
    const resources = { A: { Type: 'T', Properties: { b: { Ref: 'B' } } }, B: { Type: 'T', DependsOn: 'A' } };
    await expect(create('circle', { Resources: resources })).rejects.toThrow(
      'Circular dependency between resources: [A, B]',
    );
  });
});
