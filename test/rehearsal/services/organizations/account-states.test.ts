import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloseAccountCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Simulation } from '../../../../rehearsal/simulation';
import { MANAGEMENT } from '../world';

describe('an account', () => {
  let simulation: Simulation;
  let accountId: string;
  const state = () => simulation.organizations.account(accountId)?.state;
  const from = (caller: string) => ({
    endpoint: simulation.server.endpoint,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: simulation.iam.issue({ accountId: caller, arn: `arn:aws:iam::${caller}:root` }),
  });
  const enter = () =>
    new STSClient(from(MANAGEMENT)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/access`, RoleSessionName: 'session' }),
    );
  const use = () => new CloudFormationClient(from(accountId)).send(new ListStacksCommand({}));
  const close = () => new OrganizationsClient(from(MANAGEMENT)).send(new CloseAccountCommand({ AccountId: accountId }));

  beforeEach(async () => {
    simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 60, creationSeconds: 1 });
    const started = simulation.organizations.creation.start({
      name: 'new',
      email: 'new@example.com',
      roleName: 'access',
      tags: {},
    });
    accountId = await until(() => simulation.organizations.creation.status(started.id)?.accountId);
  });
  afterEach(async () => simulation.stop());

  test('becomes active some time after its creation and its role; until then services reject it', async () => {
    expect(state()).toBe('PENDING_ACTIVATION');
    await expect(use()).rejects.toMatchObject({ name: 'OptInRequired' });
    await simulation.clock.sleep(26);
    expect(state()).toBe('ACTIVE');
    await expect(use()).resolves.toBeDefined();
  });

  test('cannot be accessed, used or closed while AWS suspends it, until it is reinstated', async () => {
    await simulation.clock.sleep(26);
    simulation.organizations.suspend(accountId);
    await expect(enter()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(use()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`because account ${accountId} is SUSPENDED`),
    });
    await expect(close()).rejects.toMatchObject({ name: 'ConflictException' });
    simulation.organizations.reinstate(accountId);
    await expect(enter()).resolves.toBeDefined();
    await expect(use()).resolves.toBeDefined();
  });

  test('works while it is being closed, and not afterwards', async () => {
    await simulation.clock.sleep(26);
    await close();
    expect(state()).toBe('PENDING_CLOSURE');
    await expect(use()).resolves.toBeDefined();
    await simulation.clock.sleep(70);
    await expect(enter()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(use()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    simulation.organizations.reinstate(accountId);
    await expect(enter()).resolves.toBeDefined();
    // otherwise AWS would close it permanently after ninety days
    expect(simulation.organizations.account(accountId)?.closedAt).toBeUndefined();
  });

  test('cannot be entered without its access role, until the role is created again', async () => {
    await simulation.clock.sleep(26);
    simulation.iam.removeRole(`arn:aws:iam::${accountId}:role/access`);
    await expect(enter()).rejects.toMatchObject({ name: 'AccessDenied' });
    simulation.organizations.putAccessRole(accountId, 'access');
    await expect(enter()).resolves.toBeDefined();
  });

  test('does not become active if it is closed before', async () => {
    await close();
    await simulation.clock.sleep(30);
    expect(state()).toBe('PENDING_CLOSURE');
  });
});

async function until<Type>(look: () => Type | undefined): Promise<Type> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}
