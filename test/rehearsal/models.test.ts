import { declaredErrors, isDeclared, isModelled, unknownMembers } from './models';
import { observeModels, WITHOUT_MODEL } from './observed-models';
import { CONFLICTS, throttleOf } from '../../rehearsal/faults/errors';
import { AccountRemoval, OrganizationalUnit, OrganizationFeature } from '../../src';
import type { Cicd } from '../fixtures/app';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import { Harness } from '../vending/harness';

describe('the simulated AWS and the models of the SDK', () => {
  let harness: Harness;
  const observed = observeModels();
  const { services, operations, problems } = observed;
  beforeAll(async () => {
    harness = await Harness.start({ virtual: {} });
    observed.stop();
  });
  afterAll(async () => harness.stop());

  test('all operations are operations of AWS', () => {
    const unknown = services.filter(({ name }) => isModelled(name)).flatMap(({ name, operations: all }) => (
      Object.keys(all).filter(operation => !WITHOUT_MODEL.includes(`${name}:${operation}`))
        .flatMap(operation => unknownMembers(name, operation, undefined))
    ));
    expect(services.length).toBeGreaterThan(15);
    expect(unknown).toEqual([]);
  });

  test('answers and errors are those that AWS declares, while environments are made, changed and removed', async () => {
    const one = (cicd: Cicd): unknown => cicd.environment('dev');
    const two = (cicd: Cicd): unknown => [
      cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) }),
      cicd.environment('test'),
      new OrganizationalUnit(cicd.stack, 'Unit', { organization: cicd.organization, unitName: 'Shops' }),
      cicd.account('other', {
        accountAlias: 'shop-other',
        alternateContacts: {
          billing: { contactName: 'Finance', title: 'Team', email: 'finance@example.com', phoneNumber: '+49 30 1' },
        },
        optInRegions: ['eu-south-2'],
        onRemoval: AccountRemoval.CLOSE,
      }),
    ];
    expect(await harness.deploy(one)).toMatchObject({ succeeded: true });
    const features = Object.values(OrganizationFeature);
    expect(await harness.deploy(two, { features })).toMatchObject({ succeeded: true });
    expect(await harness.deploy(one, { features })).toMatchObject({ succeeded: true });
    expect([...operations]).toEqual(expect.arrayContaining([
      'account:PutAlternateContact', 'account:EnableRegion', 'iam:CreateAccountAlias', 'organizations:CloseAccount',
      'organizations:CreateOrganizationalUnit', 'organizations:DeleteOrganizationalUnit',
    ]));
    expect(await harness.destroy(one)).toMatchObject({ succeeded: true });
    expect([...problems]).toEqual([]);
    expect(operations.size).toBeGreaterThan(25);
  });

  test('stack resources have the members of AWS', async () => {
    const { iam, server, cloudformation } = harness.simulation;
    const [stack] = cloudformation.all.filter(({ deleted, accountId }) => !deleted && accountId === CICD_ACCOUNT);
    const { accessKeyId } = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
    for (const operation of ['DescribeStackResources', 'ListStackResources', 'DescribeStackEvents', 'DescribeStacks']) {
      const input = { StackName: stack.name };
      await server.call({ service: 'cloudformation', operation, region: REGION, accessKeyId, input });
    }
    expect([...problems]).toEqual([]);
  });

  test('injected errors are declared for their operations', () => {
    const undeclared = Object.entries(CONFLICTS).filter(([operation, code]) => {
      const [service, name] = operation.split(':');
      return !declaredErrors(service, name).has(code);
    });
    expect(Object.keys(CONFLICTS)).not.toEqual([]);
    expect(undeclared).toEqual([]);
    const throttles = services.filter(({ name }) => isModelled(name)).flatMap(({ name, operations: all }) => (
      Object.keys(all).filter(operation => !isDeclared(name, operation, throttleOf(name, operation)))
        .map(operation => `${name}:${operation} raises ${throttleOf(name, operation)}`)
    ));
    expect(throttles).toEqual([]);
  });
});
