import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { Simulation } from '../../../../rehearsal/simulation';

const MANAGEMENT = '999999999999';
const ACCOUNTS = { ServiceCode: 'organizations', QuotaCode: 'L-E619E033' };

let simulation: Simulation;
beforeAll(async () => {
  simulation = await Simulation.start({ managementAccountId: MANAGEMENT, accountLimit: 12, scale: 6000 });
});
afterAll(() => simulation.stop());

function clientOf(accountId: string): ServiceQuotasClient {
  const { iam, server } = simulation;
  const credentials = iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` });
  return new ServiceQuotasClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

test('returns the quota of accounts to the management account, also after an increase', async () => {
  const command = new GetServiceQuotaCommand(ACCOUNTS);
  expect((await clientOf(MANAGEMENT).send(command)).Quota).toMatchObject({
    QuotaArn: `arn:aws:servicequotas:us-east-1:${MANAGEMENT}:organizations/L-E619E033`,
    QuotaName: 'Default maximum number of accounts',
    Value: 12,
  });
  simulation.organizations.creation.raiseLimit(20);
  expect((await clientOf(MANAGEMENT).send(command)).Quota?.Value).toBe(20);
});

test('rejects other quotas and other accounts', async () => {
  simulation.organizations.addAccount({
    accountId: '222222222222',
    name: 'cicd',
    email: 'cicd@example.com',
    joined: 'CREATED',
  });
  const failure = { name: 'NoSuchResourceException' };
  const other = new GetServiceQuotaCommand({ ...ACCOUNTS, QuotaCode: 'L-00000000' });
  await expect(clientOf(MANAGEMENT).send(other)).rejects.toMatchObject(failure);
  await expect(clientOf('222222222222').send(new GetServiceQuotaCommand(ACCOUNTS))).rejects.toMatchObject(failure);
});
