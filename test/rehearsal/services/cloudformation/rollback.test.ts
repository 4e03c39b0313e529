import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  waitUntilStackRollbackComplete,
} from '@aws-sdk/client-cloudformation';
import { ACCOUNT, custom, Recorder, REGION } from './recorder';
import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';

const HELPER = {
  Type: 'AWS::IAM::Role',
  Properties: { RoleName: 'helper', AssumeRolePolicyDocument: { Statement: [] } },
};
const OTHER = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } };
const lastEvents = (stack: Stack, count: number) =>
  stack.events.slice(-count).map(({ logicalId, status }) => `${logicalId} ${status}`);

describe('a rollback that fails', () => {
  let recorder: Recorder;

  beforeAll(async () => { recorder = await Recorder.start(); });
  afterAll(async () => { await recorder.stop(); });

  /** An update whose rollback restores a policy on a role that was deleted meanwhile. */
  async function stuck(name: string): Promise<Stack> {
    const { iam } = recorder.simulation;
    await recorder.deploy(`${name}-roles`, { Helper: HELPER, Other: OTHER });
    const policy = (role: string): unknown => ({
      Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'own', PolicyDocument: { Statement: [] }, Roles: [role] },
    });
    const other = iam.rolesOf(ACCOUNT).find(({ roleName }) => roleName.startsWith(`${name}-roles-Other`));
    await recorder.deploy(name, { Policy: policy('helper'), Failing: custom({}, { DependsOn: 'Policy' }) });
    iam.removeRole(`arn:aws:iam::${ACCOUNT}:role/helper`);
    return recorder.deploy(name, {
      Policy: policy(other?.roleName ?? ''),
      Failing: custom({ fail: 'Update' }, { DependsOn: 'Policy' }),
    });
  }

  const restoreRole = (): void => recorder.simulation.iam.putRole({
    arn: `arn:aws:iam::${ACCOUNT}:role/helper`,
    roleName: 'helper',
    roleId: 'AROAHELPER',
    accountId: ACCOUNT,
    trust: { Statement: [] },
    policies: {},
    managedPolicyArns: [],
    tags: {},
  });

  test('leaves a new stack in ROLLBACK_FAILED, and names the resources that remain', async () => {
    const stack = await recorder.deploy('creation', {
      A: custom({ fail: 'Delete' }),
      B: custom({ fail: 'Create' }, { DependsOn: 'A' }),
    });
    expect([stack.status, stack.failure]).toEqual([
      'ROLLBACK_FAILED',
      'The following resource(s) failed to delete: [A]. ',
    ]);
    expect(lastEvents(stack, 2)).toEqual(['A DELETE_FAILED', 'creation ROLLBACK_FAILED']);
    expect([...stack.resources.keys()]).toEqual(['A']);
    await expect(recorder.deploy('creation', { A: custom() })).rejects.toThrow(
      'is in ROLLBACK_FAILED state and can not be updated.',
    );
  });

  test(
    'leaves an updated stack in UPDATE_ROLLBACK_FAILED, and names the resources that could not be restored',
    async () => {
      const stack = await stuck('update');
      expect([stack.status, stack.failure]).toEqual([
        'UPDATE_ROLLBACK_FAILED',
        'The following resource(s) failed to update: [Policy]. ',
      ]);
      expect(lastEvents(stack, 2)).toEqual(['Policy UPDATE_FAILED', 'update UPDATE_ROLLBACK_FAILED']);
      expect(stack.states.get('Policy')?.reason).toBe('The role with name helper cannot be found.');
      await expect(recorder.deploy('update', { A: custom() })).rejects.toThrow(
        'is in UPDATE_ROLLBACK_FAILED state and can not be updated.',
      );
      restoreRole();
    },
  );

  test('is continued by ContinueUpdateRollback: it fails again, or completes after the cause is fixed', async () => {
    const { iam, server, cloudformation } = recorder.simulation;
    const credentials = iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    const client = new CloudFormationClient({ region: REGION, endpoint: server.endpoint, credentials });
    const goOn = async (): Promise<unknown> => client.send(new ContinueUpdateRollbackCommand({ StackName: 'again' }));
    iam.removeRole(`arn:aws:iam::${ACCOUNT}:role/helper`);
    const stack = await stuck('again');

    await cloudformation.continueRollback(ACCOUNT, REGION, 'again');
    expect(lastEvents(stack, 4)).toEqual([
      'again UPDATE_ROLLBACK_IN_PROGRESS',
      'Policy UPDATE_IN_PROGRESS',
      'Policy UPDATE_FAILED',
      'again UPDATE_ROLLBACK_FAILED',
    ]);

    restoreRole();
    await goOn();
    await waitUntilStackRollbackComplete(
      { client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 },
      { StackName: 'again' },
    );
    expect(recorder.requests(stack).slice(1)).toEqual(['Update Failing made-Failing', 'Update Failing made-Failing']);
    expect(iam.roleNamed(ACCOUNT, 'helper')?.policies).toHaveProperty('own');
    await expect(goOn()).rejects.toMatchObject({
      name: 'ValidationError',
      message: `Stack:${stack.id} is in UPDATE_ROLLBACK_COMPLETE state and can not continue rollback.`,
    });
    client.destroy();
  });

  test('is completed without the resources to skip, which must be those whose rollback failed', async () => {
    const { iam, server, cloudformation } = recorder.simulation;
    const credentials = iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    const client = new CloudFormationClient({ region: REGION, endpoint: server.endpoint, credentials });
    iam.removeRole(`arn:aws:iam::${ACCOUNT}:role/helper`);
    const stack = await stuck('skipped');
    const skip = async (...ResourcesToSkip: string[]): Promise<unknown> =>
      client.send(new ContinueUpdateRollbackCommand({ StackName: 'skipped', ResourcesToSkip }));

    await expect(skip('Unknown')).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('[Unknown] of stack skipped must be in UPDATE_FAILED state'),
    });
    await skip('Policy');
    await cloudformation.find(ACCOUNT, REGION, 'skipped')?.operation;
    expect(lastEvents(stack, 6)).toEqual([
      'skipped UPDATE_ROLLBACK_IN_PROGRESS',
      'Policy UPDATE_COMPLETE',
      'Failing UPDATE_IN_PROGRESS',
      'Failing UPDATE_COMPLETE',
      'skipped UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'skipped UPDATE_ROLLBACK_COMPLETE',
    ]);
    // the template has the role again that does not exist
    expect(stack.resources.get('Policy')?.properties).toMatchObject({ Roles: ['helper'] });
    restoreRole();
    expect((await recorder.deploy('skipped', { Failing: custom() })).status).toBe('UPDATE_COMPLETE');
    client.destroy();
  });
});

describe('a resource with a custom name that must be replaced', () => {
  let recorder: Recorder;

  beforeAll(async () => { recorder = await Recorder.start(); });
  afterAll(async () => { await recorder.stop(); });

  const role = (path: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: { RoleName: 'named', Path: path, AssumeRolePolicyDocument: { Statement: [] } },
  });
  const table = (key: string) => ({
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'named',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    },
  });

  test('is distinguished from one whose new name is in use, and the stack is unchanged', async () => {
    const called = (name: string) => ({ ...role('/'), Properties: { ...role('/').Properties, RoleName: name } });
    await recorder.deploy('renamed', { One: called('app'), Two: called('app-2') });
    const stack = await recorder.deploy('renamed', { One: called('app-2'), Two: called('app-2') });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.events.find(({ status }) => status === 'UPDATE_FAILED')?.reason).toBe(
      'Role with name app-2 already exists.',
    );
  });

  test.each([
    ['role', role('/'), role('/teams/')],
    ['table', table('pk'), table('id')],
  ])('is rejected, and the stack is unchanged: a %s', async (what, before, after) => {
    const name = `replaced-${what}`;
    expect((await recorder.deploy(name, { Named: before })).status).toBe('CREATE_COMPLETE');
    const stack = await recorder.deploy(name, { Named: after });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.events.find(({ status }) => status === 'UPDATE_FAILED')?.reason).toBe(
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename '
        + 'named and update the stack again.',
    );
    expect(stack.resources.get('Named')?.properties).toEqual(before.Properties);
    expect((await recorder.remove(name))?.status).toBe('DELETE_COMPLETE');
  });
});
