import { CfnOutput } from 'aws-cdk-lib';
import { reasons, Harness } from './harness';
import { SharedDatabase } from '../../src';
import type { AuroraDatabaseProps } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';
import { DatabaseNetwork } from '../fixtures/database-network';
import { secretReader } from '../fixtures/read-secret';

/** Properties of a database in a vended account that two others use. */
function common(cicd: Cicd, vpcId?: string) {
  const { stack, organization } = cicd;
  const client = (name: string, cidr: string) => ({ account: cicd.account(name), cidr, roleNames: ['shop-service'] });
  return {
    organization,
    network: new DatabaseNetwork(stack, 'Network', cicd.account('data'), vpcId),
    databaseIdentifier: 'shop',
    clients: [client('blue', '10.1.0.0/20'), client('green', '10.1.16.0/20')],
  };
}

function app(changes: Partial<AuroraDatabaseProps> = {}, vpcId?: string) {
  return (cicd: Cicd): void => {
    const { stack } = cicd;
    const database = SharedDatabase.auroraPostgres(stack, 'Database', { ...common(cicd, vpcId), ...changes });
    new CfnOutput(stack, 'Address', { value: database.endpointAddress });
    new CfnOutput(stack, 'Secret', { value: database.secretArn });
    cicd.account('work');
  };
}

const [first, unprotected] = [app(), app({ deletionProtection: false })];
const elsewhere = app({}, 'vpc-2');
const onInstance = (cicd: Cicd): void => void SharedDatabase.postgres(cicd.stack, 'Database', common(cicd));

describe('a shared database', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(first))).toBe('');
  });
  afterAll(() => harness.stop());

  const output = (name: string) => harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')
    ?.outputs.find(({ key }) => key === name)?.value ?? '';

  /** Stacks of databases with the number of their events. */
  const databaseStacks = () => harness.simulation.cloudformation.all
    .filter(({ name, deleted }) => name.startsWith('database-') && !deleted)
    .map(({ name, events }) => `${name} ${events.length}`);

  const readAs = async (account: string, roleName: string) => {
    const read = await secretReader(harness.simulation, harness.vended[`shop-${account}`] ?? '', roleName);
    return read(output('Secret'));
  };

  test('has an address in its account', () => {
    expect(output('Address')).toMatch(/^shop\.cluster-\w+\.eu-west-1\.rds\.amazonaws\.com$/);
    expect(output('Secret')).toContain(`:${harness.vended['shop-data']}:secret:rds!cluster-`);
  });

  test('lets the named roles of the two sides read its secret, and no others', async () => {
    for (const side of ['blue', 'green']) {
      expect(await readAs(side, 'shop-service')).toMatchObject({
        SecretString: expect.stringContaining('"username":"postgres"'),
      });
    }
    await expect(readAs('blue', 'other-service')).rejects.toThrow('not authorized');
    // a role of the same name in an account that is no client
    await expect(readAs('work', 'shop-service')).rejects.toThrow('not authorized');
  });

  test.each([
    ['databaseName', app({ databaseName: 'other' }), "'databaseName'", "'app' to 'other'"],
    ['databaseIdentifier', app({ databaseIdentifier: 'other' }), "'databaseIdentifier'", "'shop' to 'other'"],
    ['kind', onInstance, "'engine'", "'aurora-postgresql' to 'postgres'"],
    ['network', elsewhere, "'network'", "'vpc-"],
  ])('is not replaced by another %s, and the deployment says what to do', async (_what, change, name, values) => {
    const before = databaseStacks();
    const result = await harness.deploy(change);
    const account = harness.vended['shop-data'];
    expect(reasons(result)).toContain(
      `${name} of stack 'database-shop' in account ${account} cannot be changed from ${values}`,
    );
    expect(reasons(result)).toContain('because that would replace what the stack contains, with its data: undo the');
    expect(databaseStacks()).toEqual(before);
    expect(output('Address')).toMatch(/^shop\.cluster-/);
  });

  test('is deleted only after its protection was removed', async () => {
    expect(reasons(await harness.deploy(unprotected))).toBe('');
    expect(reasons(await harness.deploy(cicd => { cicd.account('data'); }))).toBe('');
  });
});
